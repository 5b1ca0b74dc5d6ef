/**
 * What the facts of a statement rest on: what its text means in the session, what its principal may do, and what is lent.
 * While none of that has changed, the facts are what an inspection would find, and nothing has to be inspected: a
 * statement that is asked again, or executed again, is decided on by the facts that are known. It is decided on all
 * the same, each time.
 *
 * Only of queries over tables: what files hold, and whatever has an effect, is inspected each time.
 */
import type { EngineStatement } from '../engine/engine.js';
import { altered } from '../model/altered.js';
import type { Door } from '../model/door.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Session } from '../session/session.js';
import type { Life } from './life-context.js';
import type { Basis, PlannedStatement } from './statement.js';

type Around = Pick<Life, 'access' | 'lentViews'>;

/** What facts that are found from now on rest on; undefined where they could not be relied on later. */
export function basisOf({ access, lentViews }: Around, { engine, principal }: Session): Basis | undefined {
  const { meaning } = engine;
  if (meaning === undefined || principal.role === 'admin') return undefined;
  return { meaning, rights: access.rightsOf(principal), lent: lentViews.version };
}

/** Whether it is still so. */
export function holds(
  { access, lentViews }: Around,
  { engine, principal }: Session,
  { meaning, rights, lent }: Basis,
): boolean {
  return engine.meaning === meaning && access.rightsOf(principal) === rights && lentViews.version === lent;
}

/** The statement with its basis, so that it need not be inspected again; without one where it has to be. */
export function resting(
  life: Around,
  statement: PlannedStatement,
  basis: Basis | undefined,
): PlannedStatement {
  const { session, door, facts, engine } = statement;
  if (basis === undefined || facts === undefined || !holds(life, session, basis)) return statement;
  if (!readsTablesOnly(facts, engine)) return statement;
  engine.note = { door, facts, basis } satisfies Known;
  return altered(statement, { basis });
}

/** A statement for a text that was asked before, with the facts that are still true of it. */
export function takeKnown(
  life: Around,
  session: Session,
  door: Door,
  text: string,
): Pick<PlannedStatement, 'engine' | 'facts' | 'basis'> | undefined {
  const engine = session.engine.takeNoted(text);
  if (engine === undefined) return undefined;
  const { facts, basis, door: through } = engine.note as Known;
  if (through === door && holds(life, session, basis)) return { engine, facts, basis };
  engine.note = undefined;
  void engine.close();
  return undefined;
}

/** What a statement is kept with. */
interface Known {
  readonly door: Door;
  readonly facts: PlanFacts;
  readonly basis: Basis;
}

function readsTablesOnly(facts: PlanFacts, engine: EngineStatement): boolean {
  const { opaque, writes, functions, settings, effects, files, unfiltered, tells, lent } = facts;
  const { kind, readOnly, parts, serverTables, keepable } = engine;
  return (
    kind === 'select' &&
    readOnly &&
    parts === 1 &&
    [writes, functions, settings, effects, serverTables].every((it) => it.length === 0) &&
    [opaque, files, unfiltered, tells].every((it) => it === undefined) &&
    // What is behind a view may be files.
    (lent === undefined || keepable)
  );
}
