/**
 * Checks of what a column refers to: one pass over offsets, views, type ids, run ends or indices, so that whoever reads
 * the column afterwards needs no checks of its own. Each throws INVALID_ARGUMENT.
 */
import { bitIsSet, type Column } from './column.js';
import { columnIntegers, type IntegerType, integerReader } from './integer.js';
import { malformed } from './malformed.js';

/** Offsets must not fall, and must end within the `limit` bytes or items that they point into. */
export function checkOffsets(offsets: Int32Array | BigInt64Array, limit: number): void {
  const last = offsets instanceof BigInt64Array ? checkWideOrder(offsets) : checkOrder(offsets);
  if (last > limit) throw malformed('the offsets of a column point outside of its data');
}

/** Every list view must lie within the `limit` items, null or not. */
export function checkListViews(
  offsets: Int32Array | BigInt64Array,
  sizes: Int32Array | BigInt64Array,
  limit: number,
): void {
  for (let i = 0; i < offsets.length; i++) {
    const offset = Number(offsets[i]);
    const size = Number(sizes[i]);
    if (offset < 0 || size < 0 || offset + size > limit)
      throw malformed('a list view points outside of its items');
  }
}

/** Views of more than 12 bytes must point into their buffers. Views of null slots may hold anything. */
export function checkViews(
  data: Uint8Array,
  length: number,
  variadic: readonly Uint8Array[],
  validity: Uint8Array | undefined,
): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let i = 0; i < length; i++) {
    if (!bitIsSet(validity, i)) continue;
    const size = view.getInt32(16 * i, true);
    if (size < 0) throw malformed('a view has a negative length');
    if (size <= 12) continue;
    const offset = view.getInt32(16 * i + 12, true);
    const buffer = variadic[view.getInt32(16 * i + 8, true)];
    if (buffer === undefined || offset < 0 || offset + size > buffer.byteLength) {
      throw malformed('a view points outside of its buffers');
    }
  }
}

/** Children of structs, fixed-size lists and sparse unions have a length that follows from the parent's. */
export function checkLengths(children: readonly Column[], length: number): void {
  if (children.some((child) => child.length !== length)) {
    throw malformed('a child column is not as long as its parent needs');
  }
}

/** Every slot must name a member and, in a dense union, one of that member's values. */
export function checkUnionSlots(
  typeIds: Int8Array,
  offsets: Int32Array | BigInt64Array | undefined,
  members: readonly number[],
  children: readonly Column[],
): void {
  const lengths = new Float64Array(128).fill(-1);
  for (const [i, id] of members.entries()) lengths[id] = children[i]!.length;
  for (let i = 0; i < typeIds.length; i++) {
    const limit = lengths[typeIds[i]!] ?? -1;
    if (limit < 0) throw malformed('a union slot has a type id that the schema does not list');
    if (offsets === undefined) continue;
    const offset = Number(offsets[i]);
    if (offset < 0 || offset >= limit) throw malformed('a union slot points outside of its member');
  }
}

/** Run ends must rise, be there for every slot, and have a value each. */
export function checkRunEnds(runEnds: Column, values: Column, length: number): void {
  if (runEnds.nullCount > 0) throw malformed('a run end is null');
  if (runEnds.length !== values.length) throw malformed('run ends and values differ in number');
  const read = columnIntegers(runEnds);
  let previous = 0;
  for (let i = 0; i < runEnds.length; i++) {
    const end = read(i);
    if (end <= previous) throw malformed('run ends do not rise');
    previous = end;
  }
  if (previous < length) throw malformed('the runs of a column end before it does');
}

/** Indices that are not null must lie within the dictionary. */
export function checkIndices(
  data: Uint8Array,
  length: number,
  index: IntegerType,
  validity: Uint8Array | undefined,
  limit: number,
): void {
  const read = integerReader(data, index);
  for (let i = 0; i < length; i++) {
    if (!bitIsSet(validity, i)) continue;
    const at = read(i);
    if (at < 0 || at >= limit) throw malformed('an index points outside of its dictionary');
  }
}

function checkOrder(offsets: Int32Array): number {
  let previous = 0;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < previous) throw malformed('the offsets of a column are not in order');
    previous = offset;
  }
  return previous;
}

function checkWideOrder(offsets: BigInt64Array): number {
  // Two halves instead of a bigint a row, which would be allocated.
  const halves = new Int32Array(offsets.buffer, offsets.byteOffset, 2 * offsets.length);
  let previous = 0;
  for (let i = 0; i < halves.length; i += 2) {
    const offset = halves[i + 1]! * 0x1_0000_0000 + (halves[i]! >>> 0);
    if (offset < previous) throw malformed('the offsets of a column are not in order');
    previous = offset;
  }
  return previous;
}
