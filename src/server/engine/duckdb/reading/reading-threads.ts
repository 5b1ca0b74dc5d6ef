/**
 * Threads in which long results are read on: each fetches and converts a batch by itself, so that a chunk is converted where
 * it was made, while it is in the cache, and no other thread has to be woken for it. Where the engine's thread fetches
 * through libuv, that costs more than DuckDB itself does.
 *
 * A fetch takes as long as the statement needs to find rows, and nothing else can run in that thread meanwhile. So a
 * thread keeps nothing of a result between two answers; who finds none free, or has a slow result, fetches in the other way.
 */
import type { Worker } from 'node:worker_threads';
import type { Result } from '@duckdb/node-bindings';
import type { GizmoError } from '../../../../errors.js';
import { errorFromData, threadDied } from '../../error-data.js';
import { SpareMemory } from '../../spare-memory.js';
import { startThread } from '../../start-thread.js';
import type { FetchFunctions } from '../fetch-functions.js';
import type { FromReadingThread, ReadOnAnswer, ResultAsData, ToReadingThread } from './protocol.js';

const DIED = 'The thread that read this result died. The server log has the reason. Run the statement again.';
/** As many batches of a result as are under way at a time. */
const SPARES_MAX = 4;

export class ReadingThreads {
  readonly #fetching: FetchFunctions;
  readonly #threadsMax: number;
  readonly #threads = new Set<ReadingThread>();
  /** Of results that have ended. */
  readonly #spares = new SpareMemory(SPARES_MAX);
  #lastId = 0;
  #closing = false;

  constructor(fetching: FetchFunctions, threadsMax: number) {
    this.#fetching = fetching;
    this.#threadsMax = threadsMax;
  }

  /** For one result, which has to be alive whenever it is read. Undefined where it cannot be reached. */
  open(result: Result, data: ResultAsData): ReadOn | undefined {
    const address = this.#fetching.resultAddress(result);
    if (address === undefined) return undefined;
    this.#lastId += 1;
    const id = this.#lastId;
    const knowing = new Set<ReadingThread>();
    const spares = new SpareMemory(SPARES_MAX);
    const giveBack = (memory: ArrayBuffer) => spares.put(memory);
    return {
      start: () => {
        const thread = this.#take(knowing);
        if (thread === undefined) return undefined;
        const known = knowing.has(thread) ? undefined : data;
        knowing.add(thread);
        const spare = spares.take() ?? this.#spares.take();
        return thread.read({ type: 'read', id, address, result: known, spare }, giveBack);
      },
      forget: () => {
        for (const thread of knowing) thread.post({ type: 'forget', id });
        knowing.clear();
        spares.empty(this.#spares);
      },
    };
  }

  /** Waits for the ends of the threads, none of which may be reading for long. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#threads].map((thread) => thread.stop()));
  }

  /** One that is free, of those that know the result if there is one. */
  #take(knowing: ReadonlySet<ReadingThread>): ReadingThread | undefined {
    if (this.#closing) return undefined;
    for (const thread of knowing) if (thread.isFree) return thread;
    for (const thread of this.#threads) if (thread.isFree) return thread;
    if (this.#threads.size < this.#threadsMax)
      this.#threads.add(new ReadingThread((thread) => this.#threads.delete(thread)));
    return undefined;
  }
}

export interface ReadOn {
  /** Begins to read on; undefined where no thread is free. Not to be called again before it has answered. */
  start(): Promise<ReadOnAnswer> | undefined;
  /** Nothing more will be read. */
  forget(): void;
}

class ReadingThread {
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #ready = false;
  #gone: GizmoError | undefined;
  #pending: { resolve(answer: ReadOnAnswer): void; reject(error: GizmoError): void } | undefined;

  constructor(onExit: (thread: ReadingThread) => void) {
    this.#worker = startThread(import.meta.url, 'reading-thread');
    this.#worker.unref();
    this.#worker.on('message', (message: FromReadingThread) => this.#receive(message));
    this.#worker.on('error', (reason) => {
      this.#gone = threadDied(reason, DIED);
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#gone ??= threadDied(undefined, DIED);
        this.#pending?.reject(this.#gone);
        onExit(this);
        resolve();
      });
    });
  }

  get isFree(): boolean {
    return this.#ready && this.#pending === undefined && this.#gone === undefined;
  }

  /** @param giveBack takes the memory of what it answers */
  async read(
    message: Extract<ToReadingThread, { type: 'read' }>,
    giveBack: (memory: ArrayBuffer) => void,
  ): Promise<ReadOnAnswer> {
    const { spare } = message;
    // First, so that a message which cannot be sent leaves the thread free.
    this.#worker.postMessage(message, spare === undefined ? [] : [spare]);
    const coming = new Promise<ReadOnAnswer>((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
    this.#worker.ref();
    const answer = await coming;
    return { ...answer, batches: answer.batches.map((batch) => ({ ...batch, giveBack })) };
  }

  post(message: ToReadingThread): void {
    this.#worker.postMessage(message);
  }

  /** It is never terminated: that would abort the process. */
  async stop(): Promise<void> {
    this.#worker.ref();
    this.post({ type: 'stop' });
    await this.#exited;
  }

  #receive(message: FromReadingThread): void {
    if (message.type === 'ready') {
      this.#ready = true;
      return;
    }
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    if (message.type === 'answer') pending?.resolve(message.answer);
    else pending?.reject(errorFromData(message.error));
  }
}
