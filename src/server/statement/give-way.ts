/**
 * Results that do not hold up their session. An engine connection serves one statement at a time, and a client may
 * leave a result half read for as long as it likes: as soon as the session's next statement wants its turn, the
 * server reads the result to its end, keeps what the client has not taken yet, and gives the turn back.
 */
import type { EncodedBatch } from '../../flight/ipc/types.js';
import { abortReason } from '../../flight/signal.js';
import type { SessionQueue } from '../session/session-queue.js';
import type { BatchStore, BatchStores } from './batch-store.js';
import type { RunningResult } from './run.js';

/**
 * `result` holds the turn of `queue` and gives it back when it is closed.
 * @param signal ends what is kept, too: an ended session, a cancelled statement
 */
export function givingWay(
  result: RunningResult,
  queue: SessionQueue,
  stores: BatchStores,
  signal: AbortSignal,
): RunningResult {
  let kept: KeptRest | undefined;
  let asked: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;
  queue.onWanted(() => {
    if (closing !== undefined) return;
    kept = keepRest(result, asked, stores.open());
  });
  return {
    schema: result.schema,
    schemaMessage: result.schemaMessage,
    changes: result.changes,
    stopped: () => (kept === undefined ? result.stopped?.() : undefined),
    next() {
      if (signal.aborted) return Promise.reject(abortReason(signal));
      if (kept !== undefined) return kept.next();
      const batch = result.next();
      // Its failure is the reader's, who has this promise.
      asked = batch.catch(() => undefined);
      return batch;
    },
    close() {
      closing ??= result.close().finally(() => kept?.close());
      return closing;
    },
  };
}

interface KeptRest {
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

/**
 * Reads what is left of `result` into `store`, and closes it.
 * @param asked settles when what the reader has asked for itself has come
 */
function keepRest(result: RunningResult, asked: Promise<unknown>, store: BatchStore): KeptRest {
  let ended = false;
  let failure: unknown;
  let wake = () => {};
  let position = 0;

  const reading = (async () => {
    try {
      await asked;
      for (;;) {
        const batch = await result.next();
        if (batch === undefined) return;
        await store.append(batch);
        wake();
      }
    } catch (error) {
      failure = error;
    } finally {
      ended = true;
      wake();
      // Its reader may be gone, or have the failure above: what closing says concerns nobody else.
      await result.close().catch(() => undefined);
    }
  })();

  return {
    async next() {
      while (position >= store.length) {
        if (failure !== undefined) throw failure;
        if (ended) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const index = position++;
      const batch = await store.read(index);
      store.drop(index);
      return batch;
    },
    async close() {
      // The result is closed: reading it ends by itself.
      await reading;
      await store.close();
    },
  };
}
