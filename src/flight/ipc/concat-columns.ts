/** Joins two columns of one type into one: what a delta adds to a dictionary. */
import { GizmoError } from '../../errors.js';
import { bitIsSet, type Column, makeColumn } from './column.js';
import { byteWidth } from './layout.js';

/** `a` followed by `b`, copied. UNIMPLEMENTED for nested types and views, of which nobody sends deltas. */
export function concatColumns(a: Column, b: Column): Column {
  const { field } = a;
  const length = a.length + b.length;
  const nullCount = a.nullCount + b.nullCount;
  const validity =
    nullCount === 0 ? undefined : concatBits(a, b, (column, row) => bitIsSet(column.validity, row));
  switch (field.type.kind) {
    case 'bool':
      return makeColumn(field, length, nullCount, {
        validity,
        data: concatBits(a, b, (column, row) => bitIsSet(column.data, row)),
      });
    case 'utf8':
    case 'binary':
    case 'largeUtf8':
    case 'largeBinary':
      return makeColumn(field, length, nullCount, { validity, ...concatBytes(a, b) });
  }
  const width = byteWidth(field.type);
  if (width === 0 || a.variadic !== undefined || a.dictionary !== undefined) {
    throw new GizmoError(
      'UNIMPLEMENTED',
      `Deltas of a dictionary of type ${field.type.kind} are not accepted; send it whole.`,
    );
  }
  const data = joinBytes(a.data!.subarray(0, a.length * width), b.data!.subarray(0, b.length * width));
  return makeColumn(field, length, nullCount, { validity, data });
}

function concatBits(a: Column, b: Column, isSet: (column: Column, row: number) => boolean): Uint8Array {
  const bits = new Uint8Array((a.length + b.length + 7) >> 3);
  for (let row = 0; row < a.length + b.length; row++) {
    const set = row < a.length ? isSet(a, row) : isSet(b, row - a.length);
    if (set) bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}

function concatBytes(a: Column, b: Column): { offsets: Int32Array | BigInt64Array; data: Uint8Array } {
  const end = Number(a.offsets![a.length]);
  const start = Number(b.offsets![0]);
  const data = joinBytes(a.data!.subarray(0, end), b.data!.subarray(start, Number(b.offsets![b.length])));
  if (a.offsets instanceof BigInt64Array && b.offsets instanceof BigInt64Array) {
    const shift = BigInt(end - start);
    const wide = new BigInt64Array(a.length + b.length + 1);
    wide.set(a.offsets);
    wide.set(
      b.offsets.subarray(1).map((at) => at + shift),
      a.length + 1,
    );
    return { offsets: wide, data };
  }
  const offsets = new Int32Array(a.length + b.length + 1);
  for (let i = 0; i <= a.length; i++) offsets[i] = Number(a.offsets![i]);
  for (let i = 1; i <= b.length; i++) offsets[a.length + i] = Number(b.offsets![i]) + end - start;
  return { offsets, data };
}

function joinBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.byteLength + b.byteLength);
  joined.set(a);
  joined.set(b, a.byteLength);
  return joined;
}
