/** Step 4: may it start now? A server that is going away takes no new statements. */
import { GizmoError } from '../../errors.js';

export interface Admission {
  /** Throws UNAVAILABLE once {@link close} was called. */
  admit(): void;
  /** From now on nothing starts. */
  close(reason?: GizmoError): void;
}

export function createAdmission(): Admission {
  let closed: GizmoError | undefined;
  return {
    admit() {
      if (closed !== undefined) throw closed;
    },
    close(reason) {
      closed ??= reason ?? serverStopping();
    },
  };
}

/** Why a call fails while the server stops. */
export function serverStopping(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'The server is shutting down and takes no new statements.');
}
