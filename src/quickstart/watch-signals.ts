/** Turns signals of the operating system into an abort, so that every `finally` runs and nothing stays behind. */
import { EXIT, GizmoError } from '../errors.js';

/** The first of `names` to come aborts with CANCELLED; a second SIGINT ends the process at once. */
export function watchSignals(names: readonly NodeJS.Signals[]): SignalWatch {
  const controller = new AbortController();
  const { signal } = controller;
  const onSignal = (name: NodeJS.Signals) => {
    if (signal.aborted && name === 'SIGINT') process.exit(EXIT.interrupted);
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
