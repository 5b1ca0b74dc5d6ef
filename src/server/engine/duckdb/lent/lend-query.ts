/**
 * A query over lent views, as two texts: what runs has a view's body in the place of its name, what is planned a query
 * without rows that has the same columns and reads nothing. Both are compared in DuckDB's own parse tree, so that
 * everything else of the query is decided on as it runs, with the rights of whoever asks.
 */
import { quoteName } from '../../../../sql/quote.js';
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { LentRead } from '../../../model/plan-facts.js';
import { type Replacement, versionOf } from '../facts/two-texts.js';
import { closingOf, isName, isWord, significant, type Word } from '../facts/words.js';
import { columnsOf, stubOf } from './columns.js';
import { type Core, expand } from './expand.js';
import { movesConditions } from './hides-rows.js';
import { type Body, inlineCalls } from './inline-calls.js';
import { hasNode, nameColumns } from './name-columns.js';
import { notHere, notLent, WRITTEN_ANEW } from './not-lent.js';
import { isPlain } from './parameters.js';
import { inSession, key } from './resolve.js';
import { sameButFor } from './same-but-for.js';
import { tellsConstants } from './tells-constants.js';
import {
  isNode,
  type Node,
  printed,
  queryOf,
  references,
  type TextReader,
  tableNodes,
  textIn,
  textOf,
  walk,
} from './tree.js';
import { writtenAnew } from './written-anew.js';

/** What runs, what is planned in its place, and the views in it. */
export interface LentText {
  readonly run: string;
  readonly plan: string;
  readonly reads: readonly LentRead[];
  /** Whether one of them leaves out rows of what it reads. */
  readonly hidesRows: boolean;
  /** What of a macro's constants could tell of such rows. */
  readonly tells: string | undefined;
  /** Those that are in it whatever macros are given, as `failsOnRows` takes them. */
  readonly casts: readonly string[];
}

/**
 * @param scope names, folded, that WITH has around it. Undefined where it names nothing that is lent; throws
 * FAILED_PRECONDITION. The connection must be claimed, in the transaction in which it is to run.
 */
export async function lendQuery(
  core: Core,
  written: string,
  tree: Node,
  lent: readonly LentView[],
  scope: ReadonlySet<string>,
): Promise<LentText | undefined> {
  const named = await withNames(core, written, tree, lent);
  const inlined = await inlineCalls(core, named.sql, lent);
  const { sql, query, bodies } = inlined ?? { ...named, bodies: new Map<string, Body>() };
  const uses = await usesIn(core, { query, sql, lent, bodies, scope });
  if (uses.length === 0) return undefined;
  const placed: Replacement[] = [];
  const reads = new Map<string, LentRead>();
  let hidesRows = false;
  let tells: string | undefined;
  const casts: string[] = [];
  for (const use of uses) {
    const { run, plan, read, ...found } = use.body ?? (await bodyOf(core, use, lent));
    hidesRows ||= found.hidesRows && !use.isDescribed;
    if (found.hidesRows && use.view.kind === 'macro' && use.body === undefined)
      tells ??= await tellsConstants(core, use.view, use.values, lent);
    // DuckDB describes keys and defaults of the tables behind as well.
    casts.push(...(use.body?.casts ?? []));
    placed.push({ ...use, run: use.isDescribed ? plan : run, plan });
    reads.set(key(use.view), read);
  }
  const replaced = [...placed, ...prefixCuts(query, sql, uses)];
  const run = version(sql, replaced, 'run');
  const plan = version(sql, replaced, 'plan');
  await assertSame(core, run, plan, placed);
  return { run, plan, reads: [...reads.values()], hidesRows, tells, casts };
}

/** The query with names for its columns in whose subqueries a body is to stand. */
async function withNames(
  core: TextReader,
  sql: string,
  query: Node,
  lent: readonly LentView[],
): Promise<{ readonly sql: string; readonly query: Node }> {
  const names = new Set(lent.map(({ name }) => foldName(name)));
  const isLent = (node: Node) =>
    node.class === undefined
      ? names.has(foldName(textIn(node, 'table_name')))
      : names.has(foldName(textIn(node, 'function_name')));
  const before = printed(query);
  if (!(await nameColumns(core, query, (column) => hasNode(column, isLent))))
    throw notHere('write the columns out instead of COLUMNS(…).');
  return printed(query) === before ? { sql, query } : await writtenAnew(core, query);
}

/** Of a view, or of a macro that is given constants. */
async function bodyOf(core: Core, { view, values }: Use, lent: readonly LentView[]): Promise<Body> {
  if (!values.every(isPlain)) throw notLent('an argument is no constant');
  const { query, behind, hidesRows } = await expand(core, view, { given: values, lent });
  const body = await textOf(core, query);
  const columns = await columnsOf(core, `(${body})`);
  const isOpen = !hidesRows || movesConditions(query);
  const names = columns
    .map(({ name }) => (isOpen ? `g.${quoteName(name)}` : `try(g.${quoteName(name)}) as ${quoteName(name)}`))
    .join(', ');
  const { catalog, schema, name } = view;
  return {
    ...{ view, read: { catalog, schema, name, behind }, hidesRows },
    ...{ run: `(select ${names} from (${body}) as g)`, plan: stubOf(columns), casts: [] },
  };
}

/** A view or macro in the place of a table. Positions are those of the text. */
interface Use {
  readonly view: LentView;
  /** What was written for it already. */
  readonly body?: Body;
  readonly node: Node;
  readonly isDescribed: boolean;
  /** Arguments, of a macro. */
  readonly values: readonly Node[];
  readonly start: number;
  readonly end: number;
  readonly before: string;
  /** A name for it, where the query gives none. */
  readonly after: string;
}

