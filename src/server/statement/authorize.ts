/** Step 3: may this principal run this statement? Asked when it is planned, and again each time it runs. */
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';
import type { AuthorizedStatement, PlannedStatement } from './statement.js';

/**
 * Administrators may run everything. Nobody else can log in to this version, but a token of another server with
 * the same secret key may say another role: what is not enforced is refused.
 */
export function authorize(statement: PlannedStatement): AuthorizedStatement {
  requireAdministrator(statement.session.principal);
  return statement as AuthorizedStatement;
}

/** The same question for a bulk load, which has no statement. */
export function authorizeIngest(principal: Principal): void {
  requireAdministrator(principal);
}

function requireAdministrator({ role }: Principal): void {
  if (role === 'admin') return;
  throw new GizmoError(
    'PERMISSION_DENIED',
    `This server cannot limit the role ${role} yet, and so refuses it.`,
  );
}
