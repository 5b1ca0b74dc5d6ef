/**
 * What somebody who is limited hears of what is hidden from them: exactly what they would hear if it were not there.
 * So a text that fails, or reads something hidden, is inspected once more with every name of something hidden
 * replaced by one that nothing has; how that fails, with the names put back, is the answer.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import { type Denial, decide } from '../access/decide.js';
import type { Place } from '../access/grants.js';
import { mayKnow } from '../access/may-know.js';
import type { EngineSession, InspectOptions } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import type { ObjectWrite, PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { tokensOf } from '../model/tokens.js';
import { withoutHiddenTypes } from './hidden-types.js';
import { inspectMasked } from './inspect-masked.js';
import { decoded, namesIn, type Which } from './masked-names.js';
import { behind, notThere } from './not-there.js';
import { callsOf, type Occurrence, occurrences } from './occurrences.js';
import { type Kind, kindsMeant, searchPath, waysTo } from './search-order.js';

/**
 * Inspects `text`, which is what the engine has inspected last where it answers with facts of it that may be allowed.
 * Throws what its principal would be told if nothing that is hidden existed.
 */
export async function inspectHiding(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
): Promise<PlanFacts> {
  const facts = await engine.inspect(text, options).catch(async (error: unknown) => {
    // What a type is in is missed before the type.
    if ((await withoutHidden(engine, rights, text, options, 'before a dot')) === undefined) {
      const { types } = await engine.lookUp(namesIn(text, 'all'));
      const missing = await withoutHiddenTypes(engine, rights, text, options, types);
      if (missing !== undefined) throw missing;
    }
    // Whatever else is wrong shows in the same way without them.
    const answer = await withoutHidden(engine, rights, text, options, 'all');
    throw await withoutProposals(engine, text, answer instanceof GizmoError ? answer : error);
  });
  try {
    const denial = decide(rights, facts);
    const nowhere = denial === undefined ? await dropsNowhere(engine, facts) : undefined;
    if (nowhere !== undefined) throw notThere(nowhere, text);
    // The plan does not name types, so what a type is in may be in it without showing.
    const which = denial === undefined ? 'before a dot' : 'all';
    const answer = await withoutHidden(engine, rights, text, options, which);
    if (answer instanceof GizmoError) throw answer;
    const missing = await withoutHiddenTypes(engine, rights, text, options, facts.types ?? []);
    if (missing !== undefined) throw missing;
    if (denial?.by !== 'hidden') {
      const isLast = answer === undefined && (facts.types ?? []).length === 0;
      return isLast ? facts : await engine.inspect(text, options);
    }
    // Such as DROP … IF EXISTS, CREATE SCHEMA and settings, which are missed in no other way.
    const isNamed = denial.setting !== undefined || facts.writes.some((it) => isIn(it, denial.place));
    const left = answer && decide(rights, answer);
    if (answer !== undefined && left !== undefined && (isNamed || left.by !== 'hidden')) return answer;
    if (answer !== undefined && (await namesOnly(engine, rights, text, facts))) {
      const { used: _, ...again } = await engine.inspect(text, options);
      return { ...again, used: answer.used ?? [] };
    }
    const told = await withoutPlace(engine, text, options, denial.place);
    if (told !== undefined) throw told;
    // All else does not mean what it names so.
    throw isNamed ? notThere(denial, text) : behind();
  } catch (error) {
    await engine.endScope('rollback');
    throw error;
  }
}

/** Whether what is changed is the place or in it; a sequence may be asked by something else than the text. */
function isIn({ objectKind, action, ...write }: ObjectWrite, { catalog, schema, name }: Place): boolean {
  if (objectKind === 'sequence' && action !== 'drop') return false;
  const names = [write.catalog, write.schema, write.name].map(foldName);
  return [catalog, schema, name].every((it) => it === undefined || names.includes(foldName(it)));
}

/** Without the columns that DuckDB proposes where a macro is named: they could be those of a table behind it. */
async function withoutProposals(engine: EngineSession, text: string, error: unknown): Promise<unknown> {
  const { code, message, position } = toGizmoError(error);
  const told = message.replace(PROPOSED, '');
  if (told === message) return error;
  const { macros } = await engine.lookUp(namesIn(text, 'all'));
  if (macros.length === 0) return error;
  return new GizmoError(code, told, { detail: message, ...(position !== undefined && { position }) });
}

const PROPOSED = /\s*\n\s*(?:Candidate|Did you mean)[^\n]*/g;

