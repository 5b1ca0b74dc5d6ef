/**
 * Macros that run a text of which their callers say something (`create macro m(t) as table from query('from ' || t)`). DuckDB binds
 * that text before anybody can look at it, and binding already opens files and advances sequences.
 */
import { foldName } from '../../../model/fold-name.js';
import { type HasDefinitions, heldTexts, ofDefinitions, untilSettled } from './held-texts.js';
import { insideParentheses, isName, significant, type Word } from './words.js';

/** The name of such a macro in a text, or in one that the text runs itself; undefined where there is none. */
export async function runsGivenText(core: HasDefinitions, sql: string): Promise<string | undefined> {
  const running = await runningIn(core);
  if (running.size === 0) return undefined;
  for (const { words } of heldTexts(sql)) {
    const named = words.find((it) => isName(it) && running.has(it.value));
    if (named !== undefined) return named.value;
  }
  return undefined;
}

const runningIn = ofDefinitions((definitions): ReadonlySet<string> => {
  const running = new Set(['query']);
  const macros = definitions.flatMap(({ macro, name, text }) =>
    macro && text !== null ? [{ name: foldName(name), words: significant(text) }] : [],
  );
  untilSettled(
    () => running.size,
    () => {
      for (const { name, words } of macros) if (passesOn(words, running)) running.add(name);
    },
  );
  running.delete('query');
  return running;
});

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
