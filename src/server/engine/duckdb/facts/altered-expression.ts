/** What ALTER computes a column of, or its default: DuckDB's plan has it as it is written, and binds it only when the statement runs. */
import { outside } from './held-queries.js';
import { isName, isWord, significant, type Word } from './words.js';

/** A query of the expression behind SET DEFAULT or USING, at its place in the text; undefined where there is none. */
export function alteredExpression(sql: string): string | undefined {
  const tokens = significant(sql);
  if (!isWord(tokens[0], 'alter')) return undefined;
  const at = outside(tokens).find((it) => isDefault(tokens, it) || isWord(tokens[it], 'using')) ?? -1;
  const start = tokens[at + 1]?.start;
  if (at < 0 || start === undefined) return undefined;
  // A default has no columns.
  const table = isDefault(tokens, at) ? undefined : alteredTable(sql, tokens);
  return `${table === undefined ? '' : `FROM ${table} `}SELECT `.padStart(start) + sql.slice(start);
}

function isDefault(tokens: readonly Word[], at: number): boolean {
  return isWord(tokens[at - 1], 'set') && isWord(tokens[at], 'default');
}

/** ALTER TABLE [IF EXISTS] name */
function alteredTable(sql: string, tokens: readonly Word[]): string | undefined {
  const first = isWord(tokens[2], 'if') && isWord(tokens[3], 'exists') ? 4 : 2;
  let last = first;
  while (tokens[last + 1]?.value === '.' && isName(tokens[last + 2])) last += 2;
  const [start, end] = [tokens[first]?.start, tokens[last]?.end];
  return start === undefined ? undefined : sql.slice(start, end);
}
