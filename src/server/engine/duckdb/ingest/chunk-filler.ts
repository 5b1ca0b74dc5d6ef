/** Hands the rows of one record batch to DuckDB, chunk by chunk. */
import duckdb, { type DataChunk } from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import type { RecordBatch } from '../../../../flight/ipc/column.js';
import type { ArrowSchema } from '../../../../flight/ipc/types.js';
import type { ProcessMemory } from '../memory.js';
import type { ColumnReader } from './column-reader.js';
import { createReader } from './create-reader.js';

/** Rows of a DuckDB chunk. */
const CHUNK_ROWS = 2048;

export class ChunkFiller {
  readonly #readers: readonly ColumnReader[];
  readonly #chunkRows: number;
  #batch: RecordBatch | undefined;
  #row = 0;

  constructor(schema: ArrowSchema, memory: ProcessMemory | undefined) {
    this.#readers = schema.fields.map((field) => createReader(field, memory));
    // A column that can only be handed over value by value makes chunks of one row.
    this.#chunkRows = this.#readers.every(({ takesRanges }) => takesRanges) ? CHUNK_ROWS : 1;
  }

  /** Whether all rows that were loaded are written. */
  get isEmpty(): boolean {
    return this.#row >= (this.#batch?.length ?? 0);
  }

  /** The rows that come next. The batch's memory must stay as it is until DuckDB asks for more than them. */
  load(batch: RecordBatch): void {
    this.#batch = batch;
    this.#row = 0;
    for (const [index, reader] of this.#readers.entries()) {
      const column = batch.columns[index];
      if (column === undefined) throw new GizmoError('INVALID_ARGUMENT', 'A batch has too few columns.');
      reader.load(column);
    }
  }

  /** Writes the next rows; none once all have been written. */
  fill(chunk: DataChunk): void {
    const count = Math.min(this.#chunkRows, (this.#batch?.length ?? 0) - this.#row);
    if (count > 0) {
      for (const [index, reader] of this.#readers.entries()) {
        reader.fill(duckdb.data_chunk_get_vector(chunk, index), this.#row, count);
      }
    }
    duckdb.data_chunk_set_size(chunk, Math.max(0, count));
    this.#row += Math.max(0, count);
  }

  unload(): void {
    this.#batch = undefined;
    this.#row = 0;
  }
}
