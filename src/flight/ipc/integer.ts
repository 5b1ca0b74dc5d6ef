/** Integers that count or point: run ends, dictionary indices, offsets, sizes. */
import type { Column } from './column.js';

/** Reads element `i` of packed little-endian integers; values of 64 bits beyond 2^53 are not exact. */
export function integerReader(data: Uint8Array, type: IntegerType): (i: number) => number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (type.bits) {
    case 8:
      return type.signed ? (i) => view.getInt8(i) : (i) => view.getUint8(i);
    case 16:
      return type.signed ? (i) => view.getInt16(2 * i, true) : (i) => view.getUint16(2 * i, true);
    case 32:
      return type.signed ? (i) => view.getInt32(4 * i, true) : (i) => view.getUint32(4 * i, true);
    case 64:
      return type.signed
        ? (i) => Number(view.getBigInt64(8 * i, true))
        : (i) => Number(view.getBigUint64(8 * i, true));
  }
}

/** Reads the integers of a column of type int; of any other type all are -1. */
export function columnIntegers(column: Column): (i: number) => number {
  const { type } = column.field;
  if (type.kind !== 'int' || column.data === undefined) return () => -1;
  return integerReader(column.data, type);
}

export interface IntegerType {
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}
