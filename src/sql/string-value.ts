/** What a string literal stands for, by DuckDB's lexical rules. */

/** Two quotes; or what stands between the pieces of a string that goes on on another line. */
const PART = /''|'[ \t\f]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f]|--[^\n\r]*[\n\r])*'/g;

/**
 * The value of '…' (two quotes are one) and of $$…$$ or $tag$…$tag$; undefined for other kinds of literals, such as
 * E'…' and x'…'. `literal` is the text of one closed token of kind `string`.
 */
export function stringValue(literal: string): string | undefined {
  if (literal.startsWith("'"))
    return literal.slice(1, -1).replace(PART, (written) => (written === "''" ? "'" : ''));
  const tag = /^\$[^$]*\$/.exec(literal)?.[0];
  return tag === undefined ? undefined : literal.slice(tag.length, -tag.length);
}

/** The name that "…" stands for: two quotes are one. `quoted` is the text of one closed token. */
export function nameValue(quoted: string): string {
  return quoted.slice(1, -1).replaceAll('""', '"');
}
