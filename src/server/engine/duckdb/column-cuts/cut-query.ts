/**
 * A query with the columns that may be read in the place of each table that may be read in part: what is not among them is not
 * there, to `*`, to names and to DuckDB's errors. Nothing relies on it: what it misses is read by the plan, and refused.
 */
import { quoteName } from '../../../../sql/quote.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { isNode as isPlanNode } from '../facts/filtered-scans.js';
import { PLAN_SQL, planOf, type TextReader } from '../facts/plan-text.js';
import { namedTableQuery } from '../facts/pragmas.js';
import { readPlan } from '../facts/read-plan.js';
import { HELD_DEPTH_MAX } from '../facts/read-text.js';
import { hasNode, nameColumns } from '../lent/name-columns.js';
import { inSession, key } from '../lent/resolve.js';
import {
  asSubquery,
  become,
  isNode,
  type Node,
  queryOf,
  type Reference,
  references,
  tableNodes,
  textIn,
  textOf,
} from '../lent/tree.js';
import { cutPrefixes } from '../row-filters/rewrite.js';

/** A table that is replaced, by its name and what it is called in the query. */
export interface Alias {
  readonly alias: string;
  readonly table: string;
}

/** Where a query stands. */
interface Within {
  readonly around?: ReadonlySet<string>;
  readonly isValue?: boolean;
  readonly depth?: number;
}

/** Nothing of it may be read. */
export interface Unreadable {
  readonly unreadable: ObjectName;
}

/**
 * Changes the tree; what the tables are called in it that it has replaced.
 * @param around names of a WITH around it, folded
 * @param isValue whether what it gives has no name
 * @param depth in texts that query('…') runs
 * The connection must be claimed, in the transaction in which it is to run.
 */
export async function cutQuery(
  core: TextReader,
  query: Node,
  cuts: readonly ColumnCut[],
  { around, isValue = false, depth = 0 }: Within = {},
): Promise<readonly Alias[] | Unreadable> {
  const replaced: { readonly reference: Reference; readonly shown: Shown }[] = [];
  for (const reference of references(query, around)) {
    const shown = await shownOf(core, reference, cuts);
    if (shown !== undefined && 'unreadable' in shown) return shown;
    if (shown !== undefined) replaced.push({ reference, shown });
  }
  const held = await cutHeld(core, query, cuts, depth);
  if ('unreadable' in held) return held;
  if (replaced.length === 0) return held;
  if (!isValue) await nameColumns(core, query, isCalledByText);
  const unnamed: ObjectName[] = [];
  const aliases: Alias[] = [...held];
  for (const { reference, shown } of replaced) {
    const { node, table } = reference;
    if (node.alias === '') unnamed.push(shown.place);
    const alias = textIn(node, 'alias') || table;
    aliases.push({ alias, table });
    become(node, asSubquery({ ...node, alias }, shown.query));
  }
  cutPrefixes(
    query,
    unnamed.map(({ catalog, schema, name }) => ({ catalog, schema, table: name })),
  );
  return aliases;
}

/** The same in texts that query('…') and query_table('…') run: written anew, quotes in quotes double at each depth. */
async function cutHeld(
  core: TextReader,
  query: Node,
  cuts: readonly ColumnCut[],
  depth: number,
): Promise<readonly Alias[] | Unreadable> {
  const aliases: Alias[] = [];
  if (depth >= HELD_DEPTH_MAX) return aliases;
  for (const { node } of tableNodes(query)) {
    const { function: call } = node;
    if (node.type !== 'TABLE_FUNCTION' || !isNode(call)) continue;
    const name = foldName(textIn(call, 'function_name'));
    const [argument, ...more] = Array.isArray(call.children) ? call.children : [];
    const value = isNode(argument) && isNode(argument.value) ? argument.value : undefined;
    const given = value === undefined ? '' : textIn(value, 'value');
    const text = name === 'query' ? given : name === 'query_table' ? namedTableQuery(given) : undefined;
    const inner = text === undefined || more.length > 0 ? undefined : await queryOf(core, text);
    if (inner === undefined || value === undefined) continue;
    const cut = await cutQuery(core, inner, cuts, { depth: depth + 1 });
    if ('unreadable' in cut) return cut;
    if (cut.length === 0) continue;
    aliases.push(...cut);
    call.function_name = 'query';
    value.value = await textOf(core, inner);
  }
  return aliases;
}

