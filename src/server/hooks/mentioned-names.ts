/**
 * What a hook stands on: every name that its function's text mentions, and the texts of the macros and views among
 * them, and so on. Names in strings count, for query('…'). More than is read, never less.
 */
import { readTokens } from '../../sql/lexer.js';
import { nameValue, stringValue } from '../../sql/string-value.js';
import { foldName } from '../model/fold-name.js';

/** All macros and views of all databases, by name and text. */
export const DEFINITIONS_SQL = `
  select function_name, macro_definition from system.main.duckdb_functions() where macro_definition is not null and not internal
  union all select view_name, sql from system.main.duckdb_views() where not internal`;

/** Names folded as DuckDB compares them. */
export function mentionedNames(
  start: readonly string[],
  definitions: readonly (readonly unknown[])[],
): ReadonlySet<string> {
  const texts = new Map<string, string[]>();
  for (const [name, text] of definitions) {
    const key = foldName(String(name));
    texts.set(key, [...(texts.get(key) ?? []), String(text)]);
  }
  const found = new Set(start.map(foldName));
  // A set that grows while it is gone through is gone through to its new end.
  for (const name of found) {
    for (const text of texts.get(name) ?? []) {
      for (const word of wordsOf(text)) found.add(foldName(word));
    }
  }
  return found;
}

function* wordsOf(text: string): Generator<string, void, undefined> {
  for (const { kind, start, end } of readTokens(text)) {
    const written = text.slice(start, end);
    if (kind === 'word') yield written;
    else if (kind === 'quotedIdentifier') yield nameValue(written);
    else if (kind === 'string') yield* wordsInString(written);
  }
}

function wordsInString(written: string): string[] {
  const value = stringValue(written) ?? written;
  return [value, ...(value.match(/[\p{L}\p{N}_$]+/gu) ?? [])];
}
