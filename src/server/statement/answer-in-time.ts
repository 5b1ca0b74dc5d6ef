/**
 * Binding cannot be interrupted, so a statement's time limit cannot end it. Whoever waits is answered all the same;
 * the session's turn is kept until the engine is done, and what it then comes back with is thrown away.
 */
import { abortReason } from '../../flight/signal.js';
import type { Task } from './tasks.js';

/** Does `work` with the session's connection. Rejects with the reason as soon as the task's signal aborts. */
export function answeringInTime<T>(
  { signal, session }: Task,
  work: () => Promise<T>,
  discard: (result: T) => Promise<void> = async () => {},
): Promise<T> {
  if (signal.aborted) return Promise.reject(abortReason(signal));
  return new Promise((resolve, reject) => {
    const working = work();
    const giveUp = () => {
      // How it failed is of no interest any more.
      session.queue.keepUntil(working.then(discard).catch(() => undefined));
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', giveUp, { once: true });
    working.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
