import { GizmoError, toGizmoError } from '../../../../errors.js';
import { NOT_CALLED, NOT_HERE } from '../../../model/lent-view.js';

/** Why something is not read with its owner's rights: for the log and for administrators, not for whoever is refused. */
export function notLent(reason: string): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', `Not with the owner's rights: ${reason}.`);
}

/** The same in words for whoever has written the statement and may use the view or macro: of their text alone. */
export function notHere(reason: string): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', `${NOT_HERE} ${reason}`);
}

/** Why a macro cannot be called as somebody has written it: for whoever has, if they may use the macro. */
export function notCalled(reason: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `${NOT_CALLED} ${reason}.`);
}

/** What DuckDB does not find in a body is not for whoever has written the statement, as what it does not find in theirs is. */
export function withoutBody(reason: unknown): GizmoError {
  const error = toGizmoError(reason);
  return error.message.startsWith('Binder Error') ? notLent(error.message) : error;
}

/** DuckDB does not write some forms as they were written, and what it writes is compared. */
export const WRITTEN_ANEW =
  "its form cannot be written with what is behind them. Write SELECT … FROM and the name, and functions with commas: date_part('year', d), not extract(year FROM d).";
