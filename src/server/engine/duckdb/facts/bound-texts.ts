/**
 * Texts that DuckDB looks at while it binds: the name of a setting, which it may read for good then, and the name of a type, of
 * which its plan has the values and not whose they are. Only where they are written out can anybody see what they are.
 */
import { foldName } from '../../../model/fold-name.js';
import { type HasDefinitions, type HeldText, heldTexts, ofDefinitions, untilSettled } from './held-texts.js';
import { READABLE_SETTINGS } from './setting-classes.js';
import { insideParentheses, isName, stringOf, type Word } from './words.js';

/** What a text may be of which it is not known. */
export type Taken = 'setting' | 'type';

/** Which of them a statement takes that are not written out, itself or by a view or macro that it names; and withheld settings. */
export async function takenTexts(core: HasDefinitions, sql: string): Promise<ReadonlySet<Taken>> {
  const takers = await takersIn(core);
  return takers.size === 0 && !CALLED.test(sql) ? NONE : takenIn(sql, takers);
}

const NONE: ReadonlySet<Taken> = new Set();
const CALLED = /current_setting|from_json|json_transform|make_type/i;

/** By the folded name of a view or macro, what it takes. */
type Takers = ReadonlyMap<string, { readonly macro: boolean; readonly takes: Taken }>;

const takersIn = ofDefinitions((definitions): Takers => {
  const takers = new Map<string, { macro: boolean; takes: Taken }>();
  untilSettled(
    () => takers.size,
    () => {
      for (const { name, macro, text } of definitions)
        for (const takes of takenIn(text ?? '', takers))
          takers.set(`${foldName(name)} ${takes}`, { macro, takes });
    },
  );
  return takers;
});

function takenIn(sql: string, takers: Takers): ReadonlySet<Taken> {
  const found = new Set<Taken>();
  for (const held of heldTexts(sql)) for (const takes of takenByNames(held, takers)) found.add(takes);
  return found;
}

function* takenByNames({ sql, words }: HeldText, takers: Takers): Generator<Taken, void, undefined> {
  for (const [at, word] of words.entries()) {
    if (!isName(word)) continue;
    const isCall = words[at + 1]?.value === '(' && words[at + 1]?.kind !== 'quotedIdentifier';
    for (const takes of TAKEN) {
      const taker = takers.get(`${word.value} ${takes}`);
      if (taker !== undefined && (isCall || !taker.macro)) yield takes;
    }
    if (isCall) yield* takenBy(sql, words, at);
  }
}

/** What the call at `at` takes that is not written out. */
function takenBy(sql: string, words: readonly Word[], at: number): readonly Taken[] {
  const name = words[at]?.value ?? '';
  const isSetting = name === 'current_setting';
  if (!isSetting && !OF_TYPES.has(name) && name !== 'make_type') return [];
  const given = insideParentheses(words, at + 1);
  if (isSetting) return isReadable(sql, given) ? [] : ['setting'];
  if (name === 'make_type')
    return given[0]?.kind === 'string' && isAlone(given[1]) && words[at - 1]?.value !== '.' ? [] : ['type'];
  // The first argument may stand before a dot, so the last one counts.
  return given.at(-1)?.kind === 'string' && isAlone(given.at(-2)) ? [] : ['type'];
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

const TAKEN: readonly Taken[] = ['setting', 'type'];
const OF_TYPES: ReadonlySet<string> = new Set([
  'from_json',
  'from_json_strict',
  'json_transform',
  'json_transform_strict',
]);
