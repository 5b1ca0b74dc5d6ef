/**
 * What of a query can fail for some values. DuckDB evaluates conditions in an order of its own, and functions on values
 * of rows that a condition has removed, so that a failure tells of rows that nobody should hear of. An allow-list.
 */
import { idOf } from '../row-filters/bound-expressions.js';
import { AGGREGATES, SAFE_FUNCTIONS } from '../row-filters/tried-functions.js';
import { neverOverflows } from './never-overflows.js';
import { childrenOf, type Origin, originOf, originsOf } from './origins.js';
import { isNode, type Node, textIn, walk } from './tree.js';

/**
 * @param plans parsed, of `json_serialize_plan`
 * @param casts those that lent bodies have in them whatever they are given; `not known`: nor is what else they
 *   compute of their own tables alone
 * Undefined: nothing.
 */
export function failsOnRows(plans: unknown, casts: readonly string[] | 'not known' = []): string | undefined {
  // What a body is given may have brought a cast of what its tables have.
  const knowsCasts = casts !== 'not known' && isSameList(castsOfBodies(plans), casts);
  const last = lastProjections(plans);
  const found = failures(plans).find(({ origin, kind, node }) => {
    if (origin === 'lent' && casts !== 'not known' && (kind !== 'BOUND_CAST' || knowsCasts)) return false;
    // What is computed last is computed of the answer's rows only.
    return !(origin === 'own' && last.has(node));
  });
  return found?.reason;
}

/** The casts in plans of what lent bodies read that can fail. */
export function castsOfBodies(plans: unknown): readonly string[] {
  return failures(plans)
    .filter(({ origin, kind }) => origin === 'lent' && kind === 'BOUND_CAST')
    .map(({ expression }) =>
      JSON.stringify(expression, (key, value) =>
        key === 'query_location' || key === 'index' ? undefined : value,
      ),
    );
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

interface Failure {
  readonly reason: string;
  readonly kind: unknown;
  readonly expression: Node;
  readonly origin: Origin | undefined;
  /** The operator that computes it. */
  readonly node: Node;
}

/** Expressions that could fail, what their values are of left aside. */
function failures(plans: unknown): readonly Failure[] {
  const found: Failure[] = [];
  const open: unknown[] = [plans];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) open.push(...node);
    else if (isNode(node)) {
      found.push(...ofOperator(node));
      open.push(...childrenOf(node));
    }
  }
  return found;
}

function ofOperator(node: Node): readonly Failure[] {
  const { children: _, ...its } = node;
  const [child] = childrenOf(node);
  const below = child !== undefined && OVER_ONE.has(textIn(node, 'type')) ? originsOf(child) : undefined;
  const found: Failure[] = [];
  walk(its, (expression) => {
    const { expression_class: kind } = expression;
    const reason = typeof kind === 'string' ? failure(kind, expression) : undefined;
    if (reason !== undefined)
      found.push({ reason, kind, expression, origin: originOf(expression, below), node });
    return true;
  });
  return found;
}

/** Those that give the answer its columns. */
function lastProjections(plans: unknown): ReadonlySet<Node> {
  const found = new Set<Node>();
  const open: Node[] = (Array.isArray(plans) ? plans : []).filter(isNode);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { type, expressions } = node;
    const isProjection = type === 'LOGICAL_PROJECTION';
    if (isProjection) found.add(node);
    const isOrder =
      isProjection &&
      Array.isArray(expressions) &&
      expressions.every((it: unknown) => isNode(it) && it.expression_class === 'BOUND_REF');
    if (isOrder || AFTER_LAST.has(String(type))) open.push(...childrenOf(node));
  }
  return found;
}

function failure(kind: string, node: Node): string | undefined {
  if (SAFE.has(kind)) return undefined;
  if (kind === 'BOUND_AGGREGATE' || kind === 'BOUND_WINDOW') {
    // What it is given is looked at by itself. It sees the rows that are left, but for what it takes from statistics.
    const aggregate = textIn(node, 'name');
    return aggregate === '' || AGGREGATES.has(aggregate) ? undefined : `the aggregate ${aggregate}`;
  }
  if (!readsRow(node)) return undefined;
  if (kind === 'BOUND_CAST') return isSafeCast(node) ? undefined : 'a cast';
  if (kind === 'BOUND_OPERATOR')
    return SAFE_OPERATORS.test(textIn(node, 'type')) ? undefined : textIn(node, 'type');
  if (kind !== 'BOUND_FUNCTION') return kind.replace('BOUND_', '').toLowerCase();
  const name = textIn(node, 'name');
  if (SAFE_FUNCTIONS.has(name) && !PATTERNS.has(name)) return undefined;
  if (neverOverflows(node)) return undefined;
  if (ARITHMETIC.has(name) && FLOATING.has(idOf(node.return_type))) return undefined;
  const [given, ...patterns] = Array.isArray(node.children) ? node.children : [];
  if (ROUNDING.has(name) && isNode(given) && ROUNDED.has(idOf(given.return_type))) return undefined;
  if (PATTERNS.has(name) && !patterns.some(readsRow)) return undefined;
  if (CUTTING.has(name) && patterns.every(isPlace)) return undefined;
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

/** Whether it is a number that is written out, and a place in a text. */
function isPlace(node: unknown): boolean {
  if (!isNode(node)) return false;
  // It is an INTEGER as it is written, and a BIGINT as it is taken.
  if (node.expression_class === 'BOUND_CAST' && idOf(node.return_type) === 'BIGINT')
    return isPlace(node.child);
  if (node.expression_class !== 'BOUND_CONSTANT' || !isNode(node.value)) return false;
  const { value } = node.value;
  return typeof value === 'number' && Math.abs(value) <= 1_000_000;
}

function isSafeCast(node: Node): boolean {
  const child = isNode(node.child) ? node.child : {};
  const [from, to] = [idOf(child.return_type), idOf(node.return_type)];
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

/** Operators whose expressions read the columns of the one below. */
const OVER_ONE: ReadonlySet<string> = new Set(
  ['PROJECTION', 'FILTER', 'AGGREGATE_AND_GROUP_BY', 'ORDER_BY', 'WINDOW'].map((it) => `LOGICAL_${it}`),
);
const AFTER_LAST: ReadonlySet<string> = new Set(
  ['ORDER_BY', 'LIMIT', 'DISTINCT', 'UNION', 'INSERT', 'UPDATE', 'CREATE_TABLE', 'COPY_TO_FILE'].map(
    (it) => `LOGICAL_${it}`,
  ),
);

const WIDER: readonly string[] = ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE'];
const DIGITS: Readonly<Record<string, number | undefined>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
};
const FLOATING: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE']);
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/']);
/** Of these types they have an answer for every value, infinity and NaN included; of whole numbers it may have no place. */
const ROUNDING: ReadonlySet<string> = new Set(['ceil', 'ceiling', 'floor', 'round', 'trunc']);
const ROUNDED: ReadonlySet<string> = new Set(['FLOAT', 'DOUBLE', 'DECIMAL']);
const PATTERNS: ReadonlySet<string> = new Set(['~~', '!~~', '~~*', '!~~*', 'date_part']);
/** Fail for places far beyond the end of any text. */
const CUTTING: ReadonlySet<string> = new Set(['left', 'right', 'substr', 'substring']);
const SAFE_OPERATORS = /^(OPERATOR_(NOT|IS_NULL|IS_NOT_NULL|COALESCE)|COMPARE_(NOT_)?IN)$/;

const SAFE: ReadonlySet<string> = new Set([
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_COLUMN_REF',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_CONSTANT',
  'BOUND_PARAMETER',
  'BOUND_REF',
]);
