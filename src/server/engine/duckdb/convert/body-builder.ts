/** Lays out the buffers of one record batch and copies them, once, into a body of exactly the right size. */
import { encodeRecordBatchHeader } from '../../../../flight/ipc/record-batch.js';
import type { EncodedBatch } from '../../../../flight/ipc/types.js';

export class BodyBuilder {
  readonly #nodes: number[] = [];
  readonly #buffers: number[] = [];
  readonly #parts: Uint8Array[] = [];
  #length = 0;

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

  /** The batch, in memory of its own that can be transferred; the builder is empty again. */
  finish(rows: number): EncodedBatch {
    const body = new Uint8Array(Buffer.allocUnsafeSlow(this.#length).buffer);
    let position = 0;
    for (const part of this.#parts) {
      body.set(part, position);
      const end = position + part.byteLength;
      position += padded(part.byteLength);
      // Fresh memory holds what was there before: padding must not carry that to a client.
      if (end < position) body.fill(0, end, position);
    }
    const header = encodeRecordBatchHeader({
      rows,
      nodes: this.#nodes,
      buffers: this.#buffers,
      bodyLength: position,
    });
    this.#nodes.length = 0;
    this.#buffers.length = 0;
    this.#parts.length = 0;
    this.#length = 0;
    return { header, body, rows };
  }
}

/** Arrow asks for multiples of 8. */
function padded(length: number): number {
  return (length + 7) & ~7;
}
