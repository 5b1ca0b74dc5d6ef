/** A query whose tree was changed, as text again. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { notHere, WRITTEN_ANEW } from './not-lent.js';
import { isNode, type Node, printed, queryOf, type TextReader, textOf } from './tree.js';

/** Throws FAILED_PRECONDITION where DuckDB reads its own text of the tree as another query. */
export async function writtenAnew(
  core: TextReader,
  query: Node,
): Promise<{ readonly sql: string; readonly query: Node }> {
  const sql = await textOf(core, query);
  const again = await queryOf(core, sql);
  if (again === undefined) throw notHere(WRITTEN_ANEW);
  // Each of them holds the engine's thread for a moment, where the text is long.
  const before = printedFlat(query);
  await nextTurn();
  if (printedFlat(again) !== before) throw notHere(WRITTEN_ANEW);
  return { sql, query: again };
}

/** DuckDB writes `VALUES …` as `SELECT * FROM (VALUES …) AS valueslist`, whose parentheses are one more query to it. */
function printedFlat(query: Node): string {
  return printed(query, (node) => {
    let flat = node;
    for (let list = innerValues(flat); list !== undefined; list = innerValues(flat))
      flat = { ...flat, from_table: list };
    return flat;
  });
}

/** The list of VALUES that a query reads by way of another one, which selects all of it. */
function innerValues({ from_table: table }: Node): unknown {
  if (!isNode(table) || table.type !== 'SUBQUERY' || table.alias !== 'valueslist') return undefined;
  if (!isEmpty([table.sample, table.column_name_alias]) || !isNode(table.subquery)) return undefined;
  const { node } = table.subquery;
  if (!isNode(node) || !isNode(node.from_table) || node.from_table.alias !== 'valueslist') return undefined;
  const { from_table: list, select_list: columns } = node;
  const [star, ...more] = Array.isArray(columns) ? columns : [];
  if (!isNode(star) || star.class !== 'STAR' || more.length > 0) return undefined;
  const isAll = hasOnly(star, ['class', 'type', 'query_location']);
  return isAll && hasOnly(node, ['type', 'from_table', 'select_list', 'aggregate_handling'])
    ? list
    : undefined;
}

function hasOnly(node: Node, keys: readonly string[]): boolean {
  return Object.entries(node).every(([key, value]) => keys.includes(key) || isEmpty(value));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}
