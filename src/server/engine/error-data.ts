/** Errors that change threads. */
import { type ErrorCode, GizmoError, toGizmoError } from '../../errors.js';

/** A GizmoError without its class, which a structured clone would lose. */
export interface ErrorAsData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: string | undefined;
  readonly position: number | undefined;
}

/** What of an error may cross; anything that is no GizmoError becomes INTERNAL. */
export function errorToData(reason: unknown): ErrorAsData {
  const { code, message, detail, position } = toGizmoError(reason);
  return { code, message, detail, position };
}

/** The error again, on the other side. */
export function errorFromData({ code, message, detail, position }: ErrorAsData): GizmoError {
  return new GizmoError(code, message, {
    ...(detail === undefined ? {} : { detail }),
    ...(position === undefined ? {} : { position }),
  });
}

/** Why what ran in a thread can go on no more: the thread threw what nobody caught. */
export function threadDied(reason: unknown, message = ENGINE_DIED): GizmoError {
  const { detail } = toGizmoError(reason);
  return new GizmoError('INTERNAL', message, {
    cause: reason,
    ...(detail !== undefined && { detail }),
  });
}

const ENGINE_DIED = 'The engine thread died. The server log has the reason.';
