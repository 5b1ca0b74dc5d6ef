/** A running statement's rows as record batches, pulled one at a time; the next chunk is fetched meanwhile. */
import duckdb, { type DataChunk, type Result } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { abortReason, closedEarly } from '../abort.js';
import type { EngineResult } from '../engine.js';
import type { BatchWriter } from './convert/batch-writer.js';
import { isAborted } from './errors.js';
import type { Lane } from './lane.js';
import type { LoopTurns } from './loop-turns.js';
import type { ProcessMemory } from './memory.js';
import type { ReadTurns, Turn } from './read-turns.js';

/** Of a chunk that is full, so that more will follow, some rows go ahead: a reader sees something early. */
const FIRST_BATCH_ROWS = 256;
const FULL_CHUNK_ROWS = 2048;

export class DuckDbResult implements EngineResult {
  readonly schema: ArrowSchema;
  readonly changes: number | undefined;
  readonly #encodeSchema: () => Uint8Array;
  readonly #chunks: ChunkSource;
  readonly #writer: BatchWriter;
  readonly #rowsMax: number;
  readonly #onEnd: DuckDbResultOptions['onEnd'];
  #batches = 0;
  #rows = 0;
  #first: EncodedBatch | undefined;
  /** The chunks have been read, given up, or have failed: the connection is, or is being, given back. */
  #ending: Promise<void> | undefined;
  /** Why there is no more although this was not the end. */
  #failure: unknown;

  constructor(options: DuckDbResultOptions) {
    this.schema = options.schema;
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
    return this.#ending !== undefined && this.#failure === undefined && this.#first === undefined;
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
    this.#ending ??= this.#giveUp('abandoned');
    await this.#ending;
  }

  async #read(): Promise<EncodedBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ending !== undefined) return undefined;
    let rowsMax = this.#batches === 0 ? Math.min(FULL_CHUNK_ROWS, this.#rowsMax) : this.#rowsMax;
    try {
      while (!this.#writer.fill(rowsMax)) {
        const chunk = await this.#chunks.next();
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
  /** The next chunk, at once where it is there; undefined at the end. */
  next(): Promise<DataChunk | undefined> | DataChunk | undefined;
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

/** So many chunks are fetched without waiting for a turn: most results have no more. */
const CHUNKS_AT_ONCE = 4;

/** The chunks of a streaming result, one fetched ahead. */
export class StreamedChunks implements ChunkSource {
  readonly #lane: Lane;
  readonly #result: Result;
  readonly #memory: ProcessMemory | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;
  readonly #turns: ReadTurns;
  readonly #loopTurns: LoopTurns;
  #turn: Turn | undefined;
  #fetched = 0;
  #ahead: Promise<DataChunk | null> | undefined;
  #ended = false;

  constructor(options: StreamedChunksOptions) {
    this.#lane = options.lane;
    this.#result = options.result;
    this.#memory = options.memory;
    this.#signal = options.signal;
    this.#turns = options.turns;
    this.#loopTurns = options.loopTurns;
    this.#interrupt = () => {
      this.#lane.interrupt(abortReason(options.signal ?? AbortSignal.abort()));
      this.#turn?.end();
    };
    this.#signal?.addEventListener('abort', this.#interrupt, { once: true });
    this.#fetchAhead();
  }

  async next(): Promise<DataChunk | undefined> {
    if (this.#ahead === undefined) return undefined;
    const chunk = await this.#ahead;
    // Closed meanwhile: another fetch would run beside what close() runs.
    if (this.#ended) return undefined;
    if (chunk !== null && duckdb.data_chunk_get_size(chunk) > 0) {
      if (this.#signal?.aborted === true) throw abortReason(this.#signal);
      this.#fetchAhead();
      if (!this.#isLong) return chunk;
      const turn = this.#loopTurns.take();
      if (turn !== undefined) await turn;
      return this.#ended ? undefined : chunk;
    }
    this.#end();
    if (this.#lane.closed !== undefined) throw this.#lane.closed;
    if (duckdb.result_return_type(this.#result) === duckdb.ResultType.INVALID) throw this.#failure();
    return undefined;
  }

  /**
   * Ends the stream early. DuckDB keeps what a stream holds until the next statement of its connection, so a
   * bare one is prepared.
   */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    this.#lane.interrupt(closedEarly());
    this.#turn?.end();
    await Promise.allSettled([this.#ahead]);
    try {
      const bare = await this.#lane.call(() => duckdb.prepare(this.#lane.connection, 'select 1'));
      duckdb.destroy_prepare_sync(bare);
    } catch (error) {
      // An aborted transaction refuses to prepare, and a closed connection too: the stream has ended with them.
      if (this.#lane.closed === undefined && !isAborted(error)) throw error;
    }
  }

  #fetchAhead(): void {
    this.#fetched += 1;
    this.#ahead = this.#isLong ? this.#fetchInTurn() : this.#fetch();
    // A rejection is for whoever calls next(); if nobody does, close() has been called.
    this.#ahead.catch(() => undefined);
  }

  get #isLong(): boolean {
    return this.#fetched > CHUNKS_AT_ONCE;
  }

  #fetch(): Promise<DataChunk | null> {
    return this.#lane.call(() => duckdb.fetch_chunk(this.#result));
  }

  async #fetchInTurn(): Promise<DataChunk | null> {
    const turn = this.#turns.take();
    this.#turn = turn;
    try {
      if (turn.ready !== undefined) {
        await turn.ready;
        // Interrupted or closed while it waited: nothing ran that could have been stopped.
        if (this.#signal?.aborted === true) throw abortReason(this.#signal);
        if (this.#ended) throw closedEarly();
      }
      return await this.#fetch();
    } finally {
      turn.end();
    }
  }

  #end(): void {
    this.#ended = true;
    this.#signal?.removeEventListener('abort', this.#interrupt);
  }

  #failure(): GizmoError {
    if (this.#signal?.aborted === true) return abortReason(this.#signal);
    const text = this.#memory?.resultError(this.#result);
    if (text !== undefined) return this.#lane.fail(new Error(text));
    return new GizmoError(
      'STATEMENT_FAILED',
      'The statement failed after it had begun to return rows, such as by a cast or an overflow in a later row.',
    );
  }
}

export interface StreamedChunksOptions {
  readonly lane: Lane;
  readonly result: Result;
  readonly memory: ProcessMemory | undefined;
  readonly signal: AbortSignal | undefined;
  readonly turns: ReadTurns;
  readonly loopTurns: LoopTurns;
}
