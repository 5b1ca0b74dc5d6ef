/** Step 4: may it start now? A server that is going away takes no new statements. */
import { GizmoError } from '../../errors.js';
import { LightAbort } from '../../flight/light-abort.js';

export interface Admission {
  /** Throws UNAVAILABLE once {@link close} was called. */
  admit(): void;
  /** From now on nothing starts. */
  close(reason?: GizmoError): void;
  /** Aborted by {@link close}: for whoever tells others that the server takes nothing more. */
  readonly closed: AbortSignal;
}

export function createAdmission(): Admission {
  // Everybody who watches the server's health listens to it.
  const controller = new LightAbort();
  const { signal } = controller;
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
