/** Ctrl-C while something runs: the first cancels it, a second soon after gives up waiting. */
import { GizmoError } from '../../errors.js';

/**
 * Runs `task` with a signal that Ctrl-C aborts. Answers true where a second Ctrl-C came within two seconds of the
 * last while the task was still running; the task is then left behind. Rejects as the task does.
 */
export async function runInterruptibly(
  source: { onInterrupt(handler: (() => void) | undefined): void },
  task: (signal: AbortSignal) => Promise<void>,
): Promise<boolean> {
  const controller = new AbortController();
  let lastMs = Number.NEGATIVE_INFINITY;
  const forced = new Promise<true>((resolve) => {
    source.onInterrupt(() => {
      const nowMs = performance.now();
      if (nowMs - lastMs < SECOND_WITHIN_MS) resolve(true);
      lastMs = nowMs;
      controller.abort(new GizmoError('CANCELLED', 'Cancelled.'));
    });
  });
  const running = task(controller.signal).then(() => false as const);
  try {
    return await Promise.race([running, forced]);
  } finally {
    source.onInterrupt(undefined);
    // Left behind, it may still fail, and nobody is there to hear.
    running.catch(() => undefined);
  }
}

const SECOND_WITHIN_MS = 2000;