/** DuckDB misses the database of DROP … IF EXISTS only when it runs; what is hidden is missed before. */
async function dropsNowhere(
  engine: EngineSession,
  { writes }: PlanFacts,
): Promise<Extract<Denial, { readonly by: 'hidden' }> | undefined> {
  const dropped = writes.find(({ action, catalog }) => action === 'drop' && catalog !== '');
  if (dropped === undefined) return undefined;
  const names = (await engine.catalogNames()).map(foldName);
  const { catalog } = dropped;
  return names.includes(foldName(catalog))
    ? undefined
    : { by: 'hidden', place: { catalog }, asked: { catalog } };
}

/**
 * Whether all that is hidden are views and macros that a text names and DuckDB does not look at, such as in an argument that a
 * macro does not use: without their names it does the same.
 */
async function namesOnly(
  engine: EngineSession,
  rights: Rights,
  text: string,
  facts: PlanFacts,
): Promise<boolean> {
  const { used = [], ...rest } = facts;
  // What ALTER keeps is looked at when that is used.
  if (rest.writes.some(({ action }) => action === 'alter') || decide(rights, rest) !== undefined)
    return false;
  const { anywhere } = await hiddenOf(engine, rights, text, 'all');
  return used.every((it) => mayKnow(rights, it) || anywhere.has(foldName(it.name)));
}

