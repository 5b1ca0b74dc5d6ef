/** JSON whose numbers stay what they are: DuckDB writes 64-bit integers and `100.0`, and means them. */
import { GizmoError } from '../../../../errors.js';

/** Begins a text that stands for a number which JavaScript would write differently. */
const MARK = '\uF8FE';

/** Throws INVALID_ARGUMENT for a text that has the mark in it. */
export function parseExactly(json: string): unknown {
  if (json.includes(MARK))
    throw new GizmoError(
      'INVALID_ARGUMENT',
      'A query over a table with row policies cannot have the character U+F8FE in it.',
    );
  return JSON.parse(
    json.replace(TOKENS, (token) =>
      token.startsWith('"') || String(Number(token)) === token ? token : `"${MARK}${token}"`,
    ),
  );
}

/** The opposite. */
export function printExactly(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, '$1');
}

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
