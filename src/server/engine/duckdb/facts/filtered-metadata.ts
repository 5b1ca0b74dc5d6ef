/**
 * The filtered metadata of a session, and how it is told in a plan: the macros are nobody's to trust, so a scan of
 * metadata counts as filtered only where the plan holds, around it, exactly what the macro makes.
 */
import type { Visible } from '../../../model/visible.js';
import { type Canonical, filteredScan, readCanonical } from './filtered-scans.js';
import { filteredNames, metadataMacros } from './metadata-macros.js';

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
   * @param visible undefined where all of it may be known, but for some settings
   */
  async show(visible: Visible | undefined, planSql: string): Promise<void> {
    const key = JSON.stringify(visible ?? 'everything');
    if (key === this.#key) return;
    this.#key = undefined;
    this.#canonical = new Map();
    this.#madeInTransaction = await this.#core.inTransaction();
    await this.#core.runOwn(metadataMacros(visible));
    const text = filteredNames(visible)
      .map((name) => `from temp.main."${name}"()`)
      .join('; ');
    const [json = ''] = await this.#core.readTexts(planSql, text);
    const answer: {
      readonly error: boolean;
      readonly plans?: readonly { readonly children?: readonly unknown[] }[];
    } = JSON.parse(json);
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
    const scan = filteredScan(node, this.#canonical);
    if (scan !== undefined) this.#used = true;
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
