/**
 * The filtered metadata of a session, and how it is told in a plan: the macros are nobody's to trust, so a scan of
 * metadata counts as filtered only where the plan holds, around it, exactly what the macro makes.
 */
import type { Visible } from '../../../model/visible.js';
import { FILTERED_NAMES, metadataMacros } from './metadata-macros.js';

/** Of the session's core, what this file asks. */
interface Core {
  inTransaction(): Promise<boolean>;
  runOwn(sql: string): Promise<void>;
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

export class FilteredMetadata {
  readonly #core: Core;
  #key: string | undefined;
  #madeInTransaction = false;
  #canonical: ReadonlyMap<string, Canonical> = new Map();
  #used = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /**
   * Makes the macros for what may be known now. To be called before the transaction of an inspection begins: what is
   * made in one goes with its rollback. The connection must be claimed.
   */
  async show(visible: Visible, planSql: string): Promise<void> {
    const key = JSON.stringify(visible);
    if (key === this.#key) return;
    this.#key = undefined;
    this.#canonical = new Map();
    this.#madeInTransaction = await this.#core.inTransaction();
    await this.#core.runOwn(metadataMacros(visible));
    const text = FILTERED_NAMES.map((name) => `from temp.main."${name}"()`).join('; ');
    const [json = ''] = await this.#core.readTexts(planSql, text);
    const answer: { readonly error: boolean; readonly plans?: readonly PlanNode[] } = JSON.parse(json);
    const [...plans] = answer.error ? [] : (answer.plans ?? []);
    this.#canonical = new Map(plans.flatMap(({ children = [] }) => readCanonical(children[0])));
    this.#key = key;
  }

  /** A transaction has ended, and with it perhaps the macros. */
  noteTransactionEnd(): void {
    if (this.#madeInTransaction) this.#key = undefined;
  }

  /** The scan of metadata that this operator of a plan filters as a macro of this file does; undefined for all others. */
  scanIn(node: unknown): unknown {
    if (this.#canonical.size === 0) return undefined;
    const filter = filterBelow(node);
    const canonical = filter && this.#canonical.get(normalized(filter));
    if (canonical === undefined || !isWidened(node, canonical)) return undefined;
    const scan = filter?.children?.[0];
    this.#used = true;
    return scan;
  }

  /** To be called before a statement is inspected. */
  forgetUse(): void {
    this.#used = false;
  }

  /** Says whether the statement that was inspected last still shows what may be known; undefined where it shows no metadata. */
  use(): (() => boolean) | undefined {
    const key = this.#key;
    return this.#used ? () => this.#key === key : undefined;
  }
}

interface PlanNode {
  readonly type?: unknown;
  readonly children?: readonly PlanNode[];
  readonly expressions?: readonly unknown[];
  readonly column_indexes?: readonly unknown[];
  readonly index?: unknown;
}

/** What a macro makes above its filter. */
interface Canonical {
  readonly expressions: readonly string[];
  /** How many columns the scan below hands up. */
  readonly columns: number;
}

/** By the text of the filter and the scan below it. */
function readCanonical(projection: PlanNode | undefined): [string, Canonical][] {
  const filter = projection?.children?.[0];
  const scan = filter?.children?.[0];
  if (filter?.type !== 'LOGICAL_FILTER' || scan?.type !== 'LOGICAL_GET') return [];
  const expressions = (projection?.expressions ?? []).map(normalized);
  return [[normalized(filter), { expressions, columns: scan.column_indexes?.length ?? 0 }]];
}

/** The filter right below, or beside the values that DuckDB brings to a correlated query. */
function filterBelow(node: unknown): PlanNode | undefined {
  if (!isNode(node) || node.children?.length !== 1) return undefined;
  const [child] = node.children;
  if (child?.type !== 'LOGICAL_CROSS_PRODUCT') return child?.type === 'LOGICAL_FILTER' ? child : undefined;
  const [filter, values, ...more] = child.children ?? [];
  const isCorrelated = values?.type === 'LOGICAL_DELIM_GET' && more.length === 0;
  return isCorrelated && filter?.type === 'LOGICAL_FILTER' ? filter : undefined;
}

/** Whether it is the macro's own list of columns, followed by none of those of the scan. */
function isWidened(node: unknown, { expressions, columns }: Canonical): boolean {
  const given = isNode(node) ? (node.expressions ?? []) : [];
  const own = given.slice(0, expressions.length);
  if (own.length < expressions.length || own.some((it, at) => normalized(it) !== expressions[at]))
    return false;
  return given
    .slice(expressions.length)
    .every(
      (it) => isNode(it) && it.type === 'BOUND_REF' && typeof it.index === 'number' && it.index >= columns,
    );
}

function isNode(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null;
}

/** Without what depends on where the macro stands in a statement. */
function normalized(node: unknown): string {
  return JSON.stringify(node, (key, value) => (PLACE.has(key) ? undefined : value));
}

/** There is one scan below, and expressions name its columns by their position. */
const PLACE: ReadonlySet<string> = new Set(['alias', 'query_location', 'table_index']);