/** How the text fails without a name that is hidden there and may be known elsewhere; undefined where it does not fail. */
async function withoutPlace(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  { catalog, schema, name = schema ?? catalog }: Place,
): Promise<GizmoError | undefined> {
  const hidden = new Set([foldName(name)]);
  const masked = occurrences(text).filter((it) => it.name === undefined || hidden.has(it.name));
  const places = new Set(masked.map(({ at }) => at));
  const { answer } = await inspectMasked(engine, text, options, { hidden, places, whole: true, known: NONE });
  return answer instanceof GizmoError ? answer : undefined;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * How the text fails without what is hidden, or what it would do; undefined where it has no name of anything hidden.
 * With `before a dot` only catalogs and schemas count.
 */
async function withoutHidden(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
  which: Which,
): Promise<GizmoError | PlanFacts | undefined> {
  if (namesIn(text, which).length === 0) return undefined;
  const { anywhere, inPlaces, known, chains } = await hiddenOf(engine, rights, text, which);
  const everywhere = new Set([...anywhere, ...inPlaces]);
  const isNamesake = (it: Occurrence, inString = false) =>
    (it.isPlace || which === 'all') &&
    kindsMeant(it, { inString }).some((kind) => chains.has(keyOf(kind, [...it.within, it.name ?? ''])));
  const isMasked = (it: Occurrence) =>
    it.name === undefined ||
    (anywhere.has(it.name) && (it.isPlace || which === 'all')) ||
    (inPlaces.has(it.name) && it.isPlace && it.isFirst) ||
    isNamesake(it);
  const found = occurrences(text);
  const inStrings = namesInStrings(text, found, everywhere, isNamesake);
  const hidden = new Set([
    ...everywhere,
    ...found.filter((it) => isNamesake(it)).map(({ name = '' }) => name),
  ]);
  const all = found.filter(({ name }) => name === undefined || hidden.has(name));
  const masked = new Set(all.filter(isMasked).map(({ at }) => at));
  let before: GizmoError | PlanFacts | undefined;
  for (let tries = 0; ; tries++) {
    const how = { hidden, places: masked, whole: which === 'all', known, inStrings };
    const { answer, columns } = await inspectMasked(engine, text, options, how);
    // The engine is to have inspected the text itself last.
    if (answer === undefined)
      return tries === 0 ? undefined : await asItIs(engine, text, options, { hidden, before });
    before = answer;
    // It is a column, or another name for a table, that is called alike.
    const alike = all.filter(({ at, name = '' }) => masked.has(at) && columns.includes(name));
    if (alike.length === 0 || tries === TRIES_MAX) return answer;
    const bare = alike.filter(({ isPlace, isTable }) => !isPlace && !isTable);
    const spared = bare.length > 0 ? bare : [alike.find(({ isTable }) => !isTable) ?? alike[0]];
    for (const it of spared) masked.delete(it?.at ?? -1);
  }
}

/** By its place, the names that are masked in each string: those that are hidden wherever they stand, and namesakes where they do. */
function namesInStrings(
  text: string,
  found: readonly Occurrence[],
  everywhere: ReadonlySet<string>,
  isNamesake: (it: Occurrence, inString: boolean) => boolean,
): ReadonlyMap<number, ReadonlySet<string>> {
  const tokens = tokensOf(text);
  const names = new Map<number, ReadonlySet<string>>();
  for (const { at, name } of found) {
    const token = tokens[at];
    if (name !== undefined || token === undefined) continue;
    const inside = occurrences(decoded(text.slice(token.start, token.end))).filter((it) =>
      isNamesake(it, true),
    );
    names.set(at, new Set([...everywhere, ...inside.map((it) => it.name ?? '')]));
  }
  return names;
}

/**
 * What a text does in which only columns are called as something hidden; `before` where it looked for a function in that, unless that
 * is one that the column could be given to: `c.f()` is to DuckDB what is in a database `c`, if there is one.
 */
async function asItIs(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  { hidden, before }: { hidden: ReadonlySet<string>; before: GizmoError | PlanFacts | undefined },
): Promise<GizmoError | PlanFacts | undefined> {
  try {
    return await engine.inspect(text, options);
  } catch (reason) {
    if (!/Function with name/.test(toGizmoError(reason).message)) return undefined;
    return (await ofColumn(engine, text, options, hidden)) ?? before;
  }
}

/** How a text fails with each `c.f(` as `(c).f(`, which is a column's in any case; what to write where it does not. */
async function ofColumn(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  hidden: ReadonlySet<string>,
): Promise<GizmoError | undefined> {
  const calls = callsOf(text, hidden);
  const [first] = calls;
  if (first === undefined) return undefined;
  let rest = text;
  for (const { start, end } of [...calls].reverse())
    rest = `${rest.slice(0, start)}(${rest.slice(start, end)})${rest.slice(end)}`;
  try {
    await engine.inspect(rest, options);
  } catch (reason) {
    return toGizmoError(reason);
  }
  const column = text.slice(first.start, first.end);
  return new GizmoError(
    'INVALID_ARGUMENT',
    `Binder Error: ${column}.${first.called}() cannot be used here. Write ${first.called}(${column}).`,
  );
}

/** How often something that is called alike is looked for. */
const TRIES_MAX = 16;

/** Folded names of what is hidden. */
interface HiddenNames {
  /** Those that stand for nothing that may be known. */
  readonly anywhere: ReadonlySet<string>;
  /** Those of catalogs, which mean these only where something follows that is in them. */
  readonly inPlaces: ReadonlySet<string>;
  /** Those of catalogs that may be known. */
  readonly known: ReadonlySet<string>;
  /** What is hidden there and may be known elsewhere, by all that it may be written as and that means nothing known before it. */
  readonly chains: ReadonlySet<string>;
}

function keyOf(kind: Kind, chain: readonly string[]): string {
  return JSON.stringify([kind, ...chain.map(foldName)]);
}

async function hiddenOf(
  engine: EngineSession,
  rights: Rights,
  text: string,
  which: Which,
): Promise<HiddenNames> {
  const inPlaces = new Set<string>();
  const known = new Set<string>();
  for (const catalog of await engine.catalogNames())
    if (mayKnow(rights, { catalog })) known.add(foldName(catalog));
    else inPlaces.add(foldName(catalog));
  const anywhere = new Set<string>();
  // Whoever has no grants knows all of a catalog or nothing.
  if (which !== 'all' && rights.grants === undefined) return { anywhere, inPlaces, known, chains: NONE };
  const { schemas, objects, path } = await engine.lookUp(namesIn(text, which));
  const places = [
    ...schemas.map((it) => ({ place: it, name: it.schema, kind: 'schema' as const })),
    ...(which === 'all' ? objects : []).map(({ kind, ...it }) => ({ place: it, name: it.name, kind })),
  ];
  for (const { place, name } of places) if (!mayKnow(rights, place)) anywhere.add(foldName(name));
  for (const { place, name } of places) if (mayKnow(rights, place)) anywhere.delete(foldName(name));
  for (const name of known) anywhere.delete(name);
  const chains = new Set<string>();
  const order = searchPath(text, path);
  const nearest = new Map<string, { readonly rank: number; readonly isKnown: boolean }>();
  for (const { place, kind } of places) {
    const isKnown = mayKnow(rights, place);
    for (const { chain, rank } of waysTo(place, order)) {
      const key = keyOf(kind, chain);
      const other = nearest.get(key);
      if (other === undefined || rank < other.rank || (rank === other.rank && isKnown))
        nearest.set(key, { rank, isKnown });
    }
  }
  for (const [key, { isKnown }] of nearest) if (!isKnown) chains.add(key);
  return { anywhere, inPlaces, known, chains };
}
