/** One ingest: the rows that the table function hands out next. */
import { randomUUID } from 'node:crypto';
import duckdb, { type DataChunk } from '@duckdb/node-bindings';
import type { GizmoError } from '../../../../errors.js';
import { decodeRecordBatch } from '../../../../flight/ipc/record-batch.js';
import type { ArrowSchema, EncodedBatch } from '../../../../flight/ipc/types.js';
import { toLogicalType } from '../arrow-type.js';
import type { ProcessMemory } from '../memory.js';
import { ChunkFiller } from './chunk-filler.js';

export class IngestJob {
  readonly handle = randomUUID();
  readonly columns;
  readonly #schema: ArrowSchema;
  readonly #filler: ChunkFiller;
  readonly #forget: (handle: string) => void;
  #next: () => EncodedBatch | undefined = () => undefined;
  #loaded: EncodedBatch | undefined;
  #failure: GizmoError | undefined;
  #calls = 0;
  #drained = false;
  #tellDrained: () => void = () => {};

  constructor(schema: ArrowSchema, memory: ProcessMemory | undefined, forget: (handle: string) => void) {
    this.columns = schema.fields.map((field) => ({ name: field.name, type: toLogicalType(field) }));
    this.#schema = schema;
    this.#filler = new ChunkFiller(schema, memory);
    this.#forget = forget;
  }

  /** The error behind the one that DuckDB reports. */
  get failure(): GizmoError | undefined {
    return this.#failure;
  }

  /** How often a statement has asked for rows. */
  get calls(): number {
    return this.#calls;
  }

  /** Where batches come from, each when the rows of the one before are written; without one, the statement that runs ends. */
  feed(next: () => EncodedBatch | undefined): void {
    this.#next = next;
  }

  /** A statement begins; resolves when it has been told that there are no more rows, or that there is no use in more. */
  begin(): Promise<void> {
    this.#drained = false;
    return new Promise((resolve) => {
      this.#tellDrained = resolve;
    });
  }

  /** The statement that runs gets no more rows: a later one does. */
  stop(): void {
    this.#drained = true;
  }

  /** Whether there are rows left of the batch that a statement has begun with. */
  get hasRows(): boolean {
    return !this.#filler.isEmpty;
  }

  /** Writes the next rows; none ends the statement, which may be told so more than once. */
  fill(chunk: DataChunk): void {
    this.#calls += 1;
    if (!this.#drained && this.#filler.isEmpty) this.#load();
    if (this.#drained) {
      duckdb.data_chunk_set_size(chunk, 0);
      this.#tellDrained();
    } else {
      this.#filler.fill(chunk);
    }
  }

  fail(error: GizmoError): string {
    this.#failure = error;
    this.#tellDrained();
    return error.message;
  }

  close(): void {
    this.#filler.unload();
    this.#forget(this.handle);
  }

  #load(): void {
    // One thread asks for rows, and has copied all that it was given before.
    const { buffer } = this.#loaded?.body ?? {};
    if (buffer instanceof ArrayBuffer) this.#loaded?.giveBack?.(buffer);
    this.#filler.unload();
    this.#loaded = this.#next();
    if (this.#loaded === undefined) this.#drained = true;
    else this.#filler.load(decodeRecordBatch(this.#schema, this.#loaded));
  }
}
