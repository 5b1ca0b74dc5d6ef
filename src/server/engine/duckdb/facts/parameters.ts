/** Parameters in a text: `?`, `?1`, `$1` and `$name`. */
import type { Word } from './words.js';

/**
 * The text from the first of `tokens` on, with what `replacement` says in the place of each parameter. It is asked with the
 * parameter's name: its number, where it has no other.
 */
export function withParameters(
  sql: string,
  tokens: readonly Word[],
  replacement: (parameter: string) => string,
): string {
  let text = '';
  let at = tokens[0]?.start ?? sql.length;
  let count = 0;
  for (const token of tokens) {
    if (token.kind !== 'parameter') continue;
    const written = token.value.slice(1) || String(++count);
    // To DuckDB $1_0 is the first.
    const name = /^\d+/.exec(written)?.[0] ?? written;
    text += `${sql.slice(at, token.start)} ${replacement(name)} `;
    at = token.end;
  }
  return text + sql.slice(at);
}
