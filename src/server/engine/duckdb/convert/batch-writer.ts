/** Gathers DuckDB's chunks of up to 2,048 rows into record batches, cut by rows and by bytes. */
import type { DataChunk } from '@duckdb/node-bindings';
import type { EncodedBatch } from '../../../../flight/ipc/types.js';
import type { ProcessMemory } from '../memory.js';
import { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import { type OpenChunk, openChunk } from './source-vector.js';

export class BatchWriter {
  readonly #columns: readonly ColumnWriter[];
  readonly #body = new BodyBuilder();
  readonly #bytesMax: number;
  readonly #memory: ProcessMemory | undefined;
  #rows = 0;
  #bytes = 0;
  #chunk: OpenChunk | undefined;
  #chunkRows = 0;
  #done = 0;
  #garbage = 0;
  #leavesGarbage = false;

  constructor(columns: readonly ColumnWriter[], bytesMax: number, memory: ProcessMemory | undefined) {
    this.#columns = columns;
    this.#memory = memory;
    this.#bytesMax = bytesMax;
  }

  /** Rows gathered since the last {@link take}. */
  get rows(): number {
    return this.#rows;
  }

  /** About so many bytes of body they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes in a chunk. The one before must have been appended to its end. */
  load(chunk: DataChunk): void {
    this.loadOpen(openChunk(chunk, this.#memory));
  }

  /** As {@link load}; the chunk is freed when it has been appended, or let go of. */
  loadOpen(open: OpenChunk): void {
    this.#chunk = open;
    this.#chunkRows = open.rows;
    this.#done = 0;
    for (const [index, column] of this.#columns.entries()) column.load(open.vector(index), this.#chunkRows);
  }

  /**
   * Appends what is loaded until `rowsMax` rows or the limit of bytes is reached. True when a batch is to be
   * taken now; false when the chunk has been used up, and its memory given back.
   */
  fill(rowsMax: number): boolean {
    while (this.#done < this.#chunkRows) {
      const start = this.#done;
      const room = rowsMax - this.#rows;
      if (room <= 0) return true;
      const count = this.#fitting(start, Math.min(room, this.#chunkRows - start));
      if (count === 0) return true;
      for (const column of this.#columns) column.append(start, count);
      this.#rows += count;
      this.#done += count;
    }
    this.release();
    return this.#rows >= rowsMax;
  }

  /** Cuts the batch. */
  take(): EncodedBatch {
    for (const column of this.#columns) column.emit(this.#body);
    const batch = this.#body.finish(this.#rows);
    for (const column of this.#columns) column.clear();
    this.#account(batch.body.byteLength);
    this.#rows = 0;
    this.#bytes = 0;
    return batch;
  }

  /** Takes the memory of a body back, wherever that was made. */
  giveBack(memory: ArrayBuffer): void {
    this.#body.giveBack(memory);
  }

  /** Lets go of the chunk. */
  release(): void {
    if (this.#chunk?.free() === false) this.#leavesGarbage = true;
    this.#chunk = undefined;
    this.#chunkRows = 0;
    this.#done = 0;
  }

  /** The chunks that are garbage now took about as much as what was made of them. */
  #account(bytes: number): void {
    if (!this.#leavesGarbage) return;
    this.#garbage += bytes;
    if (this.#garbage < ACCOUNTED_BYTES) return;
    this.#memory?.account(this.#garbage);
    this.#garbage = 0;
  }

  /** How many of `count` rows fit; 0 when the batch has rows and none fits; a single row always goes. */
  #fitting(start: number, count: number): number {
    const room = this.#bytesMax - this.#bytes;
    const all = this.#weigh(start, count);
    if (all <= room) {
      this.#bytes += all;
      return count;
    }
    let fits = 0;
    let tooMany = count;
    while (tooMany - fits > 1) {
      const middle = (fits + tooMany) >> 1;
      if (this.#weigh(start, middle) <= room) fits = middle;
      else tooMany = middle;
    }
    if (fits === 0 && this.#rows === 0) fits = 1;
    this.#bytes += this.#weigh(start, fits);
    return fits;
  }

  #weigh(start: number, count: number): number {
    let sum = 0;
    for (const column of this.#columns) sum += column.weigh(start, count);
    return sum;
  }
}

/** To tell V8 of each small result would cost more than it is worth. */
const ACCOUNTED_BYTES = 512 * 1024;
