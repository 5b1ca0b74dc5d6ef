/** Arrow validity bitmaps into DuckDB vectors. */
import duckdb, { type Vector } from '@duckdb/node-bindings';

/** The bits of rows [start, start + count), moved to the front; undefined when all are valid. */
export function sliceBits(
  bits: Uint8Array | undefined,
  start: number,
  count: number,
  mask?: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  if (bits === undefined && mask === undefined) return undefined;
  // DuckDB's bitmaps are made of 64-bit words.
  const slice = new Uint8Array(Math.ceil(count / 64) * 8);
  if (bits === undefined) slice.fill(0xff);
  else if ((start & 7) === 0) slice.set(bits.subarray(start >> 3, (start + count + 7) >> 3));
  else {
    for (let row = 0; row < count; row += 1) {
      const from = start + row;
      if ((bits[from >> 3]! >> (from & 7)) & 1) slice[row >> 3]! |= 1 << (row & 7);
    }
  }
  if (mask !== undefined) for (const [index, byte] of mask.entries()) slice[index]! &= byte;
  return slice;
}

/** Marks the vector's nulls. */
export function writeValidity(vector: Vector, bits: Uint8Array<ArrayBuffer> | undefined): void {
  if (bits === undefined) return;
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, 0, bits.byteLength);
}

/** Whether `row` is valid; without a bitmap every row is. */
export function isSet(bits: Uint8Array | undefined, row: number): boolean {
  return bits === undefined || ((bits[row >> 3]! >> (row & 7)) & 1) === 1;
}
