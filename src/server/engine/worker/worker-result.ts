/** A result in the worker, asked for ahead. */
import type { ArrowSchema, EncodedBatch } from '../../../flight/ipc/types.js';
import { closedEarly } from '../abort.js';
import type { EngineResult } from '../engine.js';
import { SpareMemory } from '../spare-memory.js';
import type { ExecuteAnswer, NextAnswer } from './protocol.js';
import type { WorkerChannel } from './worker-channel.js';

/** So many batches of a long result, of up to 2 MiB, wait for the reader while another is made. */
const AHEAD_MAX = 2;
/** Batches of a result that is not long, for which asking once more would be in vain. */
const SHORT = 2;

export class WorkerResult implements EngineResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  readonly #channel: WorkerChannel;
  readonly #result: number;
  readonly #release: () => void;
  /** Answers that are here or on their way, asked for ahead, so that the worker converts meanwhile. */
  readonly #coming: Promise<NextAnswer>[] = [];
  /** Goes back with the next questions. */
  readonly #spent = new SpareMemory(AHEAD_MAX + 1);
  #handedOver = 0;
  #ended = false;
  /** Why there is no more although this was not the end. */
  #failure: unknown;
  #closing: Promise<void> | undefined;

  constructor(
    channel: WorkerChannel,
    answer: ExecuteAnswer,
    schema: ArrowSchema,
    schemaMessage: Uint8Array,
    release: () => void,
  ) {
    this.#channel = channel;
    this.#result = answer.result;
    this.schema = schema;
    this.schemaMessage = schemaMessage;
    this.changes = answer.changes;
    this.#release = release;
    if (answer.batch === undefined && answer.ended) this.#finish();
    else this.#coming.push(Promise.resolve(answer));
  }

  get ended(): boolean {
    return this.#ended;
  }

  async next(): Promise<EncodedBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#ended) return undefined;
    const coming = this.#coming.shift() ?? this.#ask();
    try {
      const { batch, ended } = await coming;
      // Closed meanwhile.
      if (this.#failure !== undefined) throw this.#failure;
      if (ended) this.#finish();
      // Before this one is handed over, so that the worker converts meanwhile.
      else {
        const ahead = this.#handedOver < SHORT ? 1 : AHEAD_MAX;
        while (this.#coming.length < ahead) this.#coming.push(this.#ask());
      }
      this.#handedOver += 1;
      return batch && { giveBack: this.#giveBack, ...batch };
    } catch (error) {
      this.#fail(error);
      throw this.#failure;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#ended) return;
    this.#fail(closedEarly());
    await this.#channel.callIfAlive('closeResult', { result: this.#result });
  }

  readonly #giveBack = (memory: ArrayBuffer): void => {
    (this.#ended || this.#failure !== undefined ? this.#channel.spent : this.#spent).put(memory);
  };

  #ask(): Promise<NextAnswer> {
    const spent = this.#spent.take() ?? (this.#handedOver > 0 ? this.#channel.spent.take() : undefined);
    const ask = { result: this.#result, spent };
    const answer = this.#channel.call('next', ask, undefined, spent && [spent]);
    // A failure is told to whoever takes this answer; nobody may, when the result is closed before.
    answer.catch(() => undefined);
    return answer;
  }

  #finish(): void {
    this.#ended = true;
    this.#spent.empty(this.#channel.spent);
    this.#release();
  }

  #fail(reason: unknown): void {
    this.#failure ??= reason;
    this.#release();
  }
}
