/** This thread's side of the line to an engine worker: calls and their answers, aborts, ingest's batches. */
import type { Worker } from 'node:worker_threads';
import { GizmoError } from '../../../errors.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';
import { abortReason, throwIfAborted } from '../abort.js';
import { errorFromData, errorToData, threadDied } from '../error-data.js';
import { SpareMemory } from '../spare-memory.js';
import { startThread } from '../start-thread.js';
import {
  type AnswerOf,
  type CallName,
  type Calls,
  detachable,
  type ExecuteAnswer,
  type FromWorker,
  type PreparedAnswer,
  type ToWorker,
} from './protocol.js';

export class WorkerChannel {
  /** Resolves when the engine, or its thread, can go on no more. */
  readonly failed: Promise<GizmoError>;
  /** Of results that have ended. */
  readonly spent = new SpareMemory(4);
  readonly #worker: Worker;
  readonly #pending: PendingCalls = makePending();
  readonly #feeds = new Map<number, BatchFeed>();
  /** Makes {@link failed} resolve. */
  readonly reportFatal: (error: GizmoError) => void;
  readonly #exited: Promise<void>;
  #lastId = 0;
  #gone: GizmoError | undefined;
  #stopping = false;

  constructor() {
    let report: (error: GizmoError) => void = () => {};
    this.failed = new Promise((resolve) => {
      report = resolve;
    });
    this.reportFatal = report;
    this.#worker = startThread(import.meta.url, 'worker');
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#lose(stopped());
        resolve();
      });
    });
    this.#worker.on('error', (reason) => this.#lose(threadDied(reason)));
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
  }

  async call<Name extends CallName>(
    name: Name,
    ask: Calls[Name]['ask'],
    signal?: AbortSignal,
    transferred: readonly ArrayBuffer[] = [],
  ): Promise<Calls[Name]['answer']> {
    throwIfAborted(signal);
    const { id, answer } = this.#start(name, ask, transferred);
    const release = this.forwardAbort(id, signal);
    try {
      return await answer;
    } finally {
      release();
    }
  }

  /** As {@link call}; a worker that is gone has closed everything already. */
  async callIfAlive<Name extends CallName>(name: Name, ask: Calls[Name]['ask']): Promise<void> {
    if (this.#gone !== undefined) return;
    try {
      await this.call(name, ask);
    } catch (error) {
      if (this.#gone === undefined) throw error;
    }
  }

  /** Destroys a statement that has nothing open, without an answer: what is asked next comes after it. */
  drop(statement: number): void {
    this.#post({ type: 'drop', statement });
  }

  /** As {@link call}, with the number of the call, by which {@link forwardAbort} reaches a query that has begun. */
  async prepare(
    ask: Calls['prepare']['ask'],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly call: number; readonly answer: PreparedAnswer }> {
    throwIfAborted(signal);
    const { id, answer } = this.#start('prepare', ask);
    const release = this.forwardAbort(id, signal);
    try {
      return { call: id, answer: await answer };
    } finally {
      release();
    }
  }

  /** Executes under a signal that reaches the result too, until `release` is called. */
  async execute<Name extends 'execute' | 'run'>(
    name: Name,
    ask: Calls[Name]['ask'],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly answer: ExecuteAnswer; readonly release: () => void }> {
    throwIfAborted(signal);
    const { id, answer } = this.#start(name, ask);
    const release = this.forwardAbort(id, signal);
    try {
      return { answer: await answer, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async ingest(
    ask: Calls['ingest']['ask'],
    batches: AsyncIterable<EncodedBatch>,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly rows: number }> {
    throwIfAborted(signal);
    const { id, answer } = this.#start('ingest', ask);
    const release = this.forwardAbort(id, signal);
    const feed: BatchFeed = { iterator: batches[Symbol.asyncIterator]() };
    this.#feeds.set(id, feed);
    try {
      return await answer;
    } finally {
      release();
      this.#feeds.delete(id);
      // Not awaited: a source that hangs would hang its own end too.
      void Promise.resolve(feed.iterator.return?.()).catch(() => undefined);
    }
  }

  /** Closes the engine in the worker and waits for the thread's end. It is never terminated: that would abort the process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#gone === undefined) {
      try {
        await this.call('closeEngine', null);
      } catch (error) {
        if (this.#gone === undefined) throw error;
      }
    }
    await this.#exited;
  }

  #start<Name extends CallName>(
    name: Name,
    ask: Calls[Name]['ask'],
    transferred: readonly ArrayBuffer[] = [],
  ): StartedCall<Name> {
    this.#lastId += 1;
    const id = this.#lastId;
    if (this.#gone !== undefined) return { id, answer: Promise.reject(this.#gone) };
    const answer = new Promise<Calls[Name]['answer']>((resolve, reject) => {
      this.#pending[name].set(id, { resolve, reject });
    });
    this.#worker.postMessage({ type: 'call', id, name, ask }, transferred);
    return { id, answer };
  }

  /** Aborts a call of the worker, or what is open of it, until the function that is returned is called. */
  forwardAbort(id: number, signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => {};
    const forward = () => this.#post({ type: 'abort', id, error: errorToData(abortReason(signal)) });
    signal.addEventListener('abort', forward, { once: true });
    return () => signal.removeEventListener('abort', forward);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'answer':
        this.#settle(message);
        return;
      case 'error': {
        const pending = this.#pending[message.name];
        const call = pending.get(message.id);
        pending.delete(message.id);
        call?.reject(errorFromData(message.error));
        return;
      }
      case 'pull':
        void this.#feed(message.id, message.spent);
        return;
      case 'fatal':
        this.reportFatal(errorFromData(message.error));
    }
  }

  #settle<Name extends CallName>(message: AnswerOf<Name>): void {
    const pending = this.#pending[message.name];
    const call = pending.get(message.id);
    pending.delete(message.id);
    call?.resolve(message.answer);
  }

  /** Hands over the next batch of an ingest, if that still runs. */
  async #feed(id: number, spent: ArrayBuffer | undefined): Promise<void> {
    const feed = this.#feeds.get(id);
    if (feed === undefined) return;
    try {
      const next = await feed.iterator.next();
      if (next.done === true) this.#post({ type: 'batch', id, batch: undefined });
      else this.#postBatch(id, detachable(next.value, spent));
    } catch (reason) {
      this.#post({ type: 'batchError', id, error: errorToData(reason) });
    }
  }

  #postBatch(id: number, batch: EncodedBatch): void {
    const { buffer } = batch.body;
    const message: ToWorker = { type: 'batch', id, batch };
    this.#worker.postMessage(message, buffer instanceof ArrayBuffer ? [buffer] : []);
  }

  #post(message: ToWorker): void {
    if (this.#gone === undefined) this.#worker.postMessage(message);
  }

  /** The thread is gone: whatever still waits will never be answered. */
  #lose(error: GizmoError): void {
    if (this.#gone !== undefined) return;
    this.#gone = error;
    if (!this.#stopping) this.reportFatal(error);
    for (const pending of Object.values(this.#pending)) {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    }
  }
}

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: GizmoError) => void;
}

type PendingCalls = { readonly [Name in CallName]: Map<number, Pending<Calls[Name]['answer']>> };

interface StartedCall<Name extends CallName> {
  readonly id: number;
  readonly answer: Promise<Calls[Name]['answer']>;
}

interface BatchFeed {
  readonly iterator: AsyncIterator<EncodedBatch>;
}

function makePending(): PendingCalls {
  return {
    open: new Map(),
    openSession: new Map(),
    memoryBytes: new Map(),
    counts: new Map(),
    closeEngine: new Map(),
    parse: new Map(),
    prepare: new Map(),
    inspect: new Map(),
    closeView: new Map(),
    lookUp: new Map(),
    checkRowFilter: new Map(),
    catalogNames: new Map(),
    endScope: new Map(),
    inTransaction: new Map(),
    progress: new Map(),
    expireTransaction: new Map(),
    ingest: new Map(),
    closeSession: new Map(),
    execute: new Map(),
    run: new Map(),
    next: new Map(),
    closeResult: new Map(),
    closeStatement: new Map(),
  };
}

/** Why nothing is answered any more. */
export function stopped(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The database is closed.');
}