interface Written {
  readonly query: Node;
  readonly sql: string;
  readonly lent: readonly LentView[];
  readonly bodies: ReadonlyMap<string, Body>;
  readonly scope: ReadonlySet<string>;
}

async function usesIn(core: TextReader, { query, sql, lent, bodies, scope }: Written): Promise<Use[]> {
  const tokens = significant(sql);
  const uses: Use[] = [];
  const isLent = (name: string, kind: LentView['kind']) =>
    lent.some((it) => it.kind === kind && foldName(it.name) === foldName(name));
  for (const { node, catalog, schema, table, isDescribed } of references(query, scope)) {
    const body = bodies.get(table);
    if (body !== undefined) {
      const at = tokenAt(sql, tokens, node.query_location);
      uses.push({ ...placeOf(body.view, node, tokens, at, at), body, isDescribed, values: [] });
      continue;
    }
    if (!isLent(table, 'view') || isNode(node.at_clause)) continue;
    const place = await inSession(core, [catalog, schema, table]);
    const view = place && lent.find((it) => it.kind === 'view' && key(it) === key(place));
    if (view === undefined) continue;
    const at = tokenAt(sql, tokens, node.query_location);
    const last = at + 2 * [catalog, schema].filter((it) => it !== '').length;
    uses.push({ ...placeOf(view, node, tokens, at, last), isDescribed, values: [] });
  }
  for (const { node, isDescribed } of tableNodes(query)) {
    const call = isNode(node.function) ? node.function : {};
    const names = ['catalog', 'schema', 'function_name'].map((part) => textIn(call, part));
    if (!isLent(names[2] ?? '', 'macro') || node.with_ordinality !== 'WITHOUT_ORDINALITY') continue;
    const place = await inSession(core, names, ['macro table']);
    const view = place && lent.find((it) => it.kind === 'macro' && key(it) === key(place));
    if (view === undefined) continue;
    const at = tokenAt(sql, tokens, node.query_location);
    const open = at + 2 * names.filter((it) => it !== '').length - 1;
    const values = Array.isArray(call.children) ? (call.children as Node[]) : [];
    uses.push({ ...placeOf(view, node, tokens, at, closingOf(tokens, open)), isDescribed, values });
  }
  return uses;
}

function placeOf(
  view: LentView,
  node: Node,
  tokens: readonly Word[],
  at: number,
  last: number,
): Omit<Use, 'values' | 'isDescribed'> {
  const [first, end] = [tokens[at], tokens[last]];
  if (first === undefined || end === undefined) throw notLent('the place of the view is not found');
  const verb = tokens[at - 1];
  const describes = isWord(verb, 'describe', 'desc', 'summarize', 'show');
  // TABLE v is FROM v, and FROM ONLY v too.
  const isTable = isWord(verb, 'table');
  const start = verb !== undefined && (isTable || isWord(verb, 'only')) ? verb.start : first.start;
  const name = node.type === 'BASE_TABLE' ? textIn(node, 'table_name') : view.name;
  return {
    ...{ view, node, start, end: end.end },
    before: describes || isTable ? 'from ' : '',
    after: textIn(node, 'alias') === '' ? ` as ${quoteName(name)}` : '',
  };
}

/** DuckDB counts bytes. */
function tokenAt(sql: string, tokens: readonly Word[], location: unknown): number {
  if (typeof location !== 'number') return -1;
  const start = Buffer.from(sql).subarray(0, location).toString().length;
  const at = tokens.findIndex((it) => it.start === start);
  return isName(tokens[at]) ? at : -1;
}

/** Takes `catalog.schema.` off columns of the views: what stands there now has one name only. */
function prefixCuts(query: Node, sql: string, uses: readonly Use[]) {
  const tokens = significant(sql);
  const cuts: Replacement[] = [];
  walk(query, (node) => {
    const names =
      node.class === 'COLUMN_REF' && Array.isArray(node.column_names) ? node.column_names.map(String) : [];
    if (names.length < 3) return true;
    const written = names.map(foldName);
    const length = uses
      .filter((use) => textIn(use.node, 'alias') === '' && use.view.kind === 'view')
      .flatMap(({ view }) => [
        [view.catalog, view.schema, view.name],
        [view.schema, view.name],
      ])
      .find(
        (parts) => written.length > parts.length && parts.every((it, at) => foldName(it) === written[at]),
      )?.length;
    const at = length === undefined ? -1 : tokenAt(sql, tokens, node.query_location);
    const [first, next] = [tokens[at], tokens[at + 2 * ((length ?? 1) - 1)]];
    if (first !== undefined && next !== undefined)
      cuts.push({ start: first.start, end: next.start, before: '', after: '', run: '', plan: '' });
    return true;
  });
  return cuts;
}

function version(sql: string, replacements: readonly Replacement[], which: 'run' | 'plan'): string {
  const text = versionOf(sql, replacements, which);
  if (text === undefined) throw notLent('the places of the views are not found');
  return text;
}

/** Throws unless both texts are one query to DuckDB, but for the bodies and what stands for them. */
async function assertSame(
  core: TextReader,
  run: string,
  plan: string,
  placed: readonly Replacement[],
): Promise<void> {
  const pairs = new Map<string, string>();
  for (const { run: body, plan: stub } of placed) {
    const [lent, empty] = [await queryOf(core, body), await queryOf(core, stub)];
    if (lent === undefined || empty === undefined) throw notLent('its body cannot be read');
    pairs.set(printed(lent), printed(empty));
  }
  const [first, second] = [await queryOf(core, run), await queryOf(core, plan)];
  if (first === undefined || second === undefined || sameButFor(first, second, pairs) !== placed.length)
    throw notHere(WRITTEN_ANEW);
}
