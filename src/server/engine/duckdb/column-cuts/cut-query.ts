/**
 * A query with the columns that may be read in the place of each table that may be read in part: what is not among them is not
 * there, to `*`, to names and to DuckDB's errors. Nothing relies on it: what it misses is read by the plan, and refused.
 */
import { quoteText } from '../../../../sql/quote.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { TextReader } from '../facts/plan-text.js';
import { namedTableQuery } from '../facts/pragmas.js';
import { HELD_DEPTH_MAX } from '../facts/read-text.js';
import { hasNode, nameColumns } from '../lent/name-columns.js';
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
import { cutPrefixes } from '../row-filters/cut-prefixes.js';
import { type Shown, shownOf, type Unreadable } from './shown.js';
import { cutTold } from './told-tables.js';

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
    const { at_clause: version = null } = reference.node;
    // Tables have no versions, whatever their columns.
    const shown = version === null ? await shownOf(core, reference, cuts) : undefined;
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
    const readable = await queryOf(core, shown.text);
    if (readable === undefined) continue;
    aliases.push({ alias, table });
    become(node, asSubquery({ ...node, alias }, readable));
  }
  cutPrefixes(query, unnamed);
  return aliases;
}

/** The same in what table functions are told, and in texts that query('…') and query_table('…') run: written anew, quotes in quotes double at each depth. */
async function cutHeld(
  core: TextReader,
  query: Node,
  cuts: readonly ColumnCut[],
  depth: number,
): Promise<readonly Alias[] | Unreadable> {
  const aliases: Alias[] = [];
  if (depth >= HELD_DEPTH_MAX) return aliases;
  for (const told of tableNodes(query)) {
    const table = await cutTold(core, told, cuts);
    if (table !== undefined && typeof table !== 'string') return table;
    if (table !== undefined) aliases.push({ alias: table, table });
    const { function: call } = told.node;
    const text = isNode(call) ? runText(call) : undefined;
    const inner = text === undefined ? undefined : await queryOf(core, text);
    if (inner === undefined || !isNode(call)) continue;
    const cut = await cutQuery(core, inner, cuts, { depth: depth + 1 });
    if ('unreadable' in cut) return cut;
    if (cut.length === 0) continue;
    aliases.push(...cut);
    const run = await queryOf(core, `from query(${quoteText(await textOf(core, inner))})`);
    const [node] = tableNodes(run);
    told.node.function = node?.node.function;
  }
  return aliases;
}

/** What a call of query or query_table runs, if its arguments are written out. */
function runText(call: Node): string | undefined {
  const [argument, ...more] = Array.isArray(call.children) ? (call.children as readonly unknown[]) : [];
  if (!isNode(argument) || more.length > 0) return undefined;
  switch (foldName(textIn(call, 'function_name'))) {
    case 'query':
      return textOfConstant(argument);
    case 'query_table': {
      const isList = argument.function_name === 'list_value' && Array.isArray(argument.children);
      const tables = isList ? (argument.children as readonly unknown[]) : [argument];
      const queries = tables.map((it) => namedTableQuery(textOfConstant(it) ?? ''));
      return queries.includes(undefined) ? undefined : queries.join(' union all ');
    }
    default:
      return undefined;
  }
}

function textOfConstant(node: unknown): string | undefined {
  return isNode(node) && isNode(node.value) ? textIn(node.value, 'value') : undefined;
}

/** Whether an expression has a part that is written in another way once tables are replaced. */
function isCalledByText(column: Node): boolean {
  return column.class !== 'COLUMN_REF' && hasNode(column, (it) => it.class === 'SUBQUERY' || hasPlace(it));
}

function hasPlace({ class: kind, column_names: names }: Node): boolean {
  return kind === 'COLUMN_REF' && Array.isArray(names) && names.length > 2;
}
