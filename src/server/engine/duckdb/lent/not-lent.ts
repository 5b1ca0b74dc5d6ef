import { GizmoError } from '../../../../errors.js';

/** Why something is not read with its owner's rights: for the log and for administrators, not for whoever is refused. */
export function notLent(reason: string): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', `Not with the owner's rights: ${reason}.`);
}
