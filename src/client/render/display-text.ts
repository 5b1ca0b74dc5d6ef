/** Text as a terminal shows it: split into graphemes, measured in cells, and with nothing in it that commands. */
import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Cells that `text` takes on a terminal: wide and emoji graphemes 2, combining marks and format characters 0.
 * Source: UAX #11 (East Asian Width, ambiguous as narrow), UAX #29 (graphemes), UTS #51 (emoji).
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of SEGMENTER.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** User-perceived characters, each with its width in cells. */
export function graphemes(text: string): Grapheme[] {
  if (PLAIN.test(text)) return Array.from(text, (character) => ({ text: character, width: 1 }));
  return Array.from(SEGMENTER.segment(text), ({ segment }) => ({
    text: segment,
    width: graphemeWidth(segment),
  }));
}

export interface Grapheme {
  readonly text: string;
  readonly width: number;
}

/** Offset of the grapheme boundary after `offset`, or the end. Offsets are UTF-16 units. */
export function nextGrapheme(text: string, offset: number): number {
  const segment = SEGMENTER.segment(text).containing(offset);
  return segment === undefined ? text.length : segment.index + segment.segment.length;
}

/** Offset of the grapheme boundary before `offset`, or 0. */
export function previousGrapheme(text: string, offset: number): number {
  return offset <= 0 ? 0 : (SEGMENTER.segment(text).containing(offset - 1)?.index ?? 0);
}

/**
 * Cuts `text` to at most `width` cells, ending in `…` where something was cut. Never splits a grapheme, so the
 * result may be a cell narrower than `width`.
 */
export function cutText(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let used = 0;
  let kept = '';
  for (const { segment } of SEGMENTER.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
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

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0;
  if (grapheme.length > 1 && EMOJI.test(grapheme)) return 2;
  return eastAsianWidth(grapheme.codePointAt(0) ?? 0);
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Only characters that are one cell each and never join: Latin without controls and the soft hyphen. */
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\u02ff]*$/;
const ZERO_WIDTH = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Surrogate}]+$/u;
// The `v` flag is not in the language level that the compiler targets, and is in every Node this runs on.
const EMOJI_PATTERN = '^\\p{RGI_Emoji}$';
const EMOJI = new RegExp(EMOJI_PATTERN, 'v');
const COMMANDING_SET = '[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';
const COMMANDING = new RegExp(COMMANDING_SET);
const COMMANDING_ALL = new RegExp(COMMANDING_SET, 'g');
