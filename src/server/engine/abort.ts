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
