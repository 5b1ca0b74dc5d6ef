/**
 * Row filters of a session. A query that reads a table which has one is written anew with the filter in it, and is what
 * runs if DuckDB's plan of it shows every scan of such a table below its filter. In all other cases the facts say
 * that the table is read as a whole, which is a refusal.
 */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName, PlanFacts } from '../../../model/plan-facts.js';
import type { RowFilter } from '../../../model/row-filter.js';
import { type Canonical, filteredScan, guardedScan, isNode, readCanonical } from '../facts/filtered-scans.js';
import { mergeFacts } from '../facts/merge-facts.js';
import { withParameters } from '../facts/parameters.js';
import { PLAN_SQL, planOf, type TextReader, TREE_SQL } from '../facts/plan-text.js';
import { readPlan, type ScanFilter } from '../facts/read-plan.js';
import { significant } from '../facts/words.js';
import { type Assessment, assess } from './assess.js';
import { parseExactly, printExactly } from './exact-json.js';
import { filterQuery, quoted } from './filter-query.js';
import { cutPrefixes, type TableReference, tableReferences } from './rewrite.js';

export class RowFilters {
  readonly #core: TextReader & { readonly metadata: ScanFilter };
  /** The text that was inspected last, and what is to run in its place. */
  #last: { readonly sql: string; readonly text: string } | undefined;

  constructor(core: TextReader & { readonly metadata: ScanFilter }) {
    this.#core = core;
  }

  /** What runs in the place of a text that was inspected. */
  textFor(sql: string): string {
    return this.#last?.sql === sql ? this.#last.text : sql;
  }

  /** To be called before a text is inspected, and when the transaction ends in which it is to run. */
  forget(): void {
    this.#last = undefined;
  }

  /** @param facts of the text as it is. The connection must be claimed, in the transaction in which it is to run. */
  async apply(sql: string, facts: PlanFacts, filters: readonly RowFilter[]): Promise<PlanFacts> {
    const touched = filters.filter((filter) =>
      facts.reads.some((it) => it.rows === undefined && isSame(it, filter)),
    );
    if (touched.length === 0) return facts;
    if (facts.files !== undefined) return { ...facts, unfiltered: 'the statement opens files as well' };
    const found = await this.#filtered(sql, touched, facts);
    if ('unfiltered' in found) return { ...facts, unfiltered: found.unfiltered };
    this.#last = { sql, text: found.text };
    const reads = facts.reads.map((read) =>
      read.rows === undefined && touched.some((it) => isSame(it, read))
        ? { ...read, rows: 'filtered' as const }
        : read,
    );
    return mergeFacts({ ...facts, reads }, found.facts);
  }

