/** What the streaming formats share: rows go into one buffer, and the buffer to the sink whenever it is large. */
import type { RecordBatch } from '../../flight/ipc/column.js';
import { ByteBuffer } from './cells/byte-buffer.js';
import type { TextSink } from './renderer.js';

export class RowStream {
  readonly out = new ByteBuffer(CHUNK_BYTES + 4096);
  readonly #sink: TextSink;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** Calls `writeRow` for each row of a batch and waits for the sink in between; memory stays constant. */
  async rows(batch: RecordBatch, writeRow: (row: number) => void): Promise<void> {
    for (let row = 0; row < batch.length; row++) {
      writeRow(row);
      if (this.out.length >= CHUNK_BYTES) await this.flush();
    }
  }

  /** For rows that are written to `out` many at a time. */
  async flushIfLarge(): Promise<void> {
    if (this.out.length >= CHUNK_BYTES) await this.flush();
  }

  /** Hands over what is in the buffer. Call it at the end of a batch that was long in coming, and at the very end. */
  async flush(): Promise<void> {
    if (this.out.length > 0) await this.#sink.write(this.out.take());
  }
}

const CHUNK_BYTES = 256 * 1024;
