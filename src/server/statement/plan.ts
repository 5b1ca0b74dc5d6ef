/** Step 2: the engine says what one statement would do, and binds it. Nothing runs, and nothing is planned in advance. */
import { firstWord } from '../../sql/first-word.js';
import type { Access } from '../access/access.js';
import { columnCutsOf } from '../access/column-cuts.js';
import { isLimited } from '../access/decide.js';
import { visibleTo } from '../access/visible.js';
import type { EngineSession } from '../engine/engine.js';
import { altered } from '../model/altered.js';
import type { LentView } from '../model/lent-view.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Person } from '../model/principal.js';
import { overKnown, toldOfBehind } from './behind-definitions.js';
import { inspectHiding } from './hidden-names.js';
import { inspectLending } from './lend.js';
import type { Life } from './life-context.js';
import type { OwnStatements } from './own/own-statements.js';
import { ownStatement } from './own/run-own.js';
import type { PlannedStatement } from './statement.js';
import type { Task } from './tasks.js';

/**
 * What the statement would do, for whoever may not do everything; undefined for administrators, whom it would cost
 * time and stop in one case only, and of Gizmo's own statements, which say themselves who may. Inspecting begins a transaction: end it with `endScope` of the session's engine.
 */
export async function inspect(
  { access, lentViews: lent }: Pick<Life, 'access' | 'lentViews'>,
  { session, door, text, own }: Inspected,
  signal: AbortSignal,
): Promise<PlanFacts | undefined> {
  const { role } = session.principal;
  if (own !== undefined) return undefined;
  if (role === 'admin') return inspectRename(access, session, text, signal);
  const options = {
    readOnly: role === 'readonly',
    // SQL of the server's own, which names built-in functions in full.
    qualified: door === 'metadata',
    signal,
  };
  const rights = access.rightsOf(session.principal);
  const { engine } = session;
  const { rowFilters } = rights;
  const cuts = columnCutsOf(rights);
  const limited = isLimited(rights)
    ? {
        ...options,
        visible: visibleTo(rights, await engine.catalogNames()),
        ...(rowFilters !== undefined && { rowFilters }),
        ...(cuts.length > 0 && { cuts }),
      }
    : undefined;
  const inspectText = (asked: string) =>
    inspectLending(engine, rights, { text: asked, lent, signal }, (views?: readonly LentView[]) => {
      const lending = views === undefined ? {} : { lent: views };
      return limited === undefined
        ? engine.inspect(asked, altered(options, lending))
        : inspectHiding(engine, rights, asked, altered(limited, lending));
    });
  if (limited === undefined) return await inspectText(text);
  const facts = await inspectText(text).catch(async (error: unknown) => {
    signal.throwIfAborted();
    throw await toldOfBehind(engine, rights, text, error, inspectText);
  });
  return await overKnown(engine, rights, text, facts, inspectText);
}

/**
 * Whether a statement of somebody who may not reach all files opens some that they may. Another one is kept from the
 * server's own with all others, in the same words: where those are is not for them to find out by asking.
 */
export function opensFiles(facts: PlanFacts | undefined): boolean {
  return (facts?.files ?? []).length > 0;
}

/** What is inspected, and for whom. */
interface Inspected extends Pick<PlannedStatement, 'door' | 'text' | 'own'> {
  readonly session: { readonly principal: Person; readonly engine: EngineSession };
}

/** An administrator may do everything, but not take a table from under its row policies without a word. */
async function inspectRename(
  access: Access,
  { engine, principal }: Inspected['session'],
  text: string,
  signal: AbortSignal,
): Promise<PlanFacts | undefined> {
  const isUnderPolicies = access.rightsOf(principal).rowFilters !== undefined;
  return isUnderPolicies && firstWord(text) === 'alter'
    ? engine.inspect(text, { readOnly: false, qualified: true, signal })
    : undefined;
}

/** One of Gizmo's own statements, planned without the engine; undefined where the text is the engine's. */
export function planOwn(own: OwnStatements, { id, session, door, text }: Task): PlannedStatement | undefined {
  const command = own.read(text);
  if (command === undefined) return undefined;
  const engine = ownStatement(command, session, id);
  return { id, planningMs: 0, session, door, text, engine, facts: undefined, own: command };
}

/**
 * @param part which of the engine's own statements `text` is made of, see EngineSession.prepare
 * @param how `atOnce`: it runs next, and nobody is to be asked any more; `again`: it may run often
 */
export async function plan(
  { id, session, door, text, signal }: Task,
  part: number,
  facts: PlanFacts | undefined,
  { atOnce, again }: { readonly atOnce: boolean; readonly again: boolean },
): Promise<PlannedStatement> {
  const inspected = facts !== undefined;
  const filtered = facts?.reads.some(({ rows }) => rows === 'filtered') ?? false;
  const engine = await session.engine.prepare(text, part, signal, {
    atOnce,
    filtered,
    cut: facts?.cut === true,
    inspected,
    again,
  });
  return { id, planningMs: 0, session, door, text, engine, facts };
}
