/** Where the cursor can go: pure functions from a text and an offset to an offset. */
import { displayWidth, graphemes } from '../render/display-text.js';

/** Offset of the first character of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset behind the last character of the line that holds `offset`. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** Start of the word before `offset`; words are letters, digits and `_`. */
export function wordLeft(text: string, offset: number): number {
  return offset - (/[\p{L}\p{N}\p{M}_]*[^\p{L}\p{N}\p{M}_]*$/u.exec(text.slice(0, offset))?.[0].length ?? 0);
}

/** End of the word after `offset`. */
export function wordRight(text: string, offset: number): number {
  return offset + (/^[^\p{L}\p{N}\p{M}_]*[\p{L}\p{N}\p{M}_]*/u.exec(text.slice(offset))?.[0].length ?? 0);
}

/** Start of the run of non-blanks before `offset`, as C-w means it. */
export function blankLeft(text: string, offset: number): number {
  return offset - (/\S*\s*$/u.exec(text.slice(0, offset))?.[0].length ?? 0);
}

/** Cells between the start of the line and `offset`. */
export function columnOf(text: string, offset: number): number {
  return displayWidth(text.slice(lineStart(text, offset), offset));
}

/** The offset `column` cells into the line above, or undefined on the first line. */
export function lineAbove(text: string, offset: number, column: number): number | undefined {
  const start = lineStart(text, offset);
  return start === 0 ? undefined : offsetAt(text, lineStart(text, start - 1), column);
}

/** The offset `column` cells into the line below, or undefined on the last line. */
export function lineBelow(text: string, offset: number, column: number): number | undefined {
  const end = lineEnd(text, offset);
  return end === text.length ? undefined : offsetAt(text, end + 1, column);
}

function offsetAt(text: string, start: number, column: number): number {
  let offset = start;
  let used = 0;
  for (const grapheme of graphemes(text.slice(start, lineEnd(text, start)))) {
    used += grapheme.width;
    if (used > column) break;
    offset += grapheme.text.length;
  }
  return offset;
}
