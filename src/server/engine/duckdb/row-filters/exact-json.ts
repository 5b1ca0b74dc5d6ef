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
  return JSON.parse(marked(json));
}

/** What stands outside of strings is looked at: a plan of some megabytes is nearly all strings. */
function marked(json: string): string {
  let text = '';
  let kept = 0;
  for (let at = 0; at < json.length; ) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    for (let from = at; from < end; from++) {
      if (!beginsNumber(json.charCodeAt(from))) continue;
      const start = from;
      while (from < end && isOfNumber(json.charCodeAt(from))) from++;
      const number = json.slice(start, from);
      if (String(Number(number)) === number) continue;
      text += `${json.slice(kept, start)}"${MARK}${number}"`;
      kept = from;
    }
    at = quote < 0 ? json.length : endOfString(json, quote);
  }
  return text + json.slice(kept);
}

/** The place behind the string that begins at `quote`. */
function endOfString(json: string, quote: number): number {
  for (let end = json.indexOf('"', quote + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let escapes = 0;
    while (json.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return json.length;
}

function beginsNumber(code: number): boolean {
  return (code >= ZERO && code <= NINE) || code === MINUS;
}

/** One of `0123456789.eE+-`. */
function isOfNumber(code: number): boolean {
  return beginsNumber(code) || code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b;
}

/** The opposite. */
export function printExactly(value: unknown): string {
  return JSON.stringify(value).replace(MARKED, '$1');
}

const [ZERO, NINE, MINUS, BACKSLASH] = [0x30, 0x39, 0x2d, 0x5c];
const MARKED = new RegExp(`"${MARK}([^"]*)"`, 'g');
