/** The other thread: makes text of batches and hands it back. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadRenderer } from '../load-renderer.js';
import type { TextSink } from '../renderer.js';
import { discard } from './discard.js';
import { ownMemory } from './own-memory.js';
import type { FromThread, ThreadJob, ToThread } from './thread-messages.js';

const { format, options, schema } = workerData as ThreadJob;

/** Texts that have been told and not been written. */
let unwritten = 0;
let wake = (): void => {};

const sink: TextSink = {
  async write(chunk) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    unwritten++;
    post({ type: 'text', bytes }, bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []);
    while (unwritten >= UNWRITTEN_MAX)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  },
};

const renderer = await loadRenderer(format, sink, { ...options, continued: true });
await renderer.begin(schema);

/** Messages are done one after the other; a failure is this thread's end, which the other one hears of. */
let done: Promise<void> = Promise.resolve();
parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'written') {
    unwritten--;
    wake();
    return;
  }
  done = done.then(async () => {
    if (message.type === 'batch') {
      const { batch } = message;
      await renderer.batch({ schema, ...batch });
      discard(ownMemory(batch.columns));
      post({ type: 'rendered' });
    } else {
      await renderer.end();
      post({ type: 'ended' });
      parentPort?.close();
    }
  });
});

function post(message: FromThread, memory: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, memory);
}

const UNWRITTEN_MAX = 4;
