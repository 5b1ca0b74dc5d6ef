/** Scans that stand in a plan below a filter which is known, told by exactly what DuckDB makes of the filter. */

interface PlanNode {
  readonly type?: unknown;
  readonly children?: readonly PlanNode[];
  readonly expressions?: readonly unknown[];
  readonly column_indexes?: readonly unknown[];
  readonly index?: unknown;
  readonly limit_val?: LimitNode;
  readonly offset_val?: LimitNode;
}

interface LimitNode {
  readonly type?: unknown;
  readonly constant_integer?: unknown;
}

/** What stands above a filter. */
export interface Canonical {
  readonly expressions: readonly string[];
  /** How many columns the scan below hands up. */
  readonly columns: number;
}

/** By the text of the filter and the scan below it: of a query that does nothing but list columns and filter. */
export function readCanonical(projection: unknown): [string, Canonical][] {
  const above = isNode(projection) ? projection : undefined;
  const filter = above?.children?.[0];
  const scan = filter?.children?.[0];
  if (filter?.type !== 'LOGICAL_FILTER' || scan?.type !== 'LOGICAL_GET') return [];
  const expressions = (above?.expressions ?? []).map(normalized);
  return [[normalized(filter), { expressions, columns: scan.column_indexes?.length ?? 0 }]];
}

/** The scan that this operator of a plan filters as one of `known` does; undefined for all others. */
export function filteredScan(node: unknown, known: ReadonlyMap<string, Canonical>): unknown {
  if (known.size === 0) return undefined;
  const filter = filterBelow(node);
  const canonical = filter && known.get(normalized(filter));
  return canonical !== undefined && isWidened(node, canonical) ? filter?.children?.[0] : undefined;
}

/** The same below a LIMIT that limits nothing, past which DuckDB moves no other condition down to the scan. */
export function guardedScan(node: unknown, known: ReadonlyMap<string, Canonical>): unknown {
  if (!isNode(node) || node.type !== 'LOGICAL_LIMIT' || node.children?.length !== 1) return undefined;
  const { limit_val: limit, offset_val: offset } = node;
  const isIdle =
    limit?.type === 'UNSET' && offset?.type === 'CONSTANT_VALUE' && offset.constant_integer === 0;
  return isIdle ? filteredScan(node.children[0], known) : undefined;
}

/** The filter right below, or beside the values that DuckDB brings to a correlated query. */
function filterBelow(node: unknown): PlanNode | undefined {
  if (!isNode(node) || node.children?.length !== 1) return undefined;
  const [child] = node.children;
  if (child?.type !== 'LOGICAL_CROSS_PRODUCT') return child?.type === 'LOGICAL_FILTER' ? child : undefined;
  const [filter, values, ...more] = child.children ?? [];
  const isCorrelated = values?.type === 'LOGICAL_DELIM_GET' && more.length === 0;
  return isCorrelated && filter?.type === 'LOGICAL_FILTER' ? filter : undefined;
}

/** Whether it is the known list of columns, followed by none of those of the scan. */
function isWidened(node: unknown, { expressions, columns }: Canonical): boolean {
  const given = isNode(node) ? (node.expressions ?? []) : [];
  const own = given.slice(0, expressions.length);
  if (own.length < expressions.length || own.some((it, at) => normalized(it) !== expressions[at]))
    return false;
  return given
    .slice(expressions.length)
    .every(
      (it) => isNode(it) && it.type === 'BOUND_REF' && typeof it.index === 'number' && it.index >= columns,
    );
}

/** Whether a part of a plan can have parts itself. */
export function isNode(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null;
}

/** Without what depends on where it stands in a statement. */
function normalized(node: unknown): string {
  return JSON.stringify(node, (key, value) => (PLACE.has(key) ? undefined : value));
}

/** There is one scan below, and expressions name its columns by their position. */
const PLACE: ReadonlySet<string> = new Set(['alias', 'query_location', 'table_index']);
