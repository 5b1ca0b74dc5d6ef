/**
 * Numbers of sequences where DuckDB needs a constant, such as `FROM range(nextval('s'))`: it takes them while it binds, and its plan
 * has the number and not the sequence. So nobody whose statements are inspected has any there.
 */
import { foldName } from '../../../model/fold-name.js';
import type { Definition } from './definitions.js';
import { scalarClass, tableFunctionClass } from './function-classes.js';
import { isName, isWord, significant, stringOf, type Word } from './words.js';

/** Of the session's core, what this file asks. */
interface Core {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

/** Whether binding a text, or a view or macro that it names, may take a number. Judged by words: rather too much than too little. */
export async function takesNumbers(core: Core, sql: string): Promise<boolean> {
  const askers = await askersIn(core);
  const isOnlyBuiltIn = askers.take.size === 0 && askers.ask.size === SEQUENCES.length;
  return isOnlyBuiltIn && !/nextval|currval/i.test(sql) ? false : takes(sql, askers, 0);
}

/** Views and macros, folded: those that ask sequences, and those that take numbers themselves while they are bound. */
interface Askers {
  readonly ask: ReadonlySet<string>;
  readonly take: ReadonlySet<string>;
}

const known = new WeakMap<readonly Definition[], Askers>();

async function askersIn(core: Core): Promise<Askers> {
  const definitions = await core.definitions.all();
  const before = known.get(definitions);
  if (before !== undefined) return before;
  const [ask, take] = [new Set(SEQUENCES), new Set<string>()];
  const all = definitions.map(({ name, text }) => ({
    name: foldName(name),
    words: [...significant(text ?? '')].filter((it, at) => at > 0 || !isWord(it, 'create')),
  }));
  for (let size = 0; size !== ask.size + take.size; ) {
    size = ask.size + take.size;
    for (const { name, words } of all) {
      if (words.some((it) => isName(it) && it.value !== name && ask.has(it.value))) ask.add(name);
      if (words.some((it) => isName(it) && take.has(it.value)) || isInConstant(words, ask)) take.add(name);
    }
  }
  known.set(definitions, { ask, take });
  return { ask, take };
}

function takes(sql: string, askers: Askers, depth: number): boolean {
  const words = [...significant(sql)];
  if (words.some((it) => isName(it) && askers.take.has(it.value))) return true;
  if (isInConstant(words, askers.ask)) return true;
  if (depth >= DEPTH_MAX || !words.some((it) => isName(it) && it.value === 'query')) return false;
  return words.some((word) => {
    const held = word.kind === 'string' ? stringOf(sql, word) : undefined;
    return held !== undefined && takes(held, askers, depth + 1);
  });
}

/** Whether something that asks is called among the arguments of what may be a table function, or of a statement with constants only. */
function isInConstant(words: readonly Word[], ask: ReadonlySet<string>): boolean {
  const calls: boolean[] = [];
  const isOfConstants = isWord(words[0], ...OF_CONSTANTS) && !isWord(words[1], 'variable');
  for (const [at, word] of words.entries()) {
    if (word.kind !== 'quotedIdentifier' && word.value === '(') calls.push(mayTake(words, at));
    else if (word.kind !== 'quotedIdentifier' && word.value === ')') calls.pop();
    else if (isName(word) && ask.has(word.value) && words[at + 1]?.value === '(')
      if (isOfConstants || calls.includes(true)) return true;
  }
  return false;
}

/** Whether the parenthesis at `open` may hold the arguments of a table function or macro. */
function mayTake(words: readonly Word[], open: number): boolean {
  const before = words[open - 1];
  if (!isName(before) || isWord(before, ...BEFORE_PARENTHESES)) return false;
  let first = open - 1;
  while (words[first - 1]?.value === '.') first -= 2;
  // The columns of CREATE TABLE.
  if (isWord(words[0], 'create') && isWord(words[first - 1], 'table', 'exists')) return false;
  return tableFunctionClass(before.value) !== 'unknown' || scalarClass(before.value) === 'unknown';
}

const SEQUENCES: readonly string[] = ['nextval', 'currval'];
const OF_CONSTANTS = ['set', 'call', 'pragma', 'reset', 'execute', 'attach'];
/** Key words, behind which a query, a value or a list of them stands, and what DuckDB computes without a function. */
export const BEFORE_PARENTHESES: readonly string[] = (
  'all and any array as asc between by case cast check coalesce cross default desc distinct do else except exists extract filter from having if ilike in inner ' +
  'intersect into is join key lateral left like limit materialized natural not nullif of offset on or order outer over overlay partition position primary ' +
  'qualify references returning right row select set some substring then to trim try try_cast union unique update using values view when where with'
).split(' ');
/** Of query('…query(…)…'). */
const DEPTH_MAX = 8;
