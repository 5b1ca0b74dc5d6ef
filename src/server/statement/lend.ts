/**
 * Owner's rights of views: what the usual decision refuses is tried once more with the views in it that administrators
 * have made. The rest of the statement is decided on with the rights of whoever asks, as always.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import { firstWord } from '../../sql/first-word.js';
import { nameValue } from '../../sql/string-value.js';
import { decide } from '../access/decide.js';
import type { EngineSession } from '../engine/engine.js';
import { FILES_REFUSED } from '../model/files-refused.js';
import { foldName } from '../model/fold-name.js';
import { type LentView, type LentViews, NOT_CALLED, NOT_HERE } from '../model/lent-view.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { BESIDE_LENT } from '../model/row-filter.js';
import { tokensOf } from '../model/tokens.js';
import { BEHIND, notThere } from './not-there.js';

interface Asked {
  readonly text: string;
  readonly lent: LentViews;
  readonly signal: AbortSignal;
}

/**
 * @param inspectWith inspects the text as it is, or with views that are lent
 * Resolves with facts that may still be refused, and throws what inspecting it as it is throws.
 */
export async function inspectLending(
  engine: EngineSession,
  rights: Rights,
  { text, lent, signal }: Asked,
  inspectWith: (views?: readonly LentView[]) => Promise<PlanFacts>,
): Promise<PlanFacts> {
  const usual = () => inspectWith();
  const views = lentIn(text, lent);
  if (views.length === 0) return await usual();
  const found = await settled(usual);
  if (found.facts !== undefined && decide(rights, found.facts) === undefined) return found.facts;
  if (found.facts !== undefined) await engine.endScope('rollback');
  const lending = await settled(() => inspectWith(views));
  if (lending.facts !== undefined && decide(rights, lending.facts) === undefined) {
    const { tells, explains } = lending.facts;
    if (tells === undefined && explains === undefined) return lending.facts;
    await engine.endScope('rollback');
    throw tells === undefined ? explained(lending.facts) : tellsOfRows(lending.facts, tells);
  }
  if (lending.facts !== undefined && isUnfiltered(rights, lending.facts))
    return { ...lending.facts, unfiltered: BESIDE_LENT };
  if (lending.facts !== undefined) await engine.endScope('rollback');
  signal?.throwIfAborted();
  if (lending.facts === undefined) throwIfNotCalled(rights, text, views, lending.error);
  // The text is to stand for itself again, and be refused as it was.
  const again = await settled(usual);
  if (lending.facts !== undefined) {
    if (again.facts === undefined) throw again.error;
    return again.facts;
  }
  const refusal = whyNotHere(rights, text, views, lending.error, again);
  if (refusal !== undefined && again.facts !== undefined) await engine.endScope('rollback');
  if (refusal !== undefined) throw refusal;
  if (again.facts !== undefined) return again.facts;
  const { code, message, position } = toGizmoError(again.error);
  throw new GizmoError(code, message, {
    ...(position !== undefined && { position }),
    detail: toGizmoError(lending.error).message,
    cause: again.error,
  });
}

/** Whether it is refused for nothing but a table under row policies beside what is lent. */
function isUnfiltered(rights: Rights, facts: PlanFacts): boolean {
  const { by } = decide(rights, { ...facts, lent: [] }) ?? {};
  return by === 'policy';
}

/**
 * How a macro is called, and that names in its arguments mean nothing where it is called, is for those to know who may use each
 * that the text could mean. To DuckDB they could mean something behind the macro, which it would tell.
 */
function throwIfNotCalled(rights: Rights, text: string, views: readonly LentView[], reason: unknown): void {
  const { code, message } = toGizmoError(reason);
  if (code !== 'INVALID_ARGUMENT') return;
  if (![NOT_CALLED, 'Binder Error'].some((it) => message.startsWith(it))) return;
  const macros = namedIn(text, views).filter(({ kind }) => kind !== 'view');
  if (mayUse(rights, macros)) throw reason;
}

/** Why it has no owner's rights, where it is refused only for what is behind views and macros that they may use. */
function whyNotHere(
  rights: Rights,
  text: string,
  views: readonly LentView[],
  reason: unknown,
  again: Settled,
): GizmoError | undefined {
  const { message: why } = toGizmoError(reason);
  if (!why.startsWith(NOT_HERE)) return undefined;
  const refused = refusalOf(rights, text, again);
  if (refused?.message !== BEHIND && refused?.message !== FILES_REFUSED) return undefined;
  if (!mayUse(rights, namedIn(text, views))) return undefined;
  return new GizmoError(
    'PERMISSION_DENIED',
    `Views and macros that read with their owner's rights are for queries, INSERT, UPDATE, DELETE, MERGE, CREATE TABLE … AS and COPY … TO: ${why.slice(NOT_HERE.length + 1)}`,
    { detail: refused.message, cause: refused },
  );
}

/** How it ends: what is hidden is told by facts too, where the text has the name of something else that is hidden. */
function refusalOf(rights: Rights, text: string, again: Settled): GizmoError | undefined {
  if (again.facts === undefined) return toGizmoError(again.error);
  const denial = decide(rights, again.facts);
  return denial?.by === 'hidden' ? notThere(denial, text) : undefined;
}

function namedIn(text: string, views: readonly LentView[]): readonly LentView[] {
  const names = namesOf(text);
  return views.filter(({ name }) => names.has(foldName(name)));
}

function mayUse(rights: Rights, views: readonly LentView[]): boolean {
  if (views.length === 0) return false;
  const reads = views.map(({ catalog, schema, name }) => ({ catalog, schema, name, columns: undefined }));
  const none = { opaque: undefined, writes: [], functions: [], settings: [], effects: [] };
  return decide(rights, { ...none, reads }) === undefined;
}

function explained(facts: PlanFacts): GizmoError {
  return new GizmoError(
    'PERMISSION_DENIED',
    `EXPLAIN would show what ${namesOfLent(facts)} reads with its owner's rights, and how many rows that has. Run the query itself, or let an administrator explain it.`,
  );
}

function namesOfLent({ lent = [] }: PlanFacts): string {
  return lent.map(({ catalog, schema, name }) => `${catalog}.${schema}.${name}`).join(', ');
}

function tellsOfRows(facts: PlanFacts, what: string): GizmoError {
  return new GizmoError(
    'PERMISSION_DENIED',
    `This can fail for rows that ${namesOfLent(facts)} leaves out, and would tell of them: ${what}. Leave it out, or use what cannot fail, such as TRY_CAST.`,
  );
}

/** The views and macros whose names are in a text, and those that these may read. */
export function lentIn(text: string, lent: LentViews): readonly LentView[] {
  const all = lent.list();
  if (all.length === 0) return [];
  // It is in what was prepared that they are named.
  if (firstWord(text) === 'execute') return all;
  const names = namesOf(text);
  const found = new Set(all.filter(({ name }) => names.has(foldName(name))));
  for (const { reads } of found)
    for (const read of reads)
      for (const view of all) if (foldName(view.name) === foldName(read.name)) found.add(view);
  return [...found];
}

function namesOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { kind, start, end } of tokensOf(text)) {
    const written = text.slice(start, end);
    if (kind === 'word') names.add(foldName(written));
    else if (kind === 'quotedIdentifier') names.add(foldName(nameValue(written)));
  }
  return names;
}

type Settled = { readonly facts: PlanFacts } | { readonly facts: undefined; readonly error: unknown };

async function settled(work: () => Promise<PlanFacts>): Promise<Settled> {
  try {
    return { facts: await work() };
  } catch (error) {
    return { facts: undefined, error };
  }
}
