/** Whether a query leaves out rows of what it reads, so that somebody who may read it might be told of those by errors. */
import { isNode, type Node } from './tree.js';

/** False only for the rows of one table, file or such a query as they are, columns chosen and computed at will. */
export function hidesRows(query: Node): boolean {
  if (query.type !== 'SELECT_NODE') return true;
  const isPlain =
    [query.where_clause, query.having, query.qualify, query.sample].every((it) => it === null) &&
    [query.modifiers, query.group_expressions].every((it) => Array.isArray(it) && it.length === 0);
  if (!isPlain || !isNode(query.from_table)) return true;
  const { type, subquery, sample } = query.from_table;
  if (sample !== null) return true;
  if (type === 'SUBQUERY') return !isNode(subquery) || !isNode(subquery.node) || hidesRows(subquery.node);
  return type !== 'BASE_TABLE' && type !== 'TABLE_FUNCTION';
}
