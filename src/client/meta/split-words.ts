/** The arguments of a dot command, quoted as in a shell. */
import { GizmoError } from '../../errors.js';

/**
 * Words of a line. `'…'` is taken as it is; in `"…"` a backslash hides a quote or a backslash; elsewhere a backslash
 * is itself, for the sake of Windows paths. A semicolon at the very end is dropped. USAGE where a quote stays open.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const text = line.trimEnd().replace(/;$/, '');
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = quoteEnd(text, at);
      const inside = text.slice(at + 1, end);
      word = (word ?? '') + (character === '"' ? inside.replace(/\\(["\\])/g, '$1') : inside);
      at = end;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function quoteEnd(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  throw new GizmoError('USAGE', `The quote at "${text.slice(start, start + 20)}" is not closed.`);
}
