/** Parameters in a text: `?`, `?1`, `$1` and `$name`. */
import type { Word } from './words.js';

/**
 * The text from the first of `tokens` on, with what `replacement` says in the place of each parameter. It is asked with the
 * parameter's name: its number, where it has no other. A question mark is never part of an operator, but the lexer may
 * have taken it for one: `a=?`.
 */
export function withParameters(
  sql: string,
  tokens: readonly Word[],
  replacement: (parameter: string) => string,
): string {
  let text = '';
  let at = tokens[0]?.start ?? sql.length;
  let count = 0;
  for (const [index, token] of tokens.entries()) {
    const isNumbered = (next: Word | undefined) => next?.kind === 'number' && next.start === token.end;
    if (token.kind === 'parameter') {
      text += `${sql.slice(at, token.start)} ${replacement(token.value.slice(1))} `;
      at = token.end;
    } else if (token.kind === 'operator' && token.value.includes('?')) {
      const next = tokens[index + 1];
      text += sql.slice(at, token.start);
      at = token.end;
      for (const [place, character] of [...token.value].entries()) {
        const isLast = place === token.value.length - 1;
        if (character !== '?') text += character;
        else if (isLast && next !== undefined && isNumbered(next)) {
          text += ` ${replacement(next.value)} `;
          at = next.end;
        } else {
          count += 1;
          text += ` ${replacement(String(count))} `;
        }
      }
    }
  }
  return text + sql.slice(at);
}
