/** Collects the nodes and buffers of one record batch in their order and lays the body out. */
import { encodeRecordBatchHeader } from './record-batch.js';
import type { EncodedBatch } from './types.js';

export class BodyWriter {
  readonly #nodes: number[] = [];
  readonly #buffers: number[] = [];
  readonly #parts: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  #bodyLength = 0;

  node(length: number, nullCount: number): void {
    this.#nodes.push(length, nullCount);
  }

  /** Adds a buffer as it is; it must not change before {@link finish}. */
  buffer(bytes: Uint8Array): void {
    this.#buffers.push(this.#bodyLength, bytes.byteLength);
    this.#parts.push({ offset: this.#bodyLength, bytes });
    this.#bodyLength = 8 * Math.ceil((this.#bodyLength + bytes.byteLength) / 8);
  }

  /** Adds a column's node and its validity bitmap, of no length where nothing is null. */
  validity(length: number, isNull: (row: number) => boolean): void {
    let bitmap = NO_BYTES;
    let nullCount = 0;
    for (let row = 0; row < length; row++) {
      if (!isNull(row)) continue;
      if (nullCount === 0) bitmap = new Uint8Array((length + 7) >> 3).fill(255);
      nullCount++;
      bitmap[row >> 3]! &= ~(1 << (row & 7));
    }
    // Bits behind the last row are zero, so that equal data are equal bytes.
    if (nullCount > 0 && (length & 7) !== 0) bitmap[length >> 3]! &= (1 << (length & 7)) - 1;
    this.node(length, nullCount);
    this.buffer(bitmap);
  }

  finish(rows: number): EncodedBatch {
    const body = new Uint8Array(this.#bodyLength);
    for (const { offset, bytes } of this.#parts) body.set(bytes, offset);
    const layout = { rows, nodes: this.#nodes, buffers: this.#buffers, bodyLength: this.#bodyLength };
    return { rows, header: encodeRecordBatchHeader(layout), body };
  }
}

/** The offsets buffer of slots of these lengths. */
export function packOffsets(lengths: ArrayLike<number>): Uint8Array {
  const offsets = new Int32Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) offsets[row + 1] = offsets[row]! + lengths[row]!;
  return new Uint8Array(offsets.buffer);
}

const NO_BYTES = new Uint8Array(0);
