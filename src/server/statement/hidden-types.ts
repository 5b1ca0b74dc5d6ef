/**
 * Types that are hidden, where what they are in may be known or is not named. DuckDB's plan has a type's values and not whose they are, so a
 * text that has the name of such a type is inspected without it, one place where it stands after the other: where
 * that fails for want of the type, the text means it, and it is not there.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import type { Token } from '../../sql/lexer.js';
import { nameValue, stringValue } from '../../sql/string-value.js';
import { mayKnow } from '../access/may-know.js';
import type { EngineSession, InspectOptions, NamedThings } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import type { ObjectName } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { tokensOf } from '../model/tokens.js';
import { mask, placesOf } from './masked-names.js';
import { searchPath } from './search-order.js';

/** Places that are tried one by one; what stands in more than these is tried at once. */
const PLACES_MAX = 16;

/**
 * Why the text fails without the types that are hidden; undefined where it means none of them. The engine may have
 * inspected something else last.
 * @param types that there are by names which the text has
 */
export async function withoutHiddenTypes(
  engine: EngineSession,
  rights: Rights,
  text: string,
  options: InspectOptions,
  types: readonly ObjectName[],
): Promise<GizmoError | undefined> {
  const hidden = types.filter((it) => !mayKnow(rights, it));
  if (hidden.length === 0) return undefined;
  const names = new Set(hidden.map(({ name }) => foldName(name)));
  const tokens = tokensOf(text);
  const { path } = await engine.lookUp([]);
  const nearestIn = (order: typeof path) => (name: string) => {
    const named = types.filter((it) => foldName(it.name) === name);
    return order.map((place) => named.find((it) => isIn(it, place))).find((it) => it !== undefined);
  };
  const of = { types, nearest: nearestIn(searchPath(text, path)) };
  // In a new view, what is in a string may be in the session's place all the same.
  const ofString = [of, { types, nearest: nearestIn(searchPath('', path)) }];
  const isKnown = (at: number) => {
    const token = tokens[at];
    return token?.kind === 'string'
      ? ofString.every((it) => onlyKnownInString(rights, it, text.slice(token.start, token.end), names))
      : meansKnown(rights, of, text, tokens, at);
  };
  const possible = placesOf(text, names).filter((at) => !isKnown(at));
  const places =
    possible.length > PLACES_MAX
      ? await withoutExpressions(engine, text, options, tokens, possible)
      : possible;
  for (const at of places.slice(0, PLACES_MAX)) {
    const failure = await failureWithout(engine, text, options, names, [at]);
    if (failure?.isForWantOfType) return failure.error;
  }
  const more = places.slice(PLACES_MAX);
  // Here something else may fail before the type does.
  return more.length === 0 ? undefined : (await failureWithout(engine, text, options, names, more))?.error;
}

