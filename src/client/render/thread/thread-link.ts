/** This side of the thread: sends batches ahead of what it has made of them, and writes its texts in their order. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ReceivedBatch } from '../../result/result.js';
import type { TextSink } from '../renderer.js';
import { collectYoung } from './collect-young.js';
import { discard } from './discard.js';
import { ownMemory } from './own-memory.js';
import type { FromThread, ThreadJob, ToThread } from './thread-messages.js';

export class ThreadLink {
  readonly #worker: Worker;
  readonly #sink: TextSink;
  /** Batches that have been sent and are not text yet. */
  #pending = 0;
  #isEnded = false;
  #isClosed = false;
  #failure: { readonly reason: unknown } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #wake = (): void => {};

  constructor(job: ThreadJob, sink: TextSink) {
    this.#sink = sink;
    this.#worker = startWorker(job);
    this.#worker.on('message', (message: FromThread) => this.#take(message));
    this.#worker.on('error', (reason) => this.#fail(reason));
    this.#worker.on('exit', () => {
      if (!this.#isEnded) this.#fail(new Error('The thread that renders a result ended before it.'));
    });
  }

  /** Resolves when the next one is wanted. Rejects with what the thread or the sink failed with. */
  async batch({ columns, length }: ReceivedBatch): Promise<void> {
    const memory = ownMemory(columns);
    const bytes = memory.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#post({ type: 'batch', batch: { columns, length } }, memory);
    collectYoung(bytes);
    this.#pending++;
    await this.#until(() => this.#pending <= AHEAD);
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    this.#post({ type: 'end' });
    await this.#until(() => this.#isEnded);
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** Ends the thread, whatever it is doing. Resolves when nothing is being written any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker.terminate();
    await this.#writing;
  }

  #take(message: FromThread): void {
    switch (message.type) {
      case 'text':
        this.#writing = this.#writing
          .then(() => (this.#isClosed ? undefined : this.#sink.write(message.bytes)))
          .then(
            () => {
              discard([message.bytes.buffer as ArrayBuffer]);
              this.#post({ type: 'written' });
            },
            (reason: unknown) => this.#fail(reason),
          );
        return;
      case 'rendered':
        this.#pending--;
        break;
      case 'ended':
        this.#isEnded = true;
    }
    this.#wake();
  }

  #fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.#wake();
  }

  async #until(isReached: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      if (isReached()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #post(message: ToThread, memory: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, memory);
  }
}

/** Batches that wait while another becomes text. */
const AHEAD = 1;

/** Next to nothing of what it makes lives on; left to itself V8 gives it twice 16 MiB in the course of a minute. */
const YOUNG_MEBIBYTES = 6;

function startWorker(job: ThreadJob): Worker {
  const options = { workerData: job, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES } };
  if (import.meta.url.endsWith('.ts')) {
    const source = new URL('./render-thread.ts', import.meta.url).href;
    const start = `import('tsx/esm/api').then(({ register }) => {
      register();
      return import(${JSON.stringify(source)});
    });`;
    return new Worker(start, { ...options, eval: true });
  }
  const bundle = new URL('../../../hot/render-thread.mjs', import.meta.url);
  return new Worker(
    existsSync(fileURLToPath(bundle)) ? bundle : new URL('./render-thread.js', import.meta.url),
    options,
  );
}
