/**
 * What of a query can fail for some values. DuckDB evaluates conditions in an order of its own, and functions on values
 * of rows that a condition has removed, so that a failure tells of rows that nobody should hear of. An allow-list.
 */
import { isNode, type Node, textIn, walk } from './tree.js';

/** @param plans parsed, of `json_serialize_plan`. Undefined: nothing. */
export function failsOnRows(plans: unknown): string | undefined {
  let found: string | undefined;
  walk(plans, (node) => {
    const { expression_class: kind } = node;
    if (typeof kind === 'string') found ??= failure(kind, node);
    return true;
  });
  return found;
}

function failure(kind: string, node: Node): string | undefined {
  if (SAFE.has(kind)) return undefined;
  if (!readsRow(node)) return undefined;
  if (kind === 'BOUND_CAST') return isSafeCast(node) ? undefined : 'a cast';
  if (kind === 'BOUND_OPERATOR')
    return SAFE_OPERATORS.test(textIn(node, 'type')) ? undefined : textIn(node, 'type');
  if (kind !== 'BOUND_FUNCTION') return kind.replace('BOUND_', '').toLowerCase();
  const name = textIn(node, 'name');
  if (SAFE_FUNCTIONS.has(name)) return undefined;
  if (ARITHMETIC.has(name) && FLOATING.has(typeOf(node.return_type))) return undefined;
  const [, ...patterns] = Array.isArray(node.children) ? node.children : [];
  if (PATTERNS.has(name) && !patterns.some(readsRow)) return undefined;
  return `the function ${name}`;
}

/** Whether its value is another one for each row. */
function readsRow(node: unknown): boolean {
  let reads = false;
  walk(node, (it) => {
    reads ||= it.expression_class === 'BOUND_COLUMN_REF' || it.expression_class === 'BOUND_REF';
    return !reads;
  });
  return reads;
}

function isSafeCast(node: Node): boolean {
  const child = isNode(node.child) ? node.child : {};
  const [from, to] = [typeOf(child.return_type), typeOf(node.return_type)];
  if (node.try_cast === true || to === 'VARCHAR') return true;
  if (to === 'DECIMAL') return isWideDecimal(from, node.return_type);
  if (to === 'DOUBLE' && (from === 'FLOAT' || from === 'DECIMAL')) return true;
  const order = WIDER.indexOf(from);
  return order >= 0 && WIDER.indexOf(to) >= order;
}

/** Whether every integer of this type fits. */
function isWideDecimal(from: string, type: unknown): boolean {
  const info = isNode(type) && isNode(type.type_info) ? type.type_info : {};
  const digits = DIGITS[from];
  const { width, scale = 0 } = info;
  return digits !== undefined && typeof width === 'number' && width - Number(scale) >= digits;
}

function typeOf(type: unknown): string {
  return isNode(type) ? textIn(type, 'id') : '';
}

const WIDER: readonly string[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE'];
const DIGITS: Readonly<Record<string, number | undefined>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
};
const FLOATING: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE']);
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/']);
const PATTERNS: ReadonlySet<string> = new Set(['~~', '!~~', '~~*', '!~~*', 'date_part']);
const SAFE_OPERATORS = /^(OPERATOR_(NOT|IS_NULL|IS_NOT_NULL|COALESCE)|COMPARE_(NOT_)?IN)$/;

const SAFE_FUNCTIONS: ReadonlySet<string> = new Set([
  'concat',
  'contains',
  'day',
  'length',
  'lower',
  'ltrim',
  'month',
  'prefix',
  'rtrim',
  'starts_with',
  'strlen',
  'suffix',
  'trim',
  'upper',
  'year',
  '||',
]);

const SAFE: ReadonlySet<string> = new Set([
  // What aggregates and windows are given is looked at by itself; they see the rows that are left.
  'BOUND_AGGREGATE',
  'BOUND_WINDOW',
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_COLUMN_REF',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_CONSTANT',
  'BOUND_PARAMETER',
  'BOUND_REF',
]);
