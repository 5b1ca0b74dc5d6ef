/** Abort signals as this project's errors. */
import { GizmoError } from '../../errors.js';

/** The signal's reason as a GizmoError. */
export function abortReason(signal: AbortSignal): GizmoError {
  const { reason } = signal;
  if (reason instanceof GizmoError) return reason;
  return new GizmoError('CANCELLED', 'The statement was cancelled.', { cause: reason });
}

/** Throws the signal's reason where there is one. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortReason(signal);
}

/** What reading a result says that was closed before all of it was read: a part must never look like the whole. */
export function closedEarly(): GizmoError {
  return new GizmoError('CANCELLED', 'The result was closed before its end.');
}

/** The items of `source` until the signal aborts, also while the source has nothing to give. */
export async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* source;
    return;
  }
  const iterator = source[Symbol.asyncIterator]();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(abortReason(signal));
  });
  // It may reject when nobody waits any more.
  aborted.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for (;;) {
      throwIfAborted(signal);
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: a source that hangs would hang its own end too.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}
