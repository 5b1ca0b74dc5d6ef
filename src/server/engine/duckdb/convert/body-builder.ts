/** Lays out the buffers of one record batch and copies them, once, into a body of exactly the right size. */
import { encodeRecordBatchHeader } from '../../../../flight/ipc/record-batch.js';
import type { EncodedBatch } from '../../../../flight/ipc/types.js';

export class BodyBuilder {
  readonly #nodes: number[] = [];
  readonly #buffers: number[] = [];
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #spare: ArrayBuffer | undefined;
  /** Takes memory that a later body may lie in. */
  readonly giveBack = (memory: ArrayBuffer): void => {
    this.#spare = memory;
  };

  /** One field node: slots and nulls. */
  node(length: number, nullCount: number): void {
    this.#nodes.push(length, nullCount);
  }

  /** One buffer; it is copied by {@link finish}, so it must stay as it is until then. */
  buffer(bytes: Uint8Array): void {
    this.#buffers.push(this.#length, bytes.byteLength);
    this.#parts.push(bytes);
    this.#length += padded(bytes.byteLength);
  }

  /** The batch, alone in its memory, which can be transferred and given back; the builder is empty again. */
  finish(rows: number): EncodedBatch {
    const header = encodeRecordBatchHeader({
      rows,
      nodes: this.#nodes,
      buffers: this.#buffers,
      bodyLength: this.#length,
    });
    const headroom = padded(header.byteLength + FRAME_BYTES_MAX);
    const body = new Uint8Array(this.#take(headroom + this.#length), headroom, this.#length);
    let position = 0;
    for (const part of this.#parts) {
      body.set(part, position);
      const end = position + part.byteLength;
      position += padded(part.byteLength);
      // Fresh memory holds what was there before: padding must not carry that to a client.
      if (end < position) body.fill(0, end, position);
    }
    this.#nodes.length = 0;
    this.#buffers.length = 0;
    this.#parts.length = 0;
    this.#length = 0;
    return { header, body, rows, headroom, giveBack: this.giveBack };
  }

  /** What was given back, where it is large enough. */
  #take(length: number): ArrayBuffer {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined && spare.byteLength >= length) return spare;
    // Batches of one result differ a little in size, and each is to fit where another was.
    const size = length < ROUNDED_FROM ? length : Math.ceil((length * 9) / 8 / ROUNDED_FROM) * ROUNDED_FROM;
    return Buffer.allocUnsafeSlow(size).buffer as ArrayBuffer;
  }
}

/** Arrow asks for multiples of 8. */
function padded(length: number): number {
  return (length + 7) & ~7;
}

/** More than FlightData and gRPC put before a body, the header of the batch aside. */
const FRAME_BYTES_MAX = 64;
const ROUNDED_FROM = 64 * 1024;
