/** Arrow types ⇄ the tables of the `Type` union in Schema.fbs. */
import type { Builder } from 'flatbuffers';
import { GizmoError } from '../../errors.js';
import type { FlatTable } from './flatbuffer.js';
import { malformed } from './malformed.js';
import type { ArrowType, TimeUnit } from './types.js';

/** Writes the table of `type`; `code` goes into the field's `type_type`. */
export function writeType(
  builder: Builder,
  type: ArrowType,
): { readonly code: number; readonly offset: number } {
  return { code: KINDS.indexOf(type.kind), offset: writeTable(builder, type) };
}

/** Writes an `Int` table, which dictionary encodings use as well. */
export function writeInt(builder: Builder, int: { readonly bits: number; readonly signed: boolean }): number {
  builder.startObject(2);
  builder.addFieldInt32(0, int.bits, 0);
  builder.addFieldInt8(1, int.signed ? 1 : 0, 0);
  return builder.endObject();
}

/** Reads a type. `children` is the number of child fields, which some types fix. */
export function readType(code: number, table: FlatTable, children: number): ArrowType {
  const kind = KINDS[code];
  switch (kind) {
    case undefined:
      throw new GizmoError(
        'UNIMPLEMENTED',
        `Arrow type number ${code} is not known here; cast the column first.`,
      );
    case 'int':
      return { kind, ...readInt(table) };
    case 'float':
      return { kind, bits: pick(FLOAT_BITS, table.int16(0), 'float precision') };
    case 'decimal':
      return readDecimal(table);
    case 'fixedSizeBinary':
      return { kind, byteWidth: natural(table.int32(0), 'byte width') };
    case 'date':
      return { kind, unit: pick(DATE_UNITS, table.int16(0, 1), 'date unit') };
    case 'time':
      return readTime(table);
    case 'timestamp': {
      const timezone = table.string(1);
      const unit = readUnit(table, 0);
      return timezone ? { kind, unit, timezone } : { kind, unit };
    }
    case 'duration':
      return { kind, unit: readUnit(table, 1) };
    case 'interval':
      return { kind, unit: pick(INTERVAL_UNITS, table.int16(0), 'interval unit') };
    case 'fixedSizeList':
      return { kind, listSize: natural(table.int32(0), 'list size') };
    case 'map':
      return { kind, keysSorted: table.bool(0) };
    case 'union':
      return readUnion(table, children);
    default:
      return { kind };
  }
}

/** Reads an `Int` table. */
export function readInt(table: FlatTable): { readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean } {
  const bits = INT_BITS.find((width) => width === table.int32(0));
  if (bits === undefined) throw malformed(`an integer of ${table.int32(0)} bits`);
  return { bits, signed: table.bool(1) };
}

/** `Type` in Schema.fbs: the position of a kind is its number there. */
const KINDS: readonly (ArrowType['kind'] | undefined)[] = [
  undefined,
  'null',
  'int',
  'float',
  'binary',
  'utf8',
  'bool',
  'decimal',
  'date',
  'time',
  'timestamp',
  'interval',
  'list',
  'struct',
  'union',
  'fixedSizeBinary',
  'fixedSizeList',
  'map',
  'duration',
  'largeBinary',
  'largeUtf8',
  'largeList',
  'runEndEncoded',
  'binaryView',
  'utf8View',
  'listView',
  'largeListView',
];

const INT_BITS = [8, 16, 32, 64] as const;
const FLOAT_BITS = [16, 32, 64] as const;
const DECIMAL_BITS = [32, 64, 128, 256] as const;
/** Digits that a decimal of 32, 64, 128, 256 bits holds. */
const DECIMAL_DIGITS = { 32: 9, 64: 18, 128: 38, 256: 76 } as const;
const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const satisfies readonly TimeUnit[];
const DATE_UNITS = ['day', 'ms'] as const;
const INTERVAL_UNITS = ['yearMonth', 'dayTime', 'monthDayNano'] as const;
const UNION_MODES = ['sparse', 'dense'] as const;

