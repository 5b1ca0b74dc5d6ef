/** Step 3: may this principal run this statement? Asked when it is planned, and again each time it runs. */
import { GizmoError } from '../../errors.js';
import { refusedByRole } from '../access/role-ceiling.js';
import type { IngestRequest } from '../engine/engine.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Principal } from '../model/principal.js';
import type { OwnCommand } from './own/own-statement.js';
import type { AuthorizedStatement, PlannedStatement } from './statement.js';

/**
 * @param facts what the engine says now, in the transaction in which the statement is to run. What it said when the
 *   statement was prepared has to pass as well: DuckDB runs some statements as they were bound then.
 */
export function authorize(statement: PlannedStatement, facts: PlanFacts | undefined): AuthorizedStatement {
  const { principal } = statement.session;
  if (statement.own !== undefined) {
    assertMayRun(principal, statement.own);
    return statement as AuthorizedStatement;
  }
  assertAllowed(principal, facts);
  assertAllowed(principal, statement.facts);
  return statement as AuthorizedStatement;
}

/** The same question before anything is bound. Throws PERMISSION_DENIED with what was refused and who may. */
export function assertAllowed({ role }: Principal, facts: PlanFacts | undefined): void {
  if (role === 'admin') return;
  const refused = facts === undefined ? 'run what was not checked' : refusedByRole(role, facts);
  if (refused === undefined) return;
  const userMay = facts !== undefined && refusedByRole('user', facts) === undefined;
  throw new GizmoError(
    'PERMISSION_DENIED',
    `The role ${role} may not ${refused}. ${userMay ? 'The roles user and admin may' : 'An administrator may'}.`,
  );
}

function assertMayRun(principal: Principal, own: OwnCommand): void {
  if (own.mayRun(principal)) return;
  throw new GizmoError(
    'PERMISSION_DENIED',
    `The role ${principal.role} may not ${own.what}. An administrator may.`,
  );
}

/** The same question for a bulk load, which has no statement. */
export function authorizeIngest(principal: Principal, request: IngestRequest): void {
  const target = {
    objectKind: 'table',
    catalog: request.temporary ? 'temp' : (request.catalog ?? ''),
    schema: request.schema ?? '',
    name: request.table,
    shadowsBuiltIn: false,
  };
  const replaces = request.ifExists === 'replace' || request.ifMissing === 'create';
  assertAllowed(principal, {
    opaque: undefined,
    reads: [],
    writes: [
      { action: 'insert', ...target },
      ...(replaces ? [{ action: 'create' as const, ...target }] : []),
    ],
    functions: [],
    settings: [],
    effects: [],
  });
}