/** Whether an expression has a part that is written in another way once tables are replaced. */
function isCalledByText(column: Node): boolean {
  return column.class !== 'COLUMN_REF' && hasNode(column, (it) => it.class === 'SUBQUERY' || hasPlace(it));
}

function hasPlace({ class: kind, column_names: names }: Node): boolean {
  return kind === 'COLUMN_REF' && Array.isArray(names) && names.length > 2;
}

/** A table, and the query of what may be read of it. */
interface Shown {
  readonly place: ObjectName;
  readonly query: Node;
}

/** Undefined where the reference is to something else. */
async function shownOf(
  core: TextReader,
  { catalog, schema, table, node }: Reference,
  cuts: readonly ColumnCut[],
): Promise<Shown | Unreadable | undefined> {
  if (!cuts.some(({ name }) => foldName(name) === foldName(table))) return undefined;
  // Tables have no versions, whatever their columns.
  if (node.at_clause !== undefined && node.at_clause !== null) return undefined;
  const names = [catalog, schema, table].filter((it) => it !== '');
  const answer = await planOf(core, PLAN_SQL, [`from ${quoteName(...names)}`]);
  const scan = scanOf(answer.plans);
  if (scan === undefined) return await unreadableView(core, names, cuts);
  const cut = cuts.find((it) => key(it) === key(scan.place));
  if (cut === undefined) return undefined;
  const granted = new Set(cut.columns.map(foldName));
  const columns = await readable(core, scan, granted);
  if (columns.length === 0) return { unreadable: scan.place };
  const query = await queryOf(core, selecting(scan.place, columns));
  return query && { place: scan.place, query };
}

/** Of a view one needs all of its columns. */
async function unreadableView(
  core: TextReader,
  names: readonly string[],
  cuts: readonly ColumnCut[],
): Promise<Unreadable | undefined> {
  const view = await inSession(core, names, ['view']);
  const isCut = view !== undefined && cuts.some((it) => key(it) === key(view));
  return isCut ? { unreadable: view } : undefined;
}

/** Those of its columns that are granted. Of a generated one that means what it is computed from, too. */
async function readable(
  core: TextReader,
  { place, columns }: Scan,
  granted: ReadonlySet<string>,
): Promise<readonly string[]> {
  const named = columns.filter((it) => granted.has(foldName(it)));
  if (named.length === 0 || (await readsOnly(core, place, named, granted))) return named;
  const found: string[] = [];
  for (const column of named) if (await readsOnly(core, place, [column], granted)) found.push(column);
  return found;
}

async function readsOnly(
  core: TextReader,
  place: ObjectName,
  columns: readonly string[],
  granted: ReadonlySet<string>,
): Promise<boolean> {
  const answer = await planOf(core, PLAN_SQL, [selecting(place, columns)]);
  if (answer.error) return false;
  const { reads } = readPlan(answer.plans, { scanIn: () => undefined }).facts;
  return reads.every((it) => it.columns?.every((column) => granted.has(foldName(column))));
}

function selecting({ catalog, schema, name }: ObjectName, columns: readonly string[]): string {
  return `select ${columns.map((it) => quoteName(it)).join(', ')} from ${quoteName(catalog, schema, name)}`;
}

/** A table, and all its columns. */
interface Scan {
  readonly place: ObjectName;
  readonly columns: readonly string[];
}

/** What `from name` scans; undefined of a view, whose query stands between. */
function scanOf(plans: unknown): Scan | undefined {
  const [plan] = Array.isArray(plans) ? plans : [];
  const scan = isPlanNode(plan) ? plan.children?.[0] : undefined;
  if (!isPlanNode(scan) || scan.type !== 'LOGICAL_GET') return undefined;
  const { names } = scan as { readonly names?: unknown };
  const [read, ...more] = readPlan([plan], { scanIn: () => undefined }).facts.reads;
  if (read === undefined || more.length > 0 || !Array.isArray(names)) return undefined;
  const { catalog, schema, name } = read;
  return { place: { catalog, schema, name }, columns: names.map(String) };
}
