/** Whether a query leaves out rows of what it reads, so that somebody who may read it might be told of those by errors. */
import { GUARDED_FUNCTIONS, SAFE_FUNCTIONS } from '../row-filters/tried-functions.js';
import { isNode, type Node, textIn, walk } from './tree.js';

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

/**
 * Whether DuckDB moves each condition on a query's columns down to what it reads: nothing is counted, ordered or cut off before.
 * Otherwise what it knows of the tables by statistics decides whether a condition is looked at.
 */
export function movesConditions(query: Node): boolean {
  if (query.type !== 'SELECT_NODE') return false;
  const { modifiers, group_expressions: groups, select_list: list } = query;
  const isPlain =
    [query.having, query.qualify, query.sample].every((it) => it === null) &&
    [modifiers, groups].every((it) => Array.isArray(it) && it.length === 0);
  let isComputed = true;
  walk(list, (node) => {
    const name = textIn(node, 'function_name').toLowerCase();
    if (node.class === 'FUNCTION') isComputed &&= SAFE_FUNCTIONS.has(name) || GUARDED_FUNCTIONS.has(name);
    if (node.class === 'WINDOW' || node.class === 'SUBQUERY') isComputed = false;
    return true;
  });
  return isPlain && isComputed && isNode(query.from_table) && movesThrough(query.from_table);
}

function movesThrough(table: Node): boolean {
  const { type, subquery, left, right, sample, join_type: kind } = table;
  if (sample !== null) return false;
  if (type === 'SUBQUERY') return isNode(subquery) && isNode(subquery.node) && movesConditions(subquery.node);
  if (type !== 'JOIN') return type === 'BASE_TABLE' || type === 'TABLE_FUNCTION';
  return kind === 'INNER' && isNode(left) && isNode(right) && movesThrough(left) && movesThrough(right);
}
