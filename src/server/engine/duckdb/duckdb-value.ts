/** Single Arrow values, as `readValue` gives them, as DuckDB values. */
import duckdb, { type Value } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { ArrowField, ArrowType, TimeUnit } from '../../../flight/ipc/types.js';
import type { DecimalValue, IntervalValue, UnionValue } from '../../../flight/ipc/value.js';
import { decimalShape, isUuid, toLogicalType } from './arrow-type.js';

/** Makes the value of the type `toLogicalType(field)`. OUT_OF_RANGE where DuckDB's type cannot hold it. */
export function toDuckDbValue(field: ArrowField, value: unknown): Value {
  if (value === null || value === undefined) return duckdb.create_null_value();
  const { type, children } = field;
  switch (type.kind) {
    case 'null':
      return duckdb.create_null_value();
    case 'bool':
      return duckdb.create_bool(value === true);
    case 'int':
      return makeInteger(type, value);
    case 'float':
      return type.bits === 64 ? duckdb.create_double(Number(value)) : duckdb.create_float(Number(value));
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      return duckdb.create_varchar(take(field, value, isString));
    case 'binary':
    case 'largeBinary':
    case 'binaryView':
    case 'fixedSizeBinary':
      if (isUuid(field)) return makeUuid(take(field, value, isBytes));
      return duckdb.create_blob(take(field, value, isBytes));
    case 'decimal':
      return makeDecimal(field, type, take(field, value, isDecimal));
    case 'date':
      return duckdb.create_date({ days: toDays(type.unit, value) });
    case 'time':
      return type.unit === 'ns'
        ? duckdb.create_time_ns({ nanos: toBigInt(value) })
        : duckdb.create_time({ micros: toMicros(type.unit, toBigInt(value)) });
    case 'timestamp':
      return makeTimestamp(type, toBigInt(value));
    case 'duration':
      return duckdb.create_interval({ months: 0, days: 0, micros: toMicros(type.unit, toBigInt(value)) });
    case 'interval': {
      // DuckDB counts microseconds: what is finer is cut off.
      const { months, days, nanos } = take(field, value, isInterval);
      return duckdb.create_interval({ months, days, micros: nanos / 1000n });
    }
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
      return duckdb.create_list_value(toLogicalType(child(field, 0)), makeItems(field, value));
    case 'fixedSizeList':
      return duckdb.create_array_value(toLogicalType(child(field, 0)), makeItems(field, value));
    case 'struct': {
      const members = take(field, value, isObject);
      return duckdb.create_struct_value(
        toLogicalType(field),
        children.map((member) => toDuckDbValue(member, members[member.name])),
      );
    }
    case 'map':
      return makeMap(field, value);
    case 'union': {
      const { typeId, value: member } = take(field, value, isUnion);
      const index = type.typeIds.indexOf(typeId);
      return duckdb.create_union_value(
        toLogicalType(field),
        index,
        toDuckDbValue(child(field, index), member),
      );
    }
    case 'runEndEncoded':
      return toDuckDbValue(child(field, 1), value);
  }
}

function makeInteger(type: ArrowType & { kind: 'int' }, value: unknown): Value {
  const number = Number(value);
  switch (type.bits) {
    case 8:
      return type.signed ? duckdb.create_int8(number) : duckdb.create_uint8(number);
    case 16:
      return type.signed ? duckdb.create_int16(number) : duckdb.create_uint16(number);
    case 32:
      return type.signed ? duckdb.create_int32(number) : duckdb.create_uint32(number);
    case 64:
      return type.signed ? duckdb.create_int64(toBigInt(value)) : duckdb.create_uint64(toBigInt(value));
  }
}

function makeDecimal(field: ArrowField, type: ArrowType & { kind: 'decimal' }, value: DecimalValue): Value {
  const { width, scale, factor } = decimalShape(field, type);
  const unscaled = value.unscaled * factor;
  const limit = 10n ** BigInt(width);
  if (unscaled < limit && unscaled > -limit) return duckdb.create_decimal({ width, scale, value: unscaled });
  // What was a HUGEINT comes back as a decimal(38, 0) of up to 39 digits.
  if (scale === 0 && BigInt.asIntN(128, unscaled) === unscaled) return duckdb.create_hugeint(unscaled);
  throw new GizmoError(
    'OUT_OF_RANGE',
    `A decimal of "${field.name}" does not fit DECIMAL(${width}, ${scale}).`,
  );
}

function makeUuid(bytes: Uint8Array): Value {
  return duckdb.create_uuid(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}

function makeTimestamp(type: ArrowType & { kind: 'timestamp' }, value: bigint): Value {
  if (type.timezone !== undefined && type.timezone !== '') {
    return duckdb.create_timestamp_tz({ micros: toMicros(type.unit, value) });
  }
  switch (type.unit) {
    case 's':
      return duckdb.create_timestamp_s({ seconds: value });
    case 'ms':
      return duckdb.create_timestamp_ms({ millis: value });
    case 'us':
      return duckdb.create_timestamp({ micros: value });
    case 'ns':
      return duckdb.create_timestamp_ns({ nanos: value });
  }
}

function makeItems(field: ArrowField, value: unknown): Value[] {
  return take(field, value, Array.isArray).map((item) => toDuckDbValue(child(field, 0), item));
}

function makeMap(field: ArrowField, value: unknown): Value {
  const entries = child(field, 0);
  const keys: Value[] = [];
  const values: Value[] = [];
  for (const entry of take(field, value, Array.isArray)) {
    const [key, item] = take(entries, entry, Array.isArray);
    keys.push(toDuckDbValue(child(entries, 0), key));
    values.push(toDuckDbValue(child(entries, 1), item));
  }
  return duckdb.create_map_value(toLogicalType(field), keys, values);
}

const MICROS: Readonly<Record<Exclude<TimeUnit, 'ns'>, bigint>> = { s: 1_000_000n, ms: 1000n, us: 1n };

function toMicros(unit: TimeUnit, value: bigint): bigint {
  const micros = unit === 'ns' ? value / 1000n : value * MICROS[unit];
  if (BigInt.asIntN(64, micros) === micros) return micros;
  throw new GizmoError('OUT_OF_RANGE', 'A time or duration is too large for microseconds of 64 bits.');
}

function toDays(unit: 'day' | 'ms', value: unknown): number {
  return unit === 'day' ? Number(value) : Math.floor(Number(value) / 86_400_000);
}

function toBigInt(value: unknown): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number(value));
}

function child(field: ArrowField, index: number): ArrowField {
  const found = field.children[index];
  if (found === undefined) throw misfit(field);
  return found;
}

function take<T>(field: ArrowField, value: unknown, check: (value: unknown) => value is T): T {
  if (check(value)) return value;
  throw misfit(field);
}

function misfit(field: ArrowField): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `A value of "${field.name}" is not what its Arrow type says.`);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isDecimal(value: unknown): value is DecimalValue {
  return isObject(value) && typeof value.unscaled === 'bigint';
}

function isInterval(value: unknown): value is IntervalValue {
  return isObject(value) && typeof value.nanos === 'bigint';
}

function isUnion(value: unknown): value is UnionValue {
  return isObject(value) && typeof value.typeId === 'number';
}
