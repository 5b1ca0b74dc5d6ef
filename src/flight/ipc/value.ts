/**
 * Single values out of columns, in the one form that {@link buildBatch} takes as well:
 *
 * | type | value |
 * |---|---|
 * | any, where null | `null` |
 * | bool | boolean |
 * | int of 8, 16, 32 bits; float; date in days; time in s, ms | number |
 * | int of 64 bits; date in ms; time in us, ns; timestamp; duration | bigint, in the type's unit |
 * | decimal | {@link DecimalValue} |
 * | utf8 of any layout | string (malformed UTF-8 becomes U+FFFD) |
 * | binary of any layout, fixedSizeBinary | Uint8Array, a view on the batch's memory |
 * | interval of any unit | {@link IntervalValue} |
 * | list of any layout, fixedSizeList | array |
 * | struct | object; of fields with one name the last stands; read `children` where order or duplicates matter |
 * | map | array of `[key, value]` |
 * | union | {@link UnionValue}, never null itself |
 * | dictionary, run-end encoded | the value meant |
 */
import { constants } from 'node:buffer';
import { GizmoError } from '../../errors.js';
import { type Column, isValid } from './column.js';
import { columnIntegers, integerReader } from './integer.js';

/** The value of slot `row`, which must exist. */
export function readValue(column: Column, row: number): unknown {
  let read = READERS.get(column);
  if (read === undefined) {
    read = valueReader(column);
    READERS.set(column, read);
  }
  return read(row);
}

/** A function that reads values of one column; what depends on its type is decided here, once. */
export function valueReader(column: Column): (row: number) => unknown {
  const { kind } = column.field.type;
  if (column.dictionary === undefined && kind === 'null') return () => null;
  const read =
    column.dictionary === undefined ? plainReader(column) : dictionaryReader(column, column.dictionary);
  return column.validity === undefined ? read : (row) => (isValid(column, row) ? read(row) : null);
}

/** `unscaled` / 10^`scale`. */
export interface DecimalValue {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Three parts that do not convert into each other: a month has no fixed number of days, nor has a day of hours. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly nanos: bigint;
}

/** `typeId`: which member, as listed in the type's `typeIds`, whose order is that of the children. */
export interface UnionValue {
  readonly typeId: number;
  readonly value: unknown;
}

type Reader = (row: number) => unknown;

/** Making a reader costs more than five reads. */
const READERS = new WeakMap<Column, Reader>();

function plainReader(column: Column): Reader {
  const { type } = column.field;
  const data = column.data ?? NO_BYTES;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (type.kind) {
    case 'null':
      return () => null;
    case 'bool':
      return (row) => (data[row >> 3]! & (1 << (row & 7))) !== 0;
    case 'int':
      if (type.bits < 64) return integerReader(data, type);
      return type.signed ? int64s(view) : (row) => view.getBigUint64(8 * row, true);
    case 'float':
      if (type.bits === 64) return (row) => view.getFloat64(8 * row, true);
      if (type.bits === 32) return (row) => view.getFloat32(4 * row, true);
      return (row) => fromFloat16(view.getUint16(2 * row, true));
    case 'decimal':
      return decimals(view, type.bits / 8, type.scale);
    case 'date':
      return type.unit === 'day' ? int32s(view) : int64s(view);
    case 'time':
      return type.unit === 's' || type.unit === 'ms' ? int32s(view) : int64s(view);
    case 'timestamp':
    case 'duration':
      return int64s(view);
    case 'interval':
      return intervals(view, type.unit);
    case 'utf8':
    case 'largeUtf8':
      return strings(column, data);
    case 'binary':
    case 'largeBinary':
      return ranges(column, (start, end) => data.subarray(start, end));
    case 'fixedSizeBinary':
      return (row) => data.subarray(row * type.byteWidth, (row + 1) * type.byteWidth);
    case 'utf8View': {
      const bytes = viewedBytes(column);
      return (row) => {
        const cell = asBuffer(bytes(row));
        return decodeText(cell, 0, cell.byteLength);
      };
    }
    case 'binaryView':
      return viewedBytes(column);
    case 'list':
    case 'largeList':
      return ranges(column, itemsOf(column));
    case 'listView':
    case 'largeListView': {
      const { offsets, sizes } = column;
      const items = itemsOf(column);
      return (row) => items(Number(offsets![row]), Number(offsets![row]) + Number(sizes![row]));
    }
    case 'fixedSizeList': {
      const items = itemsOf(column);
      return (row) => items(row * type.listSize, (row + 1) * type.listSize);
    }
    case 'map':
      return ranges(column, entriesOf(column));
    case 'struct':
      return structs(column);
    case 'union':
      return unions(column, type.typeIds);
    case 'runEndEncoded': {
      const find = runFinder(column);
      const value = valueReader(column.children[1]!);
      return (row) => value(find(row));
    }
  }
}

