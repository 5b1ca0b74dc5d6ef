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
import type { ObjectName, PlanFacts } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { withoutHiddenTypes } from './hidden-types.js';
import { mask, namesIn, type Which } from './masked-names.js';
import { notThere } from './not-there.js';
import { callsOf, type Occurrence, occurrences } from './occurrences.js';

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
    const told =
      answer instanceof GizmoError
        ? answer
        : ((await withoutNamesakes(engine, rights, text, options)) ?? error);
    throw await withoutProposals(engine, text, told);
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
    // Such as DROP … IF EXISTS, which does not fail; what is refused about it then is the answer.
    if (answer !== undefined && decide(rights, answer) !== undefined) return answer;
    if (answer !== undefined && (await namesOnly(engine, rights, text, facts))) {
      const { used: _, ...again } = await engine.inspect(text, options);
      return { ...again, used: answer.used ?? [] };
    }
    throw (await withoutPlace(engine, text, options, denial.place)) ?? notThere(denial, text);
  } catch (error) {
    await engine.endScope('rollback');
    throw error;
  }
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
  const { anywhere } = await hiddenOf(engine, rights, namesIn(text, 'all'), 'all');
  return used.every((it) => mayKnow(rights, it) || anywhere.has(foldName(it.name)));
}

/** How the text fails without a name that is hidden there and may be known elsewhere; undefined where it does not fail. */
async function withoutPlace(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  { catalog, schema, name = schema ?? catalog }: Place,
): Promise<GizmoError | undefined> {
  return await failsWithout(engine, text, options, (it) => it.name === foldName(name));
}

/** The same of all such names where they stand behind what they are hidden in. */
async function withoutNamesakes(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
): Promise<GizmoError | undefined> {
  const { schemas, objects } = await engine.lookUp(namesIn(text, 'all'));
  const chains = (known: boolean) => [
    ...schemas.filter((it) => mayKnow(rights, it) === known).map((it) => [it.catalog, it.schema]),
    ...objects.filter((it) => mayKnow(rights, it) === known).flatMap(waysTo),
  ];
  const keyOf = (chain: readonly string[]) => JSON.stringify(chain.map(foldName));
  const hidden = new Set(chains(false).map(keyOf));
  for (const chain of chains(true)) hidden.delete(keyOf(chain));
  return await failsWithout(engine, text, options, ({ within, name = '' }) =>
    hidden.has(keyOf([...within, name])),
  );
}

/** How an object is named from outside. */
function waysTo({ catalog, schema, name }: ObjectName): string[][] {
  return [
    [catalog, name],
    [catalog, schema, name],
  ];
}

async function failsWithout(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  isMasked: (it: Occurrence) => boolean,
): Promise<GizmoError | undefined> {
  const masked = occurrences(text).filter((it) => it.name !== undefined && isMasked(it));
  if (masked.length === 0) return undefined;
  const hidden = new Set(masked.map(({ name = '' }) => name));
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
  const named = namesIn(text, which);
  if (named.length === 0) return undefined;
  const { anywhere, inPlaces, known } = await hiddenOf(engine, rights, named, which);
  const hidden = new Set([...anywhere, ...inPlaces]);
  const all = occurrences(text).filter(({ name }) => name === undefined || hidden.has(name));
  const isMasked = ({ name, isPlace, isFirst }: Occurrence) =>
    name === undefined ||
    (anywhere.has(name) && (isPlace || which === 'all')) ||
    (inPlaces.has(name) && isPlace && isFirst);
  const masked = new Set(all.filter(isMasked).map(({ at }) => at));
  let before: GizmoError | PlanFacts | undefined;
  for (let tries = 0; ; tries++) {
    const how = { hidden, places: masked, whole: which === 'all', known };
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

/** Folded names, and where they are masked. */
interface Masking {
  readonly hidden: ReadonlySet<string>;
  readonly places: ReadonlySet<number>;
  readonly whole: boolean;
  readonly known: ReadonlySet<string>;
}

/** How often something that is called alike is looked for. */
const TRIES_MAX = 16;

interface Tried {
  /** How the text fails, or what it would do; undefined where nothing is masked. */
  readonly answer: GizmoError | PlanFacts | undefined;
  /** The names among the hidden ones for want of which a column failed: nothing hidden was meant by them. */
  readonly columns: readonly string[];
}

async function inspectMasked(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  { hidden, ...how }: Masking,
): Promise<Tried> {
  const { masked, unmask, namesIn: maskedIn } = mask(text, hidden, how);
  if (masked === text) return { answer: undefined, columns: [] };
  try {
    const facts = await engine.inspect(masked, options);
    return { answer: JSON.parse(unmask(JSON.stringify(facts))), columns: [] };
  } catch (reason) {
    const { code, message, position } = toGizmoError(reason);
    const [sentence = ''] = message.split('\n', 1);
    return {
      answer: new GizmoError(code, unmask(message), { ...(position !== undefined && { position }) }),
      columns: OF_COLUMN.test(sentence) ? maskedIn(sentence) : [],
    };
  }
}

/** DuckDB misses a column, or a table that is read already. */
const OF_COLUMN = /\bnot found\b|does not have a column|Could not find key/;

/** Folded names of what is hidden. */
interface HiddenNames {
  /** Those that stand for nothing that may be known. */
  readonly anywhere: ReadonlySet<string>;
  /** Those of catalogs, which mean these only where something follows that is in them. */
  readonly inPlaces: ReadonlySet<string>;
  /** Those of catalogs that may be known. */
  readonly known: ReadonlySet<string>;
}

async function hiddenOf(
  engine: EngineSession,
  rights: Rights,
  names: readonly string[],
  which: Which,
): Promise<HiddenNames> {
  const inPlaces = new Set<string>();
  const known = new Set<string>();
  for (const catalog of await engine.catalogNames())
    if (mayKnow(rights, { catalog })) known.add(foldName(catalog));
    else inPlaces.add(foldName(catalog));
  const anywhere = new Set<string>();
  // Whoever has no grants knows all of a catalog or nothing.
  if (which !== 'all' && rights.grants === undefined) return { anywhere, inPlaces, known };
  const { schemas, objects } = await engine.lookUp(names);
  const places = [
    ...schemas.map((it) => ({ place: it, name: it.schema })),
    ...(which === 'all' ? objects : []).map((it) => ({ place: it, name: it.name })),
  ];
  for (const { place, name } of places) if (!mayKnow(rights, place)) anywhere.add(foldName(name));
  for (const { place, name } of places) if (mayKnow(rights, place)) anywhere.delete(foldName(name));
  for (const name of known) anywhere.delete(name);
  return { anywhere, inPlaces, known };
}
