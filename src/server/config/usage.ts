/** The error of a setting that cannot be. */
import { GizmoError } from '../../errors.js';

/** USAGE; `message` names the flag to change. */
export function usage(message: string, cause?: unknown): GizmoError {
  return new GizmoError('USAGE', message, { cause });
}
