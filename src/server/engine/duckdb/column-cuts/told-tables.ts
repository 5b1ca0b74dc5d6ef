/** Calls of table functions that are told a table by its name, where the table may be read in part. */
import { quoteName, quoteText } from '../../../../sql/quote.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { TextReader } from '../facts/plan-text.js';
import { namedTableQuery } from '../facts/pragmas.js';
import {
  asSubquery,
  become,
  isNode,
  type Node,
  queryOf,
  type Reference,
  references,
  type TableNode,
  tableNodes,
  textIn,
} from '../lent/tree.js';
import { type Shown, shownOf, type Unreadable } from './shown.js';

/** The call and its arguments, the first of which tells a table. */
interface Told {
  readonly name: string;
  readonly shown: Shown;
  readonly rest: readonly unknown[];
}

/**
 * Puts a query in the place of `pragma_table_info('t')`, `histogram(t, column)` and `histogram_values(t, column)`; the table's name, where
 * it has. The connection must be claimed, in the transaction in which it is to run.
 */
export async function cutTold(
  core: TextReader,
  { node, scope }: TableNode,
  cuts: readonly ColumnCut[],
): Promise<string | Unreadable | undefined> {
  const { function: call } = node;
  if (node.type !== 'TABLE_FUNCTION' || !isNode(call)) return undefined;
  const name = foldName(textIn(call, 'function_name'));
  const queryFor = QUERIES.get(name);
  const [told, ...rest] = Array.isArray(call.children) ? (call.children as readonly unknown[]) : [];
  const table = queryFor === undefined ? undefined : await toldTable(core, told);
  if (queryFor === undefined || table === undefined) return undefined;
  const isOfWith = table.schema === '' && scope.has(foldName(table.table));
  const shown = isOfWith ? undefined : await shownOf(core, table, cuts);
  if (shown === undefined || 'unreadable' in shown) return shown;
  const query = await queryFor(core, { name, shown, rest });
  if (query === undefined) return undefined;
  become(node, asSubquery({ ...node, alias: textIn(node, 'alias') || name }, query));
  return shown.place.name;
}

/** By a text, or by a name that is none of a column. */
async function toldTable(core: TextReader, told: unknown): Promise<Reference | undefined> {
  if (!isNode(told)) return undefined;
  const { column_names: names } = told;
  const text = isNode(told.value) ? textIn(told.value, 'value') : '';
  const from = Array.isArray(names) ? `from ${quoteName(...names.map(String))}` : namedTableQuery(text);
  const query = from === undefined ? undefined : await queryOf(core, from);
  return references(query)[0];
}

/** The same call, told a query of a WITH that has the table's name. */
async function overShown(core: TextReader, { name, shown, rest }: Told): Promise<Node | undefined> {
  const table = quoteName(shown.place.name);
  const query = await queryOf(core, `with ${table} as (${shown.text}) from ${name}(${quoteText(table)})`);
  const call = tableNodes(query).find(({ node }) => node.type === 'TABLE_FUNCTION')?.node.function;
  if (isNode(call) && Array.isArray(call.children)) call.children = [...call.children, ...rest];
  return query;
}

/** By the lists of metadata that the session is shown. */
function tableInfo(core: TextReader, { shown }: Told): Promise<Node | undefined> {
  return queryOf(core, infoSql(shown.place));
}

function infoSql({ catalog, schema, name }: ObjectName): string {
  const isIts = (list: string) => `${list}.database_name = ${quoteText(catalog)}
    and ${list}.schema_name = ${quoteText(schema)} and ${list}.table_name = ${quoteText(name)}`;
  return `
select (row_number() over (order by place asc) - 1)::integer as cid, name, type, "notnull" or pk as "notnull", dflt_value, pk
from (
  select c.column_index as place, c.column_name as name, c.data_type as type, not c.is_nullable as "notnull",
    c.column_default as dflt_value,
    exists (from duckdb_constraints() k where ${isIts('k')}
      and k.constraint_type = 'PRIMARY KEY' and list_contains(k.constraint_column_names, c.column_name)) as pk
  from duckdb_columns() c where ${isIts('c')})
order by cid asc`;
}

const QUERIES: ReadonlyMap<string, (core: TextReader, told: Told) => Promise<Node | undefined>> = new Map([
  ['pragma_table_info', tableInfo],
  ['histogram', overShown],
  ['histogram_values', overShown],
]);
