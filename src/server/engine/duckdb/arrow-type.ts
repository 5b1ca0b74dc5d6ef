/** The DuckDB type that holds the values of an Arrow field, for parameters and for tables made by ingest. */
import duckdb, { type LogicalType } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { ArrowField, ArrowType } from '../../../flight/ipc/types.js';

/**
 * | Arrow | DuckDB |
 * |---|---|
 * | null | INTEGER, as DuckDB itself makes a column of NULLs |
 * | decimal | DECIMAL(min(precision, 38), scale); of a negative scale, with the zeros written out |
 * | fixedSizeBinary(16) as arrow.uuid | UUID |
 * | date, time, timestamp | by unit; a timestamp with a time zone is TIMESTAMPTZ in microseconds; time in ns TIME_NS |
 * | duration, interval | INTERVAL |
 * | list of any layout | LIST; fixedSizeList ARRAY |
 * | dictionary, run-end encoded | the type of the values |
 *
 * UNIMPLEMENTED for what DuckDB has no type for, naming the field.
 */
export function toLogicalType(field: ArrowField): LogicalType {
  const { type, children } = field;
  switch (type.kind) {
    case 'decimal':
      return decimalType(field, type);
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
      return duckdb.create_list_type(childType(field, 0));
    case 'fixedSizeList':
      if (type.listSize < 1 || type.listSize > ARRAY_SIZE_MAX) {
        throw unsupported(field, `lists of the fixed size ${type.listSize}`);
      }
      return duckdb.create_array_type(childType(field, 0), type.listSize);
    case 'struct':
      if (children.length === 0) throw unsupported(field, 'structs without fields');
      return duckdb.create_struct_type(children.map(toLogicalType), namesOf(field));
    case 'map': {
      const entries = children[0];
      if (entries === undefined) throw unsupported(field, 'maps without entries');
      return duckdb.create_map_type(childType(entries, 0), childType(entries, 1));
    }
    case 'union':
      if (children.length === 0) throw unsupported(field, 'unions without members');
      return duckdb.create_union_type(children.map(toLogicalType), namesOf(field));
    case 'runEndEncoded':
      return childType(field, 1);
    default:
      return duckdb.create_logical_type(isUuid(field) ? Type.UUID : plainType(type));
  }
}

/** Width and scale of the DECIMAL that holds an Arrow decimal. */
export function decimalShape(field: ArrowField, type: ArrowType & { kind: 'decimal' }): DecimalShape {
  const { precision, scale } = type;
  if (Math.abs(scale) > DECIMAL_WIDTH_MAX) throw unsupported(field, `decimals of scale ${scale}`);
  const digits = Math.min(DECIMAL_WIDTH_MAX, scale < 0 ? precision - scale : precision);
  if (scale < 0) return { width: Math.max(1, digits), scale: 0, factor: 10n ** BigInt(-scale) };
  return { width: Math.max(1, scale, digits), scale, factor: 1n };
}

export interface DecimalShape {
  readonly width: number;
  readonly scale: number;
  /** What Arrow's unscaled value is multiplied by: more than 1 where its scale is negative, which DuckDB does not have. */
  readonly factor: bigint;
}

const { Type } = duckdb;
const DECIMAL_WIDTH_MAX = 38;
const ARRAY_SIZE_MAX = 100_000;

/** A decimal that says it was a HUGEINT keeps its 128 bits, also those of a 39th digit. */
export function isHugeint({ type, metadata }: ArrowField): boolean {
  return (
    type.kind === 'decimal' &&
    type.bits === 128 &&
    type.scale === 0 &&
    metadata?.get('ARROW:FLIGHT:SQL:TYPE_NAME') === 'HUGEINT'
  );
}

/** The canonical extension type `arrow.uuid`. */
export function isUuid({ type, metadata }: ArrowField): boolean {
  return (
    type.kind === 'fixedSizeBinary' &&
    type.byteWidth === 16 &&
    metadata?.get('ARROW:extension:name') === 'arrow.uuid'
  );
}

function decimalType(field: ArrowField, type: ArrowType & { kind: 'decimal' }): LogicalType {
  if (isHugeint(field)) return duckdb.create_logical_type(Type.HUGEINT);
  const { width, scale } = decimalShape(field, type);
  return duckdb.create_decimal_type(width, scale);
}

function plainType(type: ArrowType): number {
  switch (type.kind) {
    case 'bool':
      return Type.BOOLEAN;
    case 'int':
      return INTEGERS[type.signed ? 'signed' : 'unsigned'][type.bits];
    case 'float':
      return type.bits === 64 ? Type.DOUBLE : Type.FLOAT;
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      return Type.VARCHAR;
    case 'binary':
    case 'largeBinary':
    case 'binaryView':
    case 'fixedSizeBinary':
      return Type.BLOB;
    case 'date':
      return Type.DATE;
    case 'time':
      return type.unit === 'ns' ? Type.TIME_NS : Type.TIME;
    case 'timestamp':
      return type.timezone === undefined || type.timezone === '' ? TIMESTAMPS[type.unit] : Type.TIMESTAMP_TZ;
    case 'duration':
    case 'interval':
      return Type.INTERVAL;
    default:
      return Type.INTEGER;
  }
}

const INTEGERS = {
  signed: { 8: Type.TINYINT, 16: Type.SMALLINT, 32: Type.INTEGER, 64: Type.BIGINT },
  unsigned: { 8: Type.UTINYINT, 16: Type.USMALLINT, 32: Type.UINTEGER, 64: Type.UBIGINT },
} as const;

const TIMESTAMPS = {
  s: Type.TIMESTAMP_S,
  ms: Type.TIMESTAMP_MS,
  us: Type.TIMESTAMP,
  ns: Type.TIMESTAMP_NS,
} as const;

function childType(field: ArrowField, index: number): LogicalType {
  const child = field.children[index];
  if (child === undefined) throw unsupported(field, 'a nested type without its children');
  return toLogicalType(child);
}

function namesOf({ children }: ArrowField): string[] {
  return children.map(({ name }) => name);
}

function unsupported(field: ArrowField, what: string): GizmoError {
  return new GizmoError('UNIMPLEMENTED', `Column "${field.name}" cannot be taken in: DuckDB has no ${what}.`);
}