/** Which run slot `row` of a run-end encoded column lies in. */
export function runFinder(column: Column): (row: number) => number {
  const [runEnds] = column.children;
  const end = columnIntegers(runEnds!);
  return (row) => {
    let low = 0;
    let high = runEnds!.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (end(middle) > row) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Reads the bytes of slots of a column of a view type. */
export function viewedBytes(column: Column): (row: number) => Uint8Array {
  const { data = NO_BYTES, variadic } = column;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return (row) => {
    const at = 16 * row;
    const size = view.getInt32(at, true);
    if (size <= 12) return data.subarray(at + 4, at + 4 + size);
    const offset = view.getInt32(at + 12, true);
    return variadic![view.getInt32(at + 8, true)]!.subarray(offset, offset + size);
  };
}

function dictionaryReader(column: Column, dictionary: Column): Reader {
  const index = integerReader(column.data!, column.field.dictionary!.index);
  const value = valueReader(dictionary);
  return (row) => value(index(row));
}

function int32s(view: DataView): Reader {
  return (row) => view.getInt32(4 * row, true);
}

function int64s(view: DataView): Reader {
  return (row) => view.getBigInt64(8 * row, true);
}

function decimals(view: DataView, bytes: number, scale: number): (row: number) => DecimalValue {
  if (bytes === 4) return (row) => ({ unscaled: BigInt(view.getInt32(4 * row, true)), scale });
  return (row) => {
    const at = row * bytes;
    let unscaled = view.getBigInt64(at + bytes - 8, true);
    for (let word = at + bytes - 16; word >= at; word -= 8) {
      unscaled = (unscaled << 64n) | view.getBigUint64(word, true);
    }
    return { unscaled, scale };
  };
}

function intervals(
  view: DataView,
  unit: 'yearMonth' | 'dayTime' | 'monthDayNano',
): (row: number) => IntervalValue {
  switch (unit) {
    case 'yearMonth':
      return (row) => ({ months: view.getInt32(4 * row, true), days: 0, nanos: 0n });
    case 'dayTime':
      return (row) => ({
        months: 0,
        days: view.getInt32(8 * row, true),
        nanos: BigInt(view.getInt32(8 * row + 4, true)) * 1_000_000n,
      });
    case 'monthDayNano':
      return (row) => ({
        months: view.getInt32(16 * row, true),
        days: view.getInt32(16 * row + 4, true),
        nanos: view.getBigInt64(16 * row + 8, true),
      });
  }
}

function strings(column: Column, data: Uint8Array): Reader {
  const buffer = asBuffer(data);
  return ranges(column, (start, end) => decodeText(buffer, start, end));
}

function decodeText(bytes: Buffer, start: number, end: number): string {
  if (end - start > constants.MAX_STRING_LENGTH) {
    throw new GizmoError(
      'RESOURCE_EXHAUSTED',
      `A text of ${end - start} bytes is too long to show; select a part of it.`,
    );
  }
  return start === end ? '' : bytes.toString('utf8', start, end);
}

/** Reads what lies between a slot's two offsets. */
function ranges(column: Column, read: (start: number, end: number) => unknown): Reader {
  const { offsets } = column;
  if (offsets instanceof BigInt64Array)
    return (row) => read(Number(offsets[row]!), Number(offsets[row + 1]!));
  return (row) => read(offsets![row]!, offsets![row + 1]!);
}

function itemsOf(column: Column): (start: number, end: number) => unknown[] {
  const item = valueReader(column.children[0]!);
  return (start, end) => {
    const items: unknown[] = [];
    for (let i = start; i < end; i++) items.push(item(i));
    return items;
  };
}

function entriesOf(column: Column): (start: number, end: number) => [unknown, unknown][] {
  const [key, value] = column.children[0]!.children.map(valueReader);
  return (start, end) => {
    const entries: [unknown, unknown][] = [];
    for (let i = start; i < end; i++) entries.push([key!(i), value!(i)]);
    return entries;
  };
}

function structs(column: Column): Reader {
  const members = column.children.map((child) => ({ name: child.field.name, value: valueReader(child) }));
  // fromEntries defines properties; an assignment would let a field named __proto__ set the prototype.
  return (row) => Object.fromEntries(members.map(({ name, value }) => [name, value(row)]));
}

function unions(column: Column, members: readonly number[]): (row: number) => UnionValue {
  const { typeIds, offsets } = column;
  const readers: Reader[] = [];
  for (const [i, id] of members.entries()) readers[id] = valueReader(column.children[i]!);
  return (row) => {
    const typeId = typeIds![row]!;
    return { typeId, value: readers[typeId]!(offsets === undefined ? row : Number(offsets[row])) };
  };
}

/** IEEE 754 half precision. */
function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const NO_BYTES = new Uint8Array(0);
