/**
 * Numbers of sequences where DuckDB needs a constant, such as `FROM range(nextval('s'))`: it takes them while it binds, and its plan
 * has the number and not the sequence. So nobody whose statements are inspected has any there.
 */
import { foldName } from '../../../model/fold-name.js';
import { scalarClass, tableFunctionClass } from './function-classes.js';
import { type HasDefinitions, heldTexts, ofDefinitions, untilSettled } from './held-texts.js';
import { canCall, isName, isWord, significant, type Word } from './words.js';

/** Whether binding a text, or a view or macro that it names, may take a number. Judged by words: rather too much than too little. */
export async function takesNumbers(core: HasDefinitions, sql: string): Promise<boolean> {
  const askers = await askersIn(core);
  const isOnlyBuiltIn = askers.take.size === 0 && askers.ask.size === SEQUENCES.length;
  if (isOnlyBuiltIn && !/nextval|currval/i.test(sql)) return false;
  for (const { words } of heldTexts(sql)) if (take(words, askers)) return true;
  return false;
}

/** Views and macros, folded: all, those that ask sequences, and those that take numbers themselves while they are bound. */
interface Askers {
  readonly made: ReadonlySet<string>;
  readonly ask: ReadonlySet<string>;
  readonly take: ReadonlySet<string>;
}

const askersIn = ofDefinitions((definitions): Askers => {
  const all = definitions.map(({ name, text }) => ({
    name: foldName(name),
    words: significant(text ?? '').filter((it, at) => at > 0 || !isWord(it, 'create')),
  }));
  const askers = {
    made: new Set(all.map(({ name }) => name)),
    ask: new Set(SEQUENCES),
    take: new Set<string>(),
  };
  untilSettled(
    () => askers.ask.size + askers.take.size,
    () => {
      for (const { name, words } of all) {
        if (words.some((it) => isName(it) && it.value !== name && askers.ask.has(it.value)))
          askers.ask.add(name);
        if (take(words, askers)) askers.take.add(name);
      }
    },
  );
  return askers;
});

function take(words: readonly Word[], askers: Askers): boolean {
  return words.some((it) => isName(it) && askers.take.has(it.value)) || isInConstant(words, askers);
}

/** Whether something that asks is called among the arguments of what may be a table function, or of a statement with constants only. */
function isInConstant(words: readonly Word[], { made, ask }: Askers): boolean {
  const calls: boolean[] = [];
  const isOfConstants = isWord(words[0], ...OF_CONSTANTS) && !isWord(words[1], 'variable');
  for (const [at, word] of words.entries()) {
    if (word.kind !== 'quotedIdentifier' && word.value === '(') calls.push(mayTake(words, at, made));
    else if (word.kind !== 'quotedIdentifier' && word.value === ')') calls.pop();
    else if (isName(word) && ask.has(word.value) && words[at + 1]?.value === '(')
      if (isOfConstants || calls.includes(true)) return true;
  }
  return false;
}

/** Whether the parenthesis at `open` may hold the arguments of a table function or macro. */
function mayTake(words: readonly Word[], open: number, made: ReadonlySet<string>): boolean {
  const before = words[open - 1];
  if (before === undefined || !canCall(words, open - 1)) return false;
  let first = open - 1;
  while (words[first - 1]?.value === '.') first -= 2;
  // The columns of CREATE TABLE.
  if (isWord(words[0], 'create') && isWord(words[first - 1], 'table', 'exists')) return false;
  // A macro may have the name of a function that computes.
  if (made.has(before.value)) return true;
  return tableFunctionClass(before.value) !== 'unknown' || scalarClass(before.value) === 'unknown';
}

const SEQUENCES: readonly string[] = ['nextval', 'currval'];
const OF_CONSTANTS = ['set', 'call', 'pragma', 'reset', 'execute', 'attach'];
