/** The one way to say that bytes received as Arrow data are not what the format allows. */
import { GizmoError } from '../../errors.js';

/** An INVALID_ARGUMENT error whose sentence starts with `malformed Arrow data: `. */
export function malformed(what: string, cause?: unknown): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `malformed Arrow data: ${what}.`, { cause });
}
