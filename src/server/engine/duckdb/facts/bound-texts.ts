/**
 * Texts that DuckDB looks at while it binds: the name of a setting, which it may read for good then; the name of a type, of
 * which its plan has the values and not whose they are; and the name of a sequence or table, which may be another one in each
 * run, and is spelled by no word of the text. Only where they are written out can anybody see what they are.
 */
import { foldName } from '../../../model/fold-name.js';
import { type HasDefinitions, type HeldText, heldTexts, ofDefinitions, untilSettled } from './held-texts.js';
import { READABLE_SETTINGS } from './setting-classes.js';
import { insideParentheses, isName, isWord, stringOf, type Word } from './words.js';

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
      const kind = takes === 'given' ? ofNames(insideParentheses(words, at + 1), isBody) : takes;
      if (kind !== undefined) yield kind;
    }
    if (isCall) yield* takenBy(sql, words, at, isBody);
  }
}

/** What the call at `at` takes that is not written out. */
function takenBy(sql: string, words: readonly Word[], at: number, isBody: boolean): readonly Taken[] {
  const name = words[at]?.value ?? '';
  if (!TAKING.has(name)) return [];
  const given = insideParentheses(words, at + 1);
  if (OF_NAMES.has(name)) {
    if (name === 'histogram' && isAggregate(words, at, given)) return [];
    const isOfTable = !OF_SEQUENCES.has(name) && isTable(given, isBody);
    const kind = isOfTable ? undefined : ofNames(given.slice(0, endOfFirst(given)), isBody);
    return kind === undefined ? [] : [kind];
  }
  if (name === 'current_setting') return isReadable(sql, given) ? [] : ['setting'];
  if (name === 'make_type')
    return given[0]?.kind === 'string' && isAlone(given[1]) && words[at - 1]?.value !== '.' ? [] : ['type'];
  // The first argument may stand before a dot, so the last one counts.
  return given.at(-1)?.kind === 'string' && isAlone(given.at(-2)) ? [] : ['type'];
}

/** What is taken where these are all arguments that names are taken from; undefined where each of them is written out. */
function ofNames(given: readonly Word[], isBody: boolean): Taken | undefined {
  const isPlain = given.every((it, at) =>
    at % 2 === 1 ? it.value === ',' : it.kind === 'string' || (isBody && isName(it)),
  );
  if (!isPlain || given.length % 2 === 0) return 'name';
  return given.some(isName) ? 'given' : undefined;
}

/** Whether the first argument is the name of a table; one without a dot could be what a macro is given. */
function isTable(given: readonly Word[], isBody: boolean): boolean {
  const first = given.slice(0, endOfFirst(given));
  if (first.length === 0 || (isBody && first.length === 1)) return false;
  return first.every((it, at) => (at % 2 === 1 ? it.value === '.' : isName(it)));
}

function endOfFirst(given: readonly Word[]): number {
  const end = given.findIndex(({ kind, value }) => kind === 'punctuation' && value === ',');
  return end < 0 ? given.length : end;
}

/** Whether `histogram` is not called as the macro of that name, which gives a table and is told which one and which column. */
function isAggregate(words: readonly Word[], at: number, given: readonly Word[]): boolean {
  const before = words[at - 1];
  const isInFrom = isWord(before, 'from', 'join', 'call', 'lateral');
  return !isInFrom && !given.some(({ value }) => value === ',');
}

function isReadable(sql: string, given: readonly Word[]): boolean {
  const [only] = given;
  const setting = given.length === 1 && only?.kind === 'string' ? stringOf(sql, only) : undefined;
  return setting !== undefined && READABLE_SETTINGS.has(setting.toLowerCase());
}

/** Whether a string beside this is an argument by itself. */
function isAlone(beside: Word | undefined): boolean {
  return beside === undefined || (beside.kind === 'punctuation' && beside.value === ',');
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
const TAKING: ReadonlySet<string> = new Set(['current_setting', 'make_type', ...OF_TYPES, ...OF_NAMES]);
