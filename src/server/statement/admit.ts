/** Step 4: may it start now? A server that is going away takes no new statements. */
import { setMaxListeners } from 'node:events';
import { GizmoError } from '../../errors.js';

export interface Admission {
  /** Throws UNAVAILABLE once {@link close} was called. */
  admit(): void;
  /** From now on nothing starts. */
  close(reason?: GizmoError): void;
  /** Aborted by {@link close}: for whoever tells others that the server takes nothing more. */
  readonly closed: AbortSignal;
}

export function createAdmission(): Admission {
  const controller = new AbortController();
  const { signal } = controller;
  // Everybody who watches the server's health listens to it.
  setMaxListeners(0, signal);
  return {
    closed: signal,
    admit() {
      if (signal.aborted) throw signal.reason;
    },
    close(reason) {
      if (!signal.aborted) controller.abort(reason ?? serverStopping());
    },
  };
}

/** Why a call fails while the server stops. */
export function serverStopping(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The server is shutting down and takes no new statements.');
}
