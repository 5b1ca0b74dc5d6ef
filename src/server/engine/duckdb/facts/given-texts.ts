/**
 * Macros that run a text of which their callers say something (`create macro m(t) as table from query('from ' || t)`). DuckDB binds
 * that text before anybody can look at it, and binding already opens files and advances sequences.
 */
import { foldName } from '../../../model/fold-name.js';
import type { Definition } from './definitions.js';
import { insideParentheses, isName, significant, stringOf, type Word } from './words.js';

/** Of the session's core, what this file asks. */
interface Core {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

/** The name of such a macro in a text, or in one that the text runs itself; undefined where there is none. */
export async function runsGivenText(core: Core, sql: string): Promise<string | undefined> {
  const running = runningOf(await core.definitions.all());
  return running.size === 0 ? undefined : namedIn(sql, running);
}

/** By the list of definitions, which is the same one until one changes. */
const known = new WeakMap<readonly Definition[], ReadonlySet<string>>();

function runningOf(definitions: readonly Definition[]): ReadonlySet<string> {
  const before = known.get(definitions);
  if (before !== undefined) return before;
  const running = new Set(['query']);
  const macros = definitions.flatMap(({ macro, name, text }) =>
    macro && text !== null ? [{ name: foldName(name), words: [...significant(text)] }] : [],
  );
  for (let size = 0; size !== running.size; ) {
    size = running.size;
    for (const { name, words } of macros) if (passesOn(words, running)) running.add(name);
  }
  running.delete('query');
  known.set(definitions, running);
  return running;
}

/** Whether one of these is called with something else than what is written out. */
function passesOn(words: readonly Word[], running: ReadonlySet<string>): boolean {
  return words.some(
    (word, at) =>
      isName(word) &&
      running.has(word.value) &&
      words[at + 1]?.value === '(' &&
      !insideParentheses(words, at + 1).every(({ kind, value }) => kind === 'string' || value === ','),
  );
}

function namedIn(sql: string, running: ReadonlySet<string>, depth = 0): string | undefined {
  const words = [...significant(sql)];
  const named = words.find((it) => isName(it) && running.has(it.value));
  if (named !== undefined) return named.value;
  if (depth >= DEPTH_MAX || !words.some((it) => isName(it) && it.value === 'query')) return undefined;
  for (const word of words) {
    const held = word.kind === 'string' ? stringOf(sql, word) : undefined;
    const found = held === undefined ? undefined : namedIn(held, running, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Of query('…query(…)…'). */
const DEPTH_MAX = 8;
