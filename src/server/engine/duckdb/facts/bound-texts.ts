/**
 * Texts that DuckDB looks at while it binds: the name of a setting, which it may read for good then; the name of a type, of
 * which its plan has the values and not whose they are; and the name of a sequence or table, which may be another one in each
 * run, and is spelled by no word of the text. Only where they are written out can anybody see what they are.
 */
import { foldName } from '../../../model/fold-name.js';
import { type HasDefinitions, type HeldText, heldTexts, ofDefinitions, untilSettled } from './held-texts.js';
import { READABLE_SETTINGS } from './setting-classes.js';
import { closingOf, isName, isWord, stringOf, type Word } from './words.js';

/** What a text may be of which it is not known; `given`: a name, which whoever calls the macro that takes it may write out. */
export type Taken = 'setting' | 'type' | 'name' | 'given';

/** Which of them a statement takes that are not written out, itself or by a view or macro that it names; and withheld settings. */
export async function takenTexts(core: HasDefinitions, sql: string): Promise<ReadonlySet<Taken>> {
  const takers = await takersIn(core);
  return takers.size === 0 && !CALLED.test(sql) ? NONE : takenIn(sql, takers);
}

const NONE: ReadonlySet<Taken> = new Set();
const CALLED = /current_setting|from_json|json_transform|make_type|nextval|currval|pragma_|histogram/i;

/** By the folded name of a view or macro, what it takes. */
type Takers = ReadonlyMap<string, { readonly macro: boolean; readonly takes: Taken }>;

const takersIn = ofDefinitions((definitions): Takers => {
  const takers = new Map<string, { macro: boolean; takes: Taken }>();
  untilSettled(
    () => takers.size,
    () => {
      for (const { name, macro, text } of definitions)
        for (const takes of takenIn(text ?? '', takers, true))
          takers.set(`${foldName(name)} ${takes}`, { macro, takes });
    },
  );
  return takers;
});

/** @param isBody whether it is what a view or macro is made of */
function takenIn(sql: string, takers: Takers, isBody = false): ReadonlySet<Taken> {
  const found = new Set<Taken>();
  for (const held of heldTexts(sql)) for (const takes of takenByNames(held, takers, isBody)) found.add(takes);
  return found;
}

function* takenByNames(
  { sql, words }: HeldText,
  takers: Takers,
  isBody: boolean,
): Generator<Taken, void, undefined> {
  for (const [at, word] of words.entries()) {
    if (!isName(word)) continue;
    const isCall = words[at + 1]?.value === '(' && words[at + 1]?.kind !== 'quotedIdentifier';
    for (const takes of TAKEN) {
      const taker = takers.get(`${word.value} ${takes}`);
      if (taker === undefined || (!isCall && taker.macro)) continue;
      const kind = takes === 'given' ? ofNames(argumentsAt(words, at + 1), isBody) : takes;
      if (kind !== undefined) yield kind;
    }
    if (isCall) yield* takenBy(sql, words, at, isBody);
  }
}

/** What the call at `at` takes that is not written out. */
function takenBy(sql: string, words: readonly Word[], at: number, isBody: boolean): readonly Taken[] {
  const name = words[at]?.value ?? '';
  if (OF_NAMES.has(name))
    return name === 'histogram' && isAggregate(words, at)
      ? []
      : takenFrom(argumentsAt(words, at + 1), OF_SEQUENCES.has(name), isBody);
  if (!TAKING.has(name)) return [];
  // Calls may stand in calls, so that none of them is gone through.
  const close = closingOf(words, at + 1);
  const end = close < 0 ? words.length : close;
  const given = words.slice(at + 2, Math.min(end, at + 4));
  if (name === 'current_setting') return end === at + 3 && isReadable(sql, given) ? [] : ['setting'];
  if (name === 'make_type')
    return given[0]?.kind === 'string' && isAlone(given[1]) && words[at - 1]?.value !== '.' ? [] : ['type'];
  // The first argument may stand before a dot, so the last one counts.
  const isLast = words[end - 1]?.kind === 'string' && (end === at + 3 || isAlone(words[end - 2]));
  return isLast ? [] : ['type'];
}

