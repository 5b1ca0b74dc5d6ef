/** Turns signals of the operating system into an abort, so that every `finally` runs and nothing stays behind. */
import { GizmoError } from '../errors.js';

/** The first of `names` to come aborts with CANCELLED; one that comes later calls `force`. */
export function watchSignals(names: readonly NodeJS.Signals[], force: () => void): SignalWatch {
  const controller = new AbortController();
  const { signal } = controller;
  let firstMs = 0;
  const onSignal = () => {
    if (!signal.aborted) firstMs = performance.now();
    else if (performance.now() - firstMs > SAME_SIGNAL_MS) force();
    controller.abort(new GizmoError('CANCELLED', 'Interrupted.'));
  };
  for (const name of names) process.on(name, onSignal);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  // Whoever does not wait for it must not be told either.
  aborted.catch(() => undefined);
  return {
    signal,
    aborted,
    dispose() {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

export interface SignalWatch {
  readonly signal: AbortSignal;
  /** Rejects with the signal's reason. */
  readonly aborted: Promise<never>;
  /** Gives the signals back. */
  dispose(): void;
}

/** A terminal sends Ctrl-C to npm and to us, and npm sends it on: both are one. */
const SAME_SIGNAL_MS = 500;
