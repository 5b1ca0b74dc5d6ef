/** Step 4: what the operator's own functions say to it, after all that Gizmo itself would refuse. */
import { toGizmoError } from '../../errors.js';
import type { Hooks } from '../hooks/hooks.js';
import type { Door } from '../model/door.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Session } from '../session/session.js';
import type { PlannedStatement } from './statement.js';

/**
 * To be asked at every execution. Throws PERMISSION_DENIED. Not asked about: the ends and beginnings of transactions,
 * without which a failed one could not be left; statements of Gizmo's own, which say themselves who may, and by which
 * an administrator replaces a function that refuses everything; and what the server does itself to answer a command.
 */
export async function askHooks(
  hooks: Hooks,
  { session, door, text, engine, own }: PlannedStatement,
  facts: PlanFacts | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (own !== undefined || door === 'init') return;
  const { principal } = session;
  if (facts !== undefined) await hooks.assertUntouched(principal, facts);
  else if (!engine.readOnly) hooks.changed();
  if (hooks.name('authorization') === undefined || engine.kind === 'transaction' || INNER_DOORS.has(door))
    return;
  const known = facts ?? (hooks.wantsFacts ? await factsForAdministrator(session, text, signal) : undefined);
  await askAbout(hooks, session, text, known);
}

/** The same about a command that has no SQL, by its name. */
export async function askAbout(
  hooks: Hooks,
  { id: sessionId, principal, peer }: Session,
  query: string,
  facts?: PlanFacts,
): Promise<void> {
  await hooks.authorize({ sessionId, principal, peer, query, facts });
}

/** Nobody else asks what an administrator's statement would do. What cannot be told is said to be so. */
async function factsForAdministrator(
  { engine }: Session,
  text: string,
  signal: AbortSignal,
): Promise<PlanFacts> {
  try {
    return await engine.inspect(text, { readOnly: false, signal });
  } catch (error) {
    const opaque = toGizmoError(error).message;
    return { opaque, reads: [], writes: [], functions: [], settings: [], effects: [] };
  } finally {
    await engine.endScope('rollback');
  }
}

/** Whose statements a command makes that is asked about as a whole, or that only move the session. */
const INNER_DOORS: ReadonlySet<Door> = new Set<Door>(['metadata', 'transaction', 'session-option']);