/** What a call that asks about the sequence or table of a name takes. */
function takenFrom({ first }: Arguments, isOfSequence: boolean, isBody: boolean): readonly Taken[] {
  if (!isOfSequence && isTable(first, isBody)) return [];
  const kind = first === undefined ? 'name' : ofNames({ plain: first }, isBody);
  return kind === undefined ? [] : [kind];
}

/** Whether `histogram` is not the macro of that name, which is told a table and, behind a comma, a column. */
function isAggregate(words: readonly Word[], at: number): boolean {
  if (isWord(words[at - 1], 'from', 'join', 'call', 'lateral')) return false;
  const close = closingOf(words, at + 1);
  if (close < 0 || close - at > AGGREGATE_WORDS_MAX) return false;
  return !words.slice(at, close).some((it) => isSign(it, ','));
}

/** What is written out of a call's arguments. */
interface Arguments {
  /** All of them; undefined where there is more in them than strings, names, dots and commas. */
  readonly plain: readonly Word[] | undefined;
  /** The first one; the same tokens where it is the only one. */
  readonly first?: readonly Word[] | undefined;
}

/** Stops at what is not plain, so that calls in calls are not gone through from each. */
function argumentsAt(words: readonly Word[], open: number): Arguments {
  let end = open + 1;
  while (isPlain(words[end])) end++;
  const all = words.slice(open + 1, end);
  const plain = isSign(words[end], ')') ? all : undefined;
  const comma = all.findIndex((it) => isSign(it, ','));
  return { plain, first: comma < 0 ? plain : all.slice(0, comma) };
}

function isPlain(word: Word | undefined): boolean {
  return word?.kind === 'string' || isName(word) || isSign(word, '.') || isSign(word, ',');
}

function isSign(word: Word | undefined, sign: string): boolean {
  return word !== undefined && word.kind !== 'quotedIdentifier' && word.value === sign;
}

/** What is taken where these are all arguments that names are taken from; undefined where each of them is written out. */
function ofNames({ plain = [] }: Arguments, isBody: boolean): Taken | undefined {
  const isWritten = plain.every((it, at) =>
    at % 2 === 1 ? it.value === ',' : it.kind === 'string' || (isBody && isName(it)),
  );
  if (!isWritten || plain.length % 2 === 0) return 'name';
  return plain.some(isName) ? 'given' : undefined;
}

/** Whether this is the name of a table; one without a dot could be what a macro is given. */
function isTable(given: readonly Word[] = [], isBody: boolean): boolean {
  if (given.length === 0 || (isBody && given.length === 1)) return false;
  return given.every((it, at) => (at % 2 === 1 ? it.value === '.' : isName(it)));
}

function isReadable(sql: string, given: readonly Word[]): boolean {
  const [only] = given;
  const setting = only?.kind === 'string' ? stringOf(sql, only) : undefined;
  return setting !== undefined && READABLE_SETTINGS.has(setting.toLowerCase());
}

/** Whether a string beside this is an argument by itself. */
function isAlone(beside: Word | undefined): boolean {
  return beside === undefined || isSign(beside, ',');
}

const TAKEN: readonly Taken[] = ['setting', 'type', 'name', 'given'];
const OF_TYPES: ReadonlySet<string> = new Set([
  'from_json',
  'from_json_strict',
  'json_transform',
  'json_transform_strict',
]);
const OF_SEQUENCES: ReadonlySet<string> = new Set(['nextval', 'currval']);
const OF_NAMES: ReadonlySet<string> = new Set([
  ...OF_SEQUENCES,
  'pragma_table_info',
  'pragma_show',
  'histogram',
  'histogram_values',
]);
const TAKING: ReadonlySet<string> = new Set(['current_setting', 'make_type', ...OF_TYPES]);
/** Each of them is gone through. */
const AGGREGATE_WORDS_MAX = 1000;