function writeTable(builder: Builder, type: ArrowType): number {
  switch (type.kind) {
    case 'int':
      return writeInt(builder, type);
    case 'timestamp': {
      const timezone = type.timezone === undefined ? 0 : builder.createString(type.timezone);
      builder.startObject(2);
      builder.addFieldInt16(0, TIME_UNITS.indexOf(type.unit), 0);
      builder.addFieldOffset(1, timezone, 0);
      return builder.endObject();
    }
    case 'union': {
      builder.startVector(4, type.typeIds.length, 4);
      for (const id of type.typeIds.toReversed()) builder.addInt32(id);
      const typeIds = builder.endVector();
      builder.startObject(2);
      builder.addFieldInt16(0, UNION_MODES.indexOf(type.mode), 0);
      builder.addFieldOffset(1, typeIds, 0);
      return builder.endObject();
    }
    default:
      builder.startObject(3);
      addScalars(builder, type);
      return builder.endObject();
  }
}

/** Fields of the types whose table holds plain numbers only. The last argument is the default in Schema.fbs. */
function addScalars(builder: Builder, type: ArrowType): void {
  switch (type.kind) {
    case 'float':
      builder.addFieldInt16(0, FLOAT_BITS.indexOf(type.bits), 0);
      break;
    case 'decimal':
      builder.addFieldInt32(0, type.precision, 0);
      builder.addFieldInt32(1, type.scale, 0);
      builder.addFieldInt32(2, type.bits, 128);
      break;
    case 'fixedSizeBinary':
      builder.addFieldInt32(0, type.byteWidth, 0);
      break;
    case 'date':
      builder.addFieldInt16(0, DATE_UNITS.indexOf(type.unit), 1);
      break;
    case 'time':
      builder.addFieldInt16(0, TIME_UNITS.indexOf(type.unit), 1);
      builder.addFieldInt32(1, timeBits(type.unit), 32);
      break;
    case 'duration':
      builder.addFieldInt16(0, TIME_UNITS.indexOf(type.unit), 1);
      break;
    case 'interval':
      builder.addFieldInt16(0, INTERVAL_UNITS.indexOf(type.unit), 0);
      break;
    case 'fixedSizeList':
      builder.addFieldInt32(0, type.listSize, 0);
      break;
    case 'map':
      builder.addFieldInt8(0, type.keysSorted ? 1 : 0, 0);
      break;
  }
}

function readDecimal(table: FlatTable): ArrowType {
  const bits = DECIMAL_BITS.find((width) => width === table.int32(2, 128));
  if (bits === undefined) throw malformed(`a decimal of ${table.int32(2)} bits`);
  const precision = table.int32(0);
  const scale = table.int32(1);
  if (precision < 1 || precision > DECIMAL_DIGITS[bits] || Math.abs(scale) > 1000) {
    throw malformed(`decimal(${precision}, ${scale}) does not fit ${bits} bits`);
  }
  return { kind: 'decimal', bits, precision, scale };
}

function readTime(table: FlatTable): ArrowType {
  const unit = readUnit(table, 1);
  const bits = table.int32(1, 32);
  if (bits !== timeBits(unit)) throw malformed(`a time in ${unit} of ${bits} bits`);
  return { kind: 'time', unit };
}

function readUnion(table: FlatTable, children: number): ArrowType {
  const mode = pick(UNION_MODES, table.int16(0), 'union mode');
  const typeIds = table.int32s(1) ?? Array.from({ length: children }, (_, i) => i);
  const distinct = new Set(typeIds);
  if (typeIds.length !== children || distinct.size !== children || typeIds.some((id) => id < 0 || id > 127)) {
    throw malformed('the type ids of a union do not match its children');
  }
  return { kind: 'union', mode, typeIds };
}

function readUnit(table: FlatTable, absent: number): TimeUnit {
  return pick(TIME_UNITS, table.int16(0, absent), 'time unit');
}

function timeBits(unit: TimeUnit): 32 | 64 {
  return unit === 's' || unit === 'ms' ? 32 : 64;
}

function pick<T>(values: readonly T[], index: number, name: string): T {
  const value = values[index];
  if (value === undefined) throw malformed(`${name} ${index} does not exist`);
  return value;
}

function natural(value: number, name: string): number {
  if (value < 0) throw malformed(`a ${name} of ${value}`);
  return value;
}
