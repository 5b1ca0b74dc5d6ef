/** A running statement's rows as record batches, pulled one at a time; the next chunk is fetched meanwhile. */
import duckdb, { type DataChunk, type Result } from '@duckdb/node-bindings';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { closedEarly } from '../abort.js';
import type { EngineResult } from '../engine.js';
import type { BatchWriter } from './convert/batch-writer.js';
import type { ReadOnAnswer } from './reading/protocol.js';

/** Of a chunk that is full, so that more will follow, some rows go ahead: a reader sees something early. */
const FIRST_BATCH_ROWS = 256;
const FULL_CHUNK_ROWS = 2048;
/** What has more rows may be read on in another thread. Most results have fewer, and need not change threads. */
const LONG_ROWS = 4 * FULL_CHUNK_ROWS;

export class DuckDbResult implements EngineResult {
  readonly schema: ArrowSchema;
  readonly changes: number | undefined;
  readonly again: EngineResult['again'];
  readonly #encodeSchema: () => Uint8Array;
  readonly #chunks: ChunkSource;
  readonly #writer: BatchWriter;
  readonly #rowsMax: number;
  readonly #onEnd: DuckDbResultOptions['onEnd'];
  #batches = 0;
  #rows = 0;
  #first: EncodedBatch | undefined;
  /** What was read on beyond one batch. */
  #beyond: readonly EncodedBatch[] = [];
  /** The chunks have been read, given up, or have failed: the connection is, or is being, given back. */
  #ending: Promise<void> | undefined;
  /** Why there is no more although this was not the end. */
  #failure: unknown;

  constructor(options: DuckDbResultOptions) {
    this.schema = options.schema;
    this.again = options.again;
    this.#encodeSchema = options.encodeSchema;
    this.changes = options.changes;
    this.#chunks = options.chunks;
    this.#writer = options.writer;
    this.#rowsMax = options.rowsMax;
    this.#onEnd = options.onEnd;
  }

  get schemaMessage(): Uint8Array {
    return this.#encodeSchema();
  }

  /** True when {@link next} will answer without DuckDB: what there was has been read. */
  get ended(): boolean {
    return (
      this.#ending !== undefined &&
      this.#failure === undefined &&
      this.#first === undefined &&
      this.#beyond.length === 0
    );
  }

  /** Reads the first batch ahead, so that a failure at the first row is the failure of `execute`. */
  async prime(): Promise<void> {
    this.#first = await this.#read();
  }

  async next(): Promise<EncodedBatch | undefined> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? (await this.#read());
  }

  async close(): Promise<void> {
    if (!this.ended) this.#failure ??= closedEarly();
    this.#first = undefined;
    this.#beyond = [];
    this.#ending ??= this.#giveUp('abandoned');
    await this.#ending;
  }

  async #read(): Promise<EncodedBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    const [made, ...beyond] = this.#beyond;
    this.#beyond = beyond;
    if (made !== undefined) return made;
    if (this.#ending !== undefined) return undefined;
    let rowsMax = this.#batches === 0 ? Math.min(FULL_CHUNK_ROWS, this.#rowsMax) : this.#rowsMax;
    let mayChangeThread = true;
    try {
      while (!this.#writer.fill(rowsMax)) {
        if (this.#chunks.isReadOn === true) {
          // All of a chunk is in one of the batches before it changes threads.
          if (this.#writer.rows > 0) return this.#take();
          const batch = await this.#readOn();
          if (batch !== undefined) return batch;
          mayChangeThread = false;
        }
        const isLong = this.#rows + this.#writer.rows >= LONG_ROWS;
        const chunk = await this.#chunks.next(isLong && mayChangeThread);
        // Closed meanwhile: the writer has let go of what it had.
        if (this.#failure !== undefined) throw this.#failure;
        if (chunk === undefined) {
          this.#ending = this.#onEnd(this.#rows + this.#writer.rows, 'finished');
          await this.#ending;
          return this.#writer.rows === 0 ? undefined : this.#take();
        }
        this.#writer.load(chunk);
        if (this.#batches === 0 && duckdb.data_chunk_get_size(chunk) === FULL_CHUNK_ROWS)
          rowsMax = Math.min(FIRST_BATCH_ROWS, this.#rowsMax);
      }
      return this.#take();
    } catch (error) {
      this.#failure ??= error;
      this.#ending ??= this.#giveUp('failed');
      await this.#ending;
      throw this.#failure;
    }
  }

  /** A batch that another thread has made; undefined where none was free, or at the end. */
  async #readOn(): Promise<EncodedBatch | undefined> {
    const answer = await this.#chunks.readOn?.();
    if (this.#failure !== undefined) throw this.#failure;
    if (answer === undefined) return undefined;
    const [batch, ...beyond] = answer.batches;
    this.#batches += answer.batches.length;
    for (const { rows } of answer.batches) this.#rows += rows;
    this.#beyond = beyond;
    // What is behind the last chunk tells whether it was one.
    if (answer.ended && batch !== undefined && (await this.#chunks.next()) === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#ending = this.#onEnd(this.#rows, 'finished');
      await this.#ending;
    }
    return batch;
  }

  #take(): EncodedBatch {
    const batch = this.#writer.take();
    this.#batches += 1;
    this.#rows += batch.rows;
    return batch;
  }

  async #giveUp(how: 'failed' | 'abandoned'): Promise<void> {
    this.#writer.release();
    try {
      await this.#chunks.close();
    } finally {
      await this.#onEnd(this.#rows, how);
    }
  }
}

export interface DuckDbResultOptions {
  readonly schema: ArrowSchema;
  readonly again: EngineResult['again'];
  /** Called when the message is asked for. */
  readonly encodeSchema: () => Uint8Array;
  readonly changes: number | undefined;
  readonly chunks: ChunkSource;
  readonly writer: BatchWriter;
  readonly rowsMax: number;
  /** Called once, at the end, when it fails, or when closed, with the number of rows handed over. */
  readonly onEnd: (rows: number, how: 'finished' | 'failed' | 'abandoned') => Promise<void>;
}

/** Where chunks come from: a stream, or a result that DuckDB holds already. */
export interface ChunkSource {
  /**
   * The next chunk, at once where it is there; undefined at the end.
   * @param mayChangeThread what follows may be read on in another thread, see {@link isReadOn}
   */
  next(mayChangeThread?: boolean): Promise<DataChunk | undefined> | DataChunk | undefined;
  /** Whether {@link readOn} is to be asked before {@link next}. */
  readonly isReadOn?: boolean;
  /** Reads on in another thread; undefined where none is free. */
  readOn?(): Promise<ReadOnAnswer | undefined>;
  close(): Promise<void>;
}

/** The chunks of a materialized result: no thread is needed to reach them. */
export class MaterializedChunks implements ChunkSource {
  #result: Result | undefined;
  #index = 0;

  constructor(result: Result) {
    this.#result = result;
  }

  next(): DataChunk | undefined {
    const result = this.#result;
    if (result === undefined) return undefined;
    if (this.#index >= duckdb.result_chunk_count(result)) {
      this.#result = undefined;
      return undefined;
    }
    this.#index += 1;
    return duckdb.result_get_chunk(result, this.#index - 1);
  }

  async close(): Promise<void> {
    this.#result = undefined;
  }
}
