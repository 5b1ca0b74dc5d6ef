/** Text as a terminal shows it: split into graphemes, measured in cells, and with nothing in it that commands. */
import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Cells that `text` takes on a terminal: wide and emoji graphemes 2, combining marks and format characters 0.
 * Source: UAX #11 (East Asian Width, ambiguous as narrow), UAX #29 (graphemes), UTS #51 (emoji).
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const grapheme of split(text)) width += graphemeWidth(grapheme);
  return width;
}

/** User-perceived characters, each with its width in cells. */
export function graphemes(text: string): Grapheme[] {
  return Array.from(split(text), (grapheme) => ({ text: grapheme, width: graphemeWidth(grapheme) }));
}

export interface Grapheme {
  readonly text: string;
  readonly width: number;
}

/** Offset of the grapheme boundary after `offset`, itself a boundary, or the end. Offsets are UTF-16 units. */
export function nextGrapheme(text: string, offset: number): number {
  const [next] = segments(text.slice(offset, offset + CHUNK));
  return offset + (next?.segment.length ?? 0);
}

/** Offset of the grapheme boundary before `offset`, or 0. */
export function previousGrapheme(text: string, offset: number): number {
  const start = Math.max(0, offset - CHUNK);
  const before = segments(text.slice(start, offset)).containing(offset - start - 1);
  return start + (before?.index ?? 0);
}

/**
 * Cuts `text` to at most `width` cells, ending in `…` where something was cut. Never splits a grapheme, so the
 * result may be a cell narrower than `width`.
 */
export function cutText(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const grapheme of split(text)) {
    used += graphemeWidth(grapheme);
    if (used > width - 1) break;
    kept += grapheme;
  }
  return width < 1 ? '' : `${kept}…`;
}

/**
 * Makes a value harmless and one line long: line breaks become `⏎`, a tab `\t`, other C0 and C1 controls `\x1b`,
 * and what reorders or hides text (bidirectional controls, line separators) `\u202e`.
 */
export function escapeControls(text: string): string {
  if (!COMMANDING.test(text)) return text;
  return text.replace(/\r\n/g, '\n').replace(COMMANDING_ALL, escapeControl);
}

function escapeControl(character: string): string {
  if (character === '\n') return '⏎';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const hex = character.charCodeAt(0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

/**
 * Graphemes in order. In pieces, because the time that Intl.Segmenter takes grows with the square of the length;
 * the last grapheme of a piece is read again with the next, as it may go on there.
 */
function* split(text: string): Generator<string, void, undefined> {
  for (let start = 0; start < text.length; ) {
    PLAIN_RUN.lastIndex = start;
    const run = PLAIN_RUN.exec(text)?.[0] ?? '';
    // The last of a run is left to the segmenter: a combining mark may join it.
    const plain = start + run.length === text.length ? run : run.slice(0, -1);
    yield* plain;
    start += plain.length;
    // Half of a character at the end would hide that the grapheme before it goes on.
    const piece = text.slice(start, start + CHUNK).replace(HIGH_SURROGATE_END, '') || (text[start] ?? '');
    const found = Array.from(segments(piece), ({ segment }) => segment);
    if (start + piece.length < text.length && found.length > 1) found.pop();
    for (const grapheme of found) {
      yield grapheme;
      start += grapheme.length;
    }
  }
}

function graphemeWidth(grapheme: string): number {
  if (grapheme.length === 1 && PLAIN.test(grapheme)) return 1;
  if (ZERO_WIDTH.test(grapheme)) return 0;
  if (grapheme.length > 1 && EMOJI.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

/** Only characters that are one cell each and never join: Latin without controls and the soft hyphen. */
const PLAIN_SET = '[\\x20-\\x7e\\xa0-\\xac\\xae-\\u02ff]';
const PLAIN = new RegExp(`^${PLAIN_SET}*$`);
const PLAIN_RUN = new RegExp(`${PLAIN_SET}*`, 'y');
/** UTF-16 units looked at together; longer than any grapheme that people write. */
const CHUNK = 128;
const HIGH_SURROGATE_END = /[\ud800-\udbff]$/;
const ZERO_WIDTH = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Surrogate}]+$/u;
// The `v` flag is not in the language level that the compiler targets, and is in every Node this runs on.
const EMOJI_PATTERN = '^\\p{RGI_Emoji}$';
const EMOJI = new RegExp(EMOJI_PATTERN, 'v');
const COMMANDING_SET = '[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';
const COMMANDING = new RegExp(COMMANDING_SET);
const COMMANDING_ALL = new RegExp(COMMANDING_SET, 'g');

let segmenter: Intl.Segmenter | undefined;

/** Made at first need: making one takes as long as a third of Node's own start, and plain ASCII needs none. */
function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}