/** Those that are left without what may stand in parentheses, which no type may: columns that are called alike. */
async function withoutExpressions(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  tokens: readonly Token[],
  places: readonly number[],
): Promise<readonly number[]> {
  const words = [...tokens.entries()].filter(([, { kind }]) => kind !== 'space' && kind !== 'comment');
  const written = (index: number) =>
    text.slice(words[index]?.[1].start ?? text.length, words[index]?.[1].end);
  const wanted = new Set(places);
  const wrapped = new Set<number>();
  for (const [index, [at, { kind }]] of words.entries()) {
    if (kind === 'string' || !wanted.has(at)) continue;
    if (BEFORE_EXPRESSIONS.test(written(index - 1)) && !/^[.(]/.test(written(index + 1))) wrapped.add(at);
  }
  const put = (it: string, at: number) => (wrapped.has(at) ? `(${it})` : it);
  try {
    await engine.inspect(
      tokens.map(({ start, end }, at) => put(text.slice(start, end), at)).join(''),
      options,
    );
    return places.filter((at) => !wrapped.has(at));
  } catch {
    return places;
  }
}

const BEFORE_EXPRESSIONS =
  /^(?:[,(=<>+*/|-]+|select|distinct|where|and|or|not|by|on|case|when|then|else|having|returning|between)$/i;

async function failureWithout(
  engine: EngineSession,
  text: string,
  options: InspectOptions,
  names: ReadonlySet<string>,
  places: readonly number[],
): Promise<{ readonly error: GizmoError; readonly isForWantOfType: boolean } | undefined> {
  const { masked, unmask } = mask(text, names, { places: new Set(places) });
  try {
    await engine.inspect(masked, options);
    return undefined;
  } catch (reason) {
    const { code, message, position } = toGizmoError(reason);
    return {
      error: new GizmoError(code, unmask(message), { ...(position !== undefined && { position }) }),
      isForWantOfType: NO_TYPE.test(message),
    };
  }
}

const NO_TYPE = /Type with name [\uE000-\uEFFF]+ does not exist/;

interface Types {
  readonly types: readonly ObjectName[];
  /** Where one is that stands without a place before it, of those that are found whatever the search path. */
  readonly nearest: (name: string) => ObjectName | undefined;
}

/**
 * Whether each type that a string has the name of would be one that may be known, as in JSON that says what is in JSON; false where it
 * has more in it than names and what may stand between them there.
 */
function onlyKnownInString(rights: Rights, of: Types, written: string, names: ReadonlySet<string>): boolean {
  const value = stringValue(written) ?? '';
  if (written.includes('\\') || !PLAIN.test(value) || APART.test(value)) return false;
  const chains = [...value.matchAll(CHAINS)]
    .filter(({ 0: { length }, index }) => !KEY.test(value.slice(index + length, index + length + 2)))
    .map(([chain]) => chain.split('.').map(foldName));
  const inChains = chains.filter((chain) => chain.some((it) => names.has(it)));
  return inChains.length > 0 && inChains.every((chain) => isKnownChain(rights, of, chain));
}

/** What has no escapes, comments and strings in it. */
const PLAIN = /^[\w{}:,()[\] ".]*$/;
/** A dot that is not next to both of its names. */
const APART = /(?<!\w)\.|\.(?!\w)/;
const CHAINS = /\w+(?:\.\w+)*/g;
/** Behind a key of JSON. */
const KEY = /^":/;

/** Whether a type of this name would be one that may be known, by what stands before it. */
function meansKnown(
  rights: Rights,
  { types, nearest }: Types,
  text: string,
  tokens: readonly Token[],
  at: number,
): boolean {
  const chain: string[] = [];
  for (let index = at; chain.length <= CHAIN_MAX; index--) {
    const part = tokens[index];
    if (part?.kind === 'space' || part?.kind === 'comment') continue;
    if (part === undefined || (part.kind !== 'word' && part.kind !== 'quotedIdentifier')) break;
    const written = text.slice(part.start, part.end);
    chain.unshift(foldName(part.kind === 'word' ? written : nameValue(written)));
    do index--;
    while (tokens[index]?.kind === 'space' || tokens[index]?.kind === 'comment');
    const dot = tokens[index];
    if (dot === undefined || text.slice(dot.start, dot.end) !== '.') break;
  }
  return isKnownChain(rights, { types, nearest }, chain);
}

function isKnownChain(rights: Rights, { types, nearest }: Types, chain: readonly string[]): boolean {
  const name = chain.at(-1);
  if (name === undefined || chain.length > CHAIN_MAX) return false;
  if (chain.length === 1) {
    const found = nearest(name);
    return found !== undefined && mayKnow(rights, found);
  }
  const found = types.filter((it) => foldName(it.name) === name && mayBe(it, chain.slice(0, -1)));
  return found.every((it) => mayKnow(rights, it));
}

function isIn(it: ObjectName, { catalog, schema }: NamedThings['path'][number]): boolean {
  return foldName(it.catalog) === foldName(catalog) && foldName(it.schema) === foldName(schema);
}

/** Catalog, schema and name. */
const CHAIN_MAX = 3;

function mayBe({ catalog, schema }: ObjectName, place: readonly string[]): boolean {
  const [first, second] = place;
  if (first === undefined) return true;
  if (second === undefined) return foldName(catalog) === first || foldName(schema) === first;
  return foldName(catalog) === first && foldName(schema) === second;
}
