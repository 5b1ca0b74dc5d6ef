/** What bound expressions of a plan are: their types, whether they read a row, whether a cast can fail. Source: DuckDB's json_serialize_plan. */

export type BoundNode = Readonly<Record<string, unknown>>;

/** Whether a part of a plan can have parts itself. */
export function isObject(value: unknown): value is BoundNode {
  return typeof value === 'object' && value !== null;
}

/** Whether what is computed can be another thing for each row. */
export function readsRow(node: unknown): boolean {
  const open: unknown[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isObject(next)) continue;
    if (READERS.has(String(next.expression_class))) return true;
    open.push(...Object.values(next).filter(isObject));
  }
  return false;
}

const READERS: ReadonlySet<string> = new Set([
  'BOUND_REF',
  'BOUND_COLUMN_REF',
  'BOUND_LAMBDA_REF',
  'BOUND_PARAMETER',
  'BOUND_SUBQUERY',
  'BOUND_AGGREGATE',
  'BOUND_WINDOW',
]);

/** The type of what an expression answers; undefined of those that answer a BOOLEAN. */
export function typeOf(node: unknown): unknown {
  if (!isObject(node)) return undefined;
  return isObject(node.value) ? node.value.type : node.return_type;
}

/** Whether a type is a time with a zone, or has one in it. */
export function isZoned(type: unknown): boolean {
  return JSON.stringify(type ?? '').includes('WITH TIME ZONE');
}

/** Whether every value of the type that a cast comes from has a place in the other. */
export function neverFails({ child, return_type: to, try_cast: tries }: BoundNode): boolean {
  const from = typeOf(child);
  const [source, target] = [idOf(from), idOf(to)];
  if (tries === true) return true;
  if (target === 'VARCHAR') return PLAIN.has(source);
  if (source === target && source !== 'DECIMAL') return PLAIN.has(source);
  const digits = DIGITS[source];
  if (target === 'DOUBLE') return digits !== undefined || source === 'FLOAT' || source === 'DECIMAL';
  if (target === 'DECIMAL') return fitsDecimal(from, to, digits);
  const most = DIGITS[target];
  return digits !== undefined && most !== undefined && digits < most;
}

function fitsDecimal(from: unknown, to: unknown, digits: number | undefined): boolean {
  const { width, scale } = decimalOf(to);
  const source = decimalOf(from);
  if (digits !== undefined) return width - scale >= digits;
  return idOf(from) === 'DECIMAL' && scale >= source.scale && width - scale >= source.width - source.scale;
}

/** Decimal digits that hold every value of signed integers. */
const DIGITS: Readonly<Record<string, number>> = {
  TINYINT: 3,
  SMALLINT: 5,
  INTEGER: 10,
  BIGINT: 19,
  HUGEINT: 39,
};

const PLAIN: ReadonlySet<string> = new Set([
  ...Object.keys(DIGITS),
  ...['BOOLEAN', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE', 'DECIMAL'],
  ...['VARCHAR', 'JSON', 'ENUM', 'UUID', 'DATE', 'TIME', 'TIMESTAMP', 'INTERVAL'],
]);

function decimalOf(type: unknown): { readonly width: number; readonly scale: number } {
  const info = isObject(type) && isObject(type.type_info) ? type.type_info : {};
  return { width: Number(info.width ?? 0), scale: Number(info.scale ?? 0) };
}

/** The name of a type without its parameters. JSON is a VARCHAR to DuckDB, and not every text is one. */
export function idOf(type: unknown): string {
  if (!isObject(type)) return '';
  const id = String(type.id);
  return id === 'VARCHAR' && isObject(type.type_info) && type.type_info.alias
    ? String(type.type_info.alias)
    : id;
}