  /** What is to run, and what else it does than to read the tables that are filtered. */
  async #filtered(
    sql: string,
    touched: readonly RowFilter[],
    facts: PlanFacts,
  ): Promise<Filtered | Unfiltered> {
    const hasParameters = withParameters(sql, [...significant(sql)], () => 'NULL') !== sql;
    // What a parameter is converts what it is compared with, so it is not known what it comes to.
    const ways = hasParameters ? [true] : [false, true];
    for (const guarded of ways) {
      const rewritten = await this.#rewrite(sql, touched, guarded);
      if ('unfiltered' in rewritten) return rewritten;
      const { text } = rewritten;
      const found = await this.#verify(text, touched, guarded);
      if ('unfiltered' in found) return found;
      if (!readsTheSame(found.facts, facts, touched))
        return { unfiltered: 'the query reaches it through a view, a macro or a text' };
      if (typeof found.assessment === 'object') return { unfiltered: found.assessment.refused };
      if (guarded || found.assessment === 'safe') return { text, facts: found.facts };
    }
    return { unfiltered: 'it is not known what the query could tell of other rows' };
  }

  async #rewrite(
    sql: string,
    filters: readonly RowFilter[],
    guarded: boolean,
  ): Promise<{ readonly text: string } | Unfiltered> {
    const tree = await this.#treeOf(sql);
    if (tree === undefined) return { unfiltered: 'the statement is no plain query' };
    const replaced: TableReference[] = [];
    for (const reference of tableReferences(tree)) {
      const filter = await this.#filterOf(reference, filters);
      if (filter === undefined) continue;
      const query = await this.#treeOf(filterQuery(filter, guarded));
      if (query === undefined) return { unfiltered: 'a policy on it cannot be read' };
      reference.replaceBy(nodeOf(query));
      replaced.push({ catalog: filter.catalog, schema: filter.schema, table: filter.name });
    }
    cutPrefixes(tree, replaced);
    const [text = ''] = await this.#core.readTexts(SQL_SQL, printExactly(tree)).catch(() => []);
    return text === '' ? { unfiltered: 'the query cannot be written anew' } : { text };
  }

  /** The filter of the table that a reference names in this session; undefined where it names something else. */
  async #filterOf(
    { catalog, schema, table }: TableReference,
    filters: readonly RowFilter[],
  ): Promise<RowFilter | undefined> {
    if (!filters.some(({ name }) => foldName(name) === foldName(table))) return undefined;
    const written = [catalog, schema, table].filter((it) => it !== '').map(quoted);
    const answer = await planOf(this.#core, PLAN_SQL, [`from ${written.join('.')}`]);
    const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
    // Of a view the query stands between.
    if (!isNode(plan) || plan.children?.[0]?.type !== 'LOGICAL_GET') return undefined;
    const [read, ...more] = readPlan(answer.plans, this.#core.metadata).facts.reads;
    return read === undefined || more.length > 0 ? undefined : filters.find((it) => isSame(it, read));
  }

  /** The facts of a text that was written anew, without the scans below their filters. */
  async #verify(
    text: string,
    filters: readonly RowFilter[],
    guarded: boolean,
  ): Promise<{ readonly facts: PlanFacts; readonly assessment: Assessment } | Unfiltered> {
    const planned = withParameters(text, [...significant(text)], () => 'NULL');
    const answer = await planOf(this.#core, PLAN_SQL, [planned], parseExactly);
    if (answer.error)
      return { unfiltered: 'the query does not fit a table of which some rows and columns are left' };
    const known = new Map((await Promise.all(filters.map((it) => this.#canonicalOf(it)))).flat());
    const { metadata } = this.#core;
    const find = guarded ? guardedScan : filteredScan;
    const { facts, describes, named } = readPlan(answer.plans, {
      scanIn: (node) => find(node, known) ?? metadata.scanIn(node),
    });
    if (describes + named.length > 0) return { unfiltered: 'it describes another one as well' };
    return { facts, assessment: assess(answer.plans) };
  }

  async #canonicalOf(filter: RowFilter): Promise<[string, Canonical][]> {
    const answer = await planOf(this.#core, PLAN_SQL, [`from (${filterQuery(filter)}) t`], parseExactly);
    const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
    return isNode(plan) ? readCanonical(plan.children?.[0]) : [];
  }

  async #treeOf(sql: string): Promise<unknown> {
    const [json = ''] = await this.#core.readTexts(TREE_SQL, sql);
    const tree = parseExactly(json);
    return nodeOf(tree) === undefined ? undefined : tree;
  }
}

interface Filtered {
  readonly text: string;
  readonly facts: PlanFacts;
}

/** Why not, as the end of "It cannot be filtered here: ". */
interface Unfiltered {
  readonly unfiltered: string;
}

/** Whether what is left unfiltered is what was so before: a view or a name that means something else now would show. */
function readsTheSame(found: PlanFacts, facts: PlanFacts, touched: readonly RowFilter[]): boolean {
  const before = facts.reads.filter((read) => read.rows === undefined);
  const isFiltered = (read: ObjectName) => touched.some((it) => isSame(it, read));
  return (
    found.reads.every((read) => !isFiltered(read) && before.some((it) => isSame(it, read))) &&
    before.every((read) => isFiltered(read) || found.reads.some((it) => isSame(it, read)))
  );
}

const SQL_SQL = 'select system.main.json_deserialize_sql($1::varchar)';

/** Of a tree with one statement: its query. */
export function nodeOf(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null || !('statements' in tree)) return undefined;
  const [statement, ...more] = Array.isArray(tree.statements) ? tree.statements : [];
  return more.length === 0 ? statement?.node : undefined;
}

function isSame(one: ObjectName, other: ObjectName): boolean {
  return (
    foldName(one.catalog) === foldName(other.catalog) &&
    foldName(one.schema) === foldName(other.schema) &&
    foldName(one.name) === foldName(other.name)
  );
}
