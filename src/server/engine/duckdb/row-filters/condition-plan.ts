/** What DuckDB bound a condition to: whether it means the same in every session, and fails on no row. */
import {
  type BoundNode,
  idOf,
  isObject,
  isZoned,
  neverFails,
  readsRow,
  typeOf,
} from './bound-expressions.js';
import { SAFE_FUNCTIONS, ZONELESS_FUNCTIONS } from './tried-functions.js';

/** Why bound expressions cannot be a row policy's; undefined where they can. */
export function reasonAgainstBound(expressions: unknown): string | undefined {
  const open: unknown[] = [expressions];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isObject(node)) continue;
    const reason = typeof node.expression_class === 'string' ? reasonAgainst(node) : undefined;
    if (reason !== undefined) return reason;
    open.push(...Object.values(node).filter(isObject));
  }
  return undefined;
}

function reasonAgainst(node: BoundNode): string | undefined {
  const kind = String(node.expression_class);
  if (!EXPRESSIONS.has(kind)) return `it has ${kind.replace('BOUND_', '').toLowerCase()} in it`;
  if (kind === 'BOUND_OPERATOR' && !OPERATORS.has(String(node.type)))
    return `it has ${String(node.type).toLowerCase()} in it`;
  if (kind === 'BOUND_CAST') return reasonAgainstCast(node);
  if (kind !== 'BOUND_FUNCTION') return undefined;
  const name = String(node.name);
  if (node.catalog_name !== 'system' || !SAFE_FUNCTIONS.has(name))
    return `${name} is not among the functions that a condition may have: it can fail on a row, depends on the session, or does more than compute`;
  const zoned = [node.return_type, ...childrenOf(node).map(typeOf)].some(isZoned);
  return zoned && !ZONELESS_FUNCTIONS.has(name)
    ? `${name} depends on the time zone of the session`
    : undefined;
}

function reasonAgainstCast(node: BoundNode): string | undefined {
  if (isZoned(typeOf(node.child)) || isZoned(node.return_type))
    return 'to make a time with a zone of something else, or the other way round, depends on the time zone of the session';
  if (!readsRow(node) || neverFails(node)) return undefined;
  return `the cast to ${idOf(node.return_type)} can fail on a row. TRY_CAST cannot`;
}

function childrenOf({ children }: BoundNode): readonly unknown[] {
  return Array.isArray(children) ? children : [];
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_CAST',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_CONSTANT',
  'BOUND_FUNCTION',
  'BOUND_OPERATOR',
  'BOUND_REF',
]);

const OPERATORS: ReadonlySet<string> = new Set([
  'OPERATOR_NOT',
  'OPERATOR_IS_NULL',
  'OPERATOR_IS_NOT_NULL',
  'OPERATOR_COALESCE',
  'COMPARE_IN',
  'COMPARE_NOT_IN',
]);
