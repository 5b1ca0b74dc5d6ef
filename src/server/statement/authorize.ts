/** Step 3: may this principal run this statement? Asked when it is planned, and again each time it runs. */
import { GizmoError } from '../../errors.js';
import { quoteName } from '../../sql/quote.js';
import type { Access } from '../access/access.js';
import { columnsNotGranted, type Denial, decide, type UnreadableColumns } from '../access/decide.js';
import { mayKnow } from '../access/may-know.js';
import type { IngestRequest } from '../engine/engine.js';
import { preparedAnew } from '../engine/prepared-anew.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Person, Principal } from '../model/principal.js';
import type { Life } from './life-context.js';
import { notThere, spelledIn } from './not-there.js';
import type { OwnCommand } from './own/own-statement.js';
import type { AuthorizedStatement, PlannedStatement } from './statement.js';

/**
 * @param facts what the engine says now, in the transaction in which the statement is to run. What it said when the
 *   statement was prepared has to pass as well: DuckDB runs some statements as they were bound then.
 */
export function authorize(
  { access, tables }: Pick<Life, 'access' | 'tables'>,
  statement: PlannedStatement,
  facts: PlanFacts | undefined,
): AuthorizedStatement {
  const { principal } = statement.session;
  if (statement.own !== undefined) {
    assertMayRun(principal, statement.own);
    return statement as AuthorizedStatement;
  }
  assertAllowed(access, principal, facts, statement.text);
  assertAllowedStill(access, principal, statement);
  tables.assertReadable(principal, statement.engine.serverTables);
  return statement as AuthorizedStatement;
}

/** What it was prepared as: of what it means now it is known already that it may be run. */
function assertAllowedStill(access: Access, principal: Person, { facts, text }: PlannedStatement): void {
  const denial = facts && decide(access.rightsOf(principal), facts);
  if (denial?.by === 'grant') throw preparedAnew();
  assertAllowed(access, principal, facts, text);
}

/**
 * The same question before anything is bound. Throws PERMISSION_DENIED with what was refused and what would allow
 * it; and for what is hidden, the error of what does not exist.
 */
export function assertAllowed(
  access: Access,
  principal: Person,
  facts: PlanFacts | undefined,
  text: string,
): void {
  const rights = access.rightsOf(principal);
  if (facts === undefined && rights.role === 'admin') return;
  if (facts === undefined) throw refused(principal, 'run what was not checked', 'An administrator may.');
  const denial = decide(rights, facts);
  if (denial !== undefined) throw explain(principal, denial, text);
}

/** The same question of a statement of Gizmo's own. */
export function assertMayRun(principal: Person, own: OwnCommand): void {
  if (own.mayRun(principal)) return;
  throw new GizmoError(
    'PERMISSION_DENIED',
    own.refusal ?? `The role ${principal.role} may not ${own.what}. An administrator may.`,
  );
}

/**
 * The same question for a bulk load, which has no statement.
 * @param request with the catalog and schema in which the table is, or is made
 * @returns what may be loaded, which is less where they may add to a table that is there and not make one; and then why not
 */
export function authorizeIngest(
  access: Access,
  principal: Principal,
  request: IngestRequest,
): { readonly request: IngestRequest; readonly notMade?: GizmoError } {
  try {
    assertIngest(access, principal, request);
    return { request };
  } catch (error) {
    const { table, catalog = '', schema = '', ifExists, ifMissing } = request;
    const addsOrMakes = ifExists === 'append' && ifMissing === 'create';
    // Of what they may not know they hear what whoever asks for a new table does.
    const mayHear = mayKnow(access.rightsOf(principal), { catalog, schema, name: table });
    if (!addsOrMakes || !mayHear || !(error instanceof GizmoError)) throw error;
    const adding: IngestRequest = { ...request, ifMissing: 'fail' };
    assertIngest(access, principal, adding);
    return { request: adding, notMade: error };
  }
}

function assertIngest(access: Access, principal: Principal, request: IngestRequest): void {
  const { table, temporary, catalog = '', schema = '', ifExists, ifMissing } = request;
  const target = {
    objectKind: 'table',
    catalog: temporary ? 'temp' : catalog,
    schema,
    name: table,
    shadowsBuiltIn: false,
  };
  // One after the other: who may not create it hears that, and not that the table they want to make is not there.
  const actions = [
    ...(ifMissing === 'create' || ifExists === 'replace' ? (['create'] as const) : []),
    ...(ifExists === 'replace' ? (['drop'] as const) : []),
    'insert' as const,
  ];
  for (const action of actions) {
    const facts = {
      ...{ opaque: undefined, reads: [], functions: [], settings: [], effects: [] },
      writes: [{ action, ...target }],
    };
    assertAllowed(access, principal, facts, quoteName(catalog, schema, table));
  }
}

function explain(principal: Person, denial: Denial, text: string): GizmoError {
  if (denial.by === 'hidden') return notThere(denial, text);
  const { what, remedy } =
    denial.columns === undefined ? denial : columnsNotGranted(named(denial.columns, text));
  return refused(principal, what, remedy, denial.by === 'role' ? 'role' : 'name');
}

/** Of columns that may not be known, those that the text names. */
function named({ names, ...table }: UnreadableColumns, text: string): UnreadableColumns {
  return { ...table, names: names.filter((it) => spelledIn(text, it) !== undefined) };
}

function refused(
  { name, role }: Person,
  what: string,
  remedy: string,
  by: 'role' | 'name' = 'role',
): GizmoError {
  const who = by === 'role' ? `The role ${role}` : name;
  return new GizmoError('PERMISSION_DENIED', `${who} may not ${what}. ${remedy}`);
}
