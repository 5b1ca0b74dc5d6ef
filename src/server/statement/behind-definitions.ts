/**
 * How a text fails that uses views or macros which read what is hidden: in one sentence, whatever else is wrong with it.
 * DuckDB binds it together with what they read, and says which columns and types it finds there, and for want of what it fails.
 */
import { toGizmoError } from '../../errors.js';
import { firstWord } from '../../sql/first-word.js';
import { decide } from '../access/decide.js';
import { mayKnow } from '../access/may-know.js';
import type { EngineSession, UsedDefinition } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import { NOT_CALLED } from '../model/lent-view.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { BEHIND, behind } from './not-there.js';

/**
 * The error of a text as it may be told.
 * @param inspect inspects a text for whoever is to be told, what is lent to them included
 */
export async function toldOfBehind(
  engine: EngineSession,
  rights: Rights,
  text: string,
  error: unknown,
  inspect: (text: string) => Promise<PlanFacts>,
): Promise<unknown> {
  if (!isOfBinding(error)) return error;
  if (missesUnnamed(text, error)) return behind(error);
  const { used } = await engine.lookUp([], text);
  const known = used.filter((it) => mayKnow(rights, it));
  for (const it of known.slice(0, USED_MAX))
    if (await isBehindHidden(engine, rights, it, inspect)) return behind(error);
  return known.length > USED_MAX ? behind(error) : error;
}

/**
 * Throws where a macro that is made calls one that reads what is hidden: DuckDB looks for what that reads, and fails without it, but keeps
 * nothing of it. Else what the text does, which the engine has inspected last.
 * @param inspect as for {@link toldOfBehind}
 */
export async function overKnown(
  engine: EngineSession,
  rights: Rights,
  text: string,
  facts: PlanFacts,
  inspect: (text: string) => Promise<PlanFacts>,
): Promise<PlanFacts> {
  const made = facts.writes.find(({ action, objectKind }) => action === 'create' && objectKind === 'macro');
  if (made === undefined) return facts;
  const { used } = await engine.lookUp([], text);
  const isMade = (it: UsedDefinition) =>
    [it.catalog, it.schema, it.name].map(foldName).join() ===
    [made.catalog, made.schema, made.name].map(foldName).join();
  const called = used.filter((it) => mayKnow(rights, it) && !isMade(it)).slice(0, USED_MAX);
  if (called.length === 0) return facts;
  await engine.endScope('rollback');
  for (const it of called) if (await isBehindHidden(engine, rights, it, inspect, false)) throw behind();
  return await inspect(text);
}

/** Views and macros that are tried one by one. */
const USED_MAX = 32;

/**
 * Whether it reads something hidden, or something that is not there any more. One that fails for want of better arguments counts as
 * well, with `orFails`: why it does could be of what it reads.
 */
async function isBehindHidden(
  engine: EngineSession,
  rights: Rights,
  { alone }: UsedDefinition,
  inspect: (text: string) => Promise<PlanFacts>,
  orFails = true,
): Promise<boolean> {
  try {
    const facts = await inspect(alone);
    await engine.endScope('rollback');
    return decide(rights, facts)?.by === 'hidden';
  } catch (error) {
    return toGizmoError(error).message === BEHIND || (orFails && isOfBinding(error));
  }
}

/** Whether something is missed that the text does not name, such as a macro that a column is computed with. */
function missesUnnamed(text: string, error: unknown): boolean {
  // What it names stands in what was prepared.
  if (firstWord(text) === 'execute') return false;
  const [, missed] = MISSED.exec(toGizmoError(error).message) ?? [];
  const name = missed?.split('.').at(-1)?.replaceAll('"', '');
  return name !== undefined && !foldName(text).includes(foldName(name));
}

const MISSED = /^Catalog Error: [A-Z][\w ]* with name (\S+) does not exist/;

/** Whether DuckDB has failed to bind a text that it could read. */
function isOfBinding(error: unknown): boolean {
  const { code, message } = toGizmoError(error);
  if (message === BEHIND || message.startsWith(NOT_CALLED) || message.startsWith('Parser Error'))
    return false;
  return ['INVALID_ARGUMENT', 'NOT_FOUND', 'STATEMENT_FAILED', 'UNIMPLEMENTED'].includes(code);
}
