import { GizmoError } from '../../../../errors.js';
import { NOT_CALLED } from '../../../model/lent-view.js';

/** Why something is not read with its owner's rights: for the log and for administrators, not for whoever is refused. */
export function notLent(reason: string): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', `Not with the owner's rights: ${reason}.`);
}

/** Why a macro cannot be called as somebody has written it: for whoever has, if they may use the macro. */
export function notCalled(reason: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `${NOT_CALLED} ${reason}.`);
}
