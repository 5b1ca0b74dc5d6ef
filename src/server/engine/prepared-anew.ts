import { GizmoError } from '../../errors.js';

/** Why a statement that was prepared does not run any more, and what helps. */
export function preparedAnew(): GizmoError {
  return new GizmoError(
    'FAILED_PRECONDITION',
    'What this statement means or may show has changed since it was prepared. Prepare it again.',
  );
}
