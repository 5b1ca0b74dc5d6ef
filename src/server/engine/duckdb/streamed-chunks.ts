/** The chunks of a streaming result: one fetched ahead here, or, once it is long, read on in another thread. */
import duckdb, { type DataChunk, type Result } from '@duckdb/node-bindings';
import { GizmoError } from '../../../errors.js';
import { abortReason, closedEarly } from '../abort.js';
import { isAborted } from './errors.js';
import type { Lane } from './lane.js';
import type { LoopTurns } from './loop-turns.js';
import type { ProcessMemory } from './memory.js';
import type { ReadTurns, Turn } from './read-turns.js';
import type { ReadOnAnswer } from './reading/protocol.js';
import type { ReadOn } from './reading/reading-threads.js';
import type { ChunkSource } from './result.js';

/** So many chunks are fetched without waiting for a turn: most results have no more. */
const CHUNKS_AT_ONCE = 4;
/** Milliseconds. A statement that takes longer to find its next rows would keep others from the thread that reads on. */
const SLOW_MS = 50;

export class StreamedChunks implements ChunkSource {
  readonly #lane: Lane;
  readonly #result: Result;
  readonly #memory: ProcessMemory | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;
  readonly #turns: ReadTurns;
  readonly #loopTurns: LoopTurns;
  readonly #readOn: ReadOn | undefined;
  #turn: Turn | undefined;
  #fetched = 0;
  /** Milliseconds that the last fetch took. */
  #took = 0;
  #ahead: Promise<DataChunk | null> | undefined;
  /** What another thread reads. */
  #reading: Promise<ReadOnAnswer | undefined> | undefined;
  #ended = false;

  constructor(options: StreamedChunksOptions) {
    this.#lane = options.lane;
    this.#result = options.result;
    this.#memory = options.memory;
    this.#signal = options.signal;
    this.#turns = options.turns;
    this.#loopTurns = options.loopTurns;
    this.#readOn = options.readOn;
    this.#interrupt = () => {
      this.#lane.interrupt(abortReason(options.signal ?? AbortSignal.abort()));
      this.#turn?.end();
    };
    this.#signal?.addEventListener('abort', this.#interrupt, { once: true });
    this.#fetchAhead();
  }

  get isReadOn(): boolean {
    return this.#ahead === undefined && !this.#ended;
  }

  async next(mayChangeThread = false): Promise<DataChunk | undefined> {
    if (this.#ended) return undefined;
    const chunk = await (this.#ahead ?? this.#fetchAhead());
    // Closed meanwhile: another fetch would run beside what close() runs.
    if (this.#ended) return undefined;
    if (chunk !== null && duckdb.data_chunk_get_size(chunk) > 0) {
      if (this.#signal?.aborted === true) throw abortReason(this.#signal);
      this.#ahead = undefined;
      if (!this.#isLong) {
        this.#fetchAhead();
        return chunk;
      }
      if (!mayChangeThread || this.#readOn === undefined || this.#took > SLOW_MS) this.#fetchAhead();
      const turn = this.#loopTurns.take();
      if (turn !== undefined) await turn;
      return this.#ended ? undefined : chunk;
    }
    this.#end();
    if (this.#lane.closed !== undefined) throw this.#lane.closed;
    if (duckdb.result_return_type(this.#result) === duckdb.ResultType.INVALID) throw this.#failure();
    return undefined;
  }

  async readOn(): Promise<ReadOnAnswer | undefined> {
    const reading = this.#inTurn(() => this.#startReading());
    this.#reading = reading;
    const answer = await reading;
    // Closed meanwhile, which whoever reads knows.
    if (this.#ended || answer === undefined) return undefined;
    if (this.#signal?.aborted === true) throw abortReason(this.#signal);
    this.#took = answer.slowest;
    if (answer.ended) this.#ahead = Promise.resolve(null);
    else if (answer.slowest > SLOW_MS) this.#fetchAhead();
    return answer;
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
    await Promise.allSettled([this.#ahead, this.#reading]);
    try {
      const bare = await this.#lane.call(() => duckdb.prepare(this.#lane.connection, 'select 1'));
      duckdb.destroy_prepare_sync(bare);
    } catch (error) {
      // An aborted transaction refuses to prepare, and a closed connection too: the stream has ended with them.
      if (this.#lane.closed === undefined && !isAborted(error)) throw error;
    }
  }

  #fetchAhead(): Promise<DataChunk | null> {
    this.#fetched += 1;
    const ahead = this.#isLong ? this.#inTurn(() => this.#fetch()) : this.#fetch();
    this.#ahead = ahead;
    // A rejection is for whoever calls next(); if nobody does, close() has been called.
    ahead.catch(() => undefined);
    return ahead;
  }

  get #isLong(): boolean {
    return this.#fetched > CHUNKS_AT_ONCE;
  }

  async #fetch(): Promise<DataChunk | null> {
    const start = performance.now();
    const chunk = await this.#lane.call(() => duckdb.fetch_chunk(this.#result));
    this.#took = performance.now() - start;
    return chunk;
  }

  async #startReading(): Promise<ReadOnAnswer | undefined> {
    return await this.#lane.call(() => Promise.resolve(this.#readOn?.start()));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.take();
    this.#turn = turn;
    try {
      if (turn.ready !== undefined) await turn.ready;
      // Interrupted or closed between two reads, or while it waited: nothing ran that could have been stopped.
      if (this.#signal?.aborted === true) throw abortReason(this.#signal);
      if (this.#ended) throw closedEarly();
      return await work();
    } finally {
      turn.end();
    }
  }

  #end(): void {
    this.#ended = true;
    this.#readOn?.forget();
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
  /** Absent where only this thread can read. */
  readonly readOn?: ReadOn | undefined;
}
