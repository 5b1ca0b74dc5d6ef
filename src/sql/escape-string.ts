/** What E'…' stands for, by DuckDB's lexical rules (those of PostgreSQL, of which DuckDB takes ASCII only). */

/** The value; undefined for other kinds of literals. `literal` is the text of one closed token of kind `string`. */
export function escapeStringValue(literal: string): string | undefined {
  if (!/^e'/i.test(literal)) return undefined;
  return literal.slice(2, -1).replace(PART, (written, hex?: string, octal?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (letter !== undefined) return CONTROLS[letter] ?? letter;
    // Two quotes are one; a quote, a line break and a quote are nothing.
    return written === "''" ? "'" : '';
  });
}

const PART =
  /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|([\s\S]))|''|'[ \t\f]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f]|--[^\n\r]*[\n\r])*'/g;

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
