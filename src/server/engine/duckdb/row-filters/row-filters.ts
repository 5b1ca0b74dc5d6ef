/**
 * Row filters of a session. A statement that reads a table which has one is written anew with the filter in it, and is what
 * runs if DuckDB's plan of it shows every scan of such a table below its filter. In all other cases the facts say
 * that the table is read as a whole, which is a refusal.
 */
import type { ObjectName, PlanFacts } from '../../../model/plan-facts.js';
import { BESIDE_FILES, BROKEN, EXPLAINED, type RowFilter, SHOWN } from '../../../model/row-filter.js';
import { type Canonical, filteredScan, guardedScan, isNode, readCanonical } from '../facts/filtered-scans.js';
import { mergeFacts } from '../facts/merge-facts.js';
import { withParameters } from '../facts/parameters.js';
import { PLAN_SQL, planOf } from '../facts/plan-text.js';
import { readPlan } from '../facts/read-plan.js';
import { significant } from '../facts/words.js';
import { readPrepare, skipExplain } from '../facts/wrappers.js';
import { aroundCopied } from '../files/copy-statement.js';
import type { OpenedText } from '../files/opened-files.js';
import { type Assessment, assess } from './assess.js';
import { parseExactly } from './exact-json.js';
import { filterQuery } from './filter-query.js';
import { type Core, rewritten, type Unfiltered } from './filtered-text.js';
import { isSame } from './same-name.js';

export class RowFilters {
  readonly #core: Core;
  /** The text that was inspected last, and what is to run in its place. */
  #last: { readonly sql: string; readonly text: string } | undefined;

  constructor(core: Core) {
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

  /**
   * @param facts of the text as it is
   * @param opened the same text with the files that it opens, where it opens any
   * The connection must be claimed, in the transaction in which it is to run.
   */
  async apply(
    sql: string,
    facts: PlanFacts,
    filters: readonly RowFilter[],
    opened?: OpenedText,
  ): Promise<PlanFacts> {
    const touched = filters.filter((filter) =>
      facts.reads.some((it) => it.rows === undefined && isSame(it, filter)),
    );
    if (touched.length === 0) return facts;
    const parts = opened === undefined ? partsOf(sql) : partsOfCopy(opened);
    if ('unfiltered' in parts) return { ...facts, unfiltered: parts.unfiltered };
    const found = await this.#filtered(parts.statement, touched, facts);
    if ('unfiltered' in found) return { ...facts, unfiltered: found.unfiltered };
    // What is prepared is never left to DuckDB to execute (see kept-statements.ts), and DuckDB shows its text.
    const rows = parts.isKept ? ('none' as const) : ('filtered' as const);
    if (!parts.isKept) this.#last = { sql, text: `${parts.before}${found.text}${parts.after}` };
    const isTouched = (read: ObjectName) => touched.some((it) => isSame(it, read));
    const reads = facts.reads.map((read) =>
      read.rows === undefined && isTouched(read) ? { ...read, rows } : read,
    );
    const merged = mergeFacts({ ...facts, reads }, found.facts);
    return facts.files === undefined ? merged : { ...merged, files: facts.files };
  }

  /** What is to run, and what else it does than to read the tables that are filtered. */
  async #filtered(
    sql: string,
    touched: readonly RowFilter[],
    facts: PlanFacts,
  ): Promise<Filtered | Unfiltered> {
    const hasParameters = withParameters(sql, significant(sql), () => 'NULL') !== sql;
    // What a parameter is converts what it is compared with, so it is not known what it comes to.
    const ways = hasParameters ? [true] : [false, true];
    for (const guarded of ways) {
      const written = await rewritten(this.#core, sql, touched, guarded);
      if ('unfiltered' in written) return written;
      const { text } = written;
      const found = await this.#verify(text, touched, guarded);
      if ('unfiltered' in found) return found;
      if (!readsTheSame(found.facts, facts, touched))
        return { unfiltered: 'the query reaches it through a view, a macro or a text' };
      if (typeof found.assessment === 'object') return { unfiltered: found.assessment.refused };
      if (guarded || found.assessment === 'safe') return { text, facts: found.facts };
    }
    return { unfiltered: 'it is not known what the query could tell of other rows' };
  }

  /** The facts of a text that was written anew, without the scans below their filters. */
  async #verify(
    text: string,
    filters: readonly RowFilter[],
    guarded: boolean,
  ): Promise<{ readonly facts: PlanFacts; readonly assessment: Assessment } | Unfiltered> {
    const planned = withParameters(text, significant(text), () => 'NULL');
    const answer = await planOf(this.#core, PLAN_SQL, [planned], parseExactly);
    if (answer.error && !(await this.#canBePlanned(filters))) return { unfiltered: BROKEN };
    if (answer.error)
      return { unfiltered: 'the query does not fit a table of which some rows and columns are left' };
    const known = new Map((await Promise.all(filters.map((it) => this.#canonicalOf(it)))).flat());
    const { metadata } = this.#core;
    const find = guarded ? guardedScan : filteredScan;
    const { facts, describes, named } = readPlan(answer.plans, {
      scanIn: (node) => find(node, known) ?? metadata.scanIn(node),
    });
    const shows = facts.functions.find((it) => it.class === 'text');
    if (shows !== undefined) return { unfiltered: `${shows.name}${SHOWN}` };
    if (describes + named.length > 0) return { unfiltered: 'it describes another one as well' };
    return { facts, assessment: assess(answer.plans) };
  }

  async #canBePlanned(filters: readonly RowFilter[]): Promise<boolean> {
    for (const filter of filters) {
      const answer = await planOf(this.#core, PLAN_SQL, [`from (${filterQuery(filter)}) t`], parseExactly);
      if (answer.error) return false;
    }
    return true;
  }

  async #canonicalOf(filter: RowFilter): Promise<[string, Canonical][]> {
    const answer = await planOf(this.#core, PLAN_SQL, [`from (${filterQuery(filter)}) t`], parseExactly);
    const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
    return isNode(plan) ? readCanonical(plan.children?.[0]) : [];
  }
}

/** A statement that is filtered, and what stands around it. */
interface Parts {
  readonly before: string;
  readonly statement: string;
  readonly after: string;
  /** Whether it is kept for later, and reads nothing now. */
  readonly isKept: boolean;
}

function partsOf(sql: string): Parts | Unfiltered {
  const tokens = significant(sql);
  if (skipExplain(tokens) > 0) return { unfiltered: EXPLAINED };
  const prepare = readPrepare(tokens);
  const start = tokens[prepare?.start ?? 0]?.start ?? 0;
  return {
    before: sql.slice(0, start),
    statement: sql.slice(start),
    after: '',
    isKept: prepare !== undefined,
  };
}

function partsOfCopy(opened: OpenedText): Parts | Unfiltered {
  const around = aroundCopied(opened);
  return around === undefined
    ? { unfiltered: BESIDE_FILES }
    : { ...around, statement: opened.plan, isKept: false };
}

interface Filtered {
  readonly text: string;
  readonly facts: PlanFacts;
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
