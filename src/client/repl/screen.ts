/**
 * What the input looks like, and the escape sequences that turn one look into the next. Pure: frames in, text out.
 * Source: ECMA-48 (CUU, CUD, CUF, ED), DECTCEM for the cursor.
 */
import { displayWidth, escapeControls, graphemes } from '../render/display-text.js';

/** Breaks prompt and text into rows of at most `size.columns` cells, at most `size.rows` of them around the cursor. */
export function layOut(view: InputView, size: ScreenSize): Frame {
  const page = new Page(Math.max(size.columns, MIN_COLUMNS));
  const promptColor = view.color ? PROMPT_COLOR : '';
  page.line(view.prompt, promptColor);
  let offset = 0;
  let marked = false;
  for (const { text } of graphemes(view.text)) {
    if (!marked && offset >= view.cursor) {
      page.markCursor();
      marked = true;
    }
    if (text === '\n') {
      page.newRow();
      page.line(view.continuation, promptColor);
    } else page.grapheme(visible(text), view.styleAt?.(offset) ?? '');
    offset += text.length;
  }
  if (!marked) page.markCursor();
  for (const line of view.below) {
    page.newRow();
    page.line(line, view.color ? BELOW_COLOR : '');
  }
  return window(page.finish(), Math.max(size.rows, 1));
}

/** Sequences that turn what `before` left on the screen into `after`; without `before` the cursor stands on a fresh line. */
export function paint(before: Frame | undefined, after: Frame): string {
  if (before === undefined)
    return after.rows.map((row) => row.text).join('\r\n') + moveCursor(lastPosition(after), after.cursor);
  const rowsBefore = before.rows;
  let same = 0;
  while (same < after.rows.length && rowsBefore[same]?.text === after.rows[same]?.text) same++;
  if (same === after.rows.length && same === rowsBefore.length)
    return moveCursor(before.cursor, after.cursor);
  // The row above the first difference is the last that is sure to exist.
  const from = Math.min(same, rowsBefore.length - 1, after.rows.length - 1);
  const repainted = after.rows
    .slice(from)
    .map((row) => row.text)
    .join('\r\n');
  return (
    HIDE_CURSOR +
    moveCursor(before.cursor, { row: from, column: 0 }) +
    CLEAR_BELOW +
    repainted +
    moveCursor(lastPosition(after), after.cursor) +
    SHOW_CURSOR
  );
}

/** Takes a frame off the screen after the terminal became `columns` wide and folded the frame's rows itself. */
export function eraseResized(frame: Frame, columns: number): string {
  const width = Math.max(columns, MIN_COLUMNS);
  const above = frame.rows
    .slice(0, frame.cursor.row)
    .reduce((sum, row) => sum + Math.max(1, Math.ceil(row.width / width)), 0);
  const up = above + Math.floor(frame.cursor.column / width);
  return `${up > 0 ? `\x1b[${up}A` : ''}\r${CLEAR_BELOW}`;
}

/** Leaves the frame standing and goes to the line below it. */
export function leave(frame: Frame): string {
  return `${moveCursor(frame.cursor, lastPosition(frame))}\r\n`;
}

export interface InputView {
  readonly prompt: string;
  /** Prompt of every line but the first. */
  readonly continuation: string;
  readonly text: string;
  readonly cursor: number;
  /** Lines under the input, such as candidates of a completion. */
  readonly below: readonly string[];
  readonly color: boolean;
  /** SGR sequence of the character at an offset; none by default. */
  readonly styleAt?: (offset: number) => string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Frame {
  readonly rows: readonly FrameRow[];
  readonly cursor: Position;
}

export interface FrameRow {
  /** With its escape sequences. */
  readonly text: string;
  readonly width: number;
}

export interface Position {
  readonly row: number;
  readonly column: number;
}

const MIN_COLUMNS = 4;
const PROMPT_COLOR = '\x1b[1m';
const BELOW_COLOR = '\x1b[90m';
const RESET = '\x1b[0m';
const CLEAR_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** Rows as they fill up. */
class Page {
  readonly #columns: number;
  readonly #rows: FrameRow[] = [];
  #text = '';
  #width = 0;
  #style = '';
  #cursor: Position = { row: 0, column: 0 };

  constructor(columns: number) {
    this.#columns = columns;
  }

  newRow(): void {
    this.#setStyle('');
    this.#rows.push({ text: this.#text, width: this.#width });
    this.#text = '';
    this.#width = 0;
  }

  grapheme(text: string, style: string): void {
    const width = displayWidth(text);
    if (this.#width + width > this.#columns) this.newRow();
    this.#setStyle(style);
    this.#text += text;
    this.#width += width;
  }

  /** Text that may come from a server or a paste: shown, never obeyed. */
  line(text: string, style: string): void {
    for (const part of graphemes(escapeControls(text))) this.grapheme(part.text, style);
    this.#setStyle('');
  }

  /** The cursor stands before the next character; behind a full row that is the start of a new one. */
  markCursor(): void {
    if (this.#width >= this.#columns) this.newRow();
    this.#cursor = { row: this.#rows.length, column: this.#width };
  }

  finish(): Frame {
    this.newRow();
    return { rows: this.#rows, cursor: this.#cursor };
  }

  #setStyle(style: string): void {
    if (style === this.#style) return;
    this.#text += this.#style === '' ? style : RESET + style;
    this.#style = style;
  }
}

/** Rows of a text longer than the screen: only those around the cursor can be painted. */
function window(frame: Frame, rows: number): Frame {
  const { cursor } = frame;
  if (frame.rows.length <= rows) return frame;
  const start = Math.max(0, Math.min(cursor.row - (rows >> 1), frame.rows.length - rows));
  return {
    rows: frame.rows.slice(start, start + rows),
    cursor: { row: cursor.row - start, column: cursor.column },
  };
}

function visible(grapheme: string): string {
  return grapheme === '\t' ? '    ' : escapeControls(grapheme);
}

function lastPosition(frame: Frame): Position {
  const row = frame.rows.length - 1;
  return { row, column: frame.rows[row]?.width ?? 0 };
}

/** Relative rows, absolute column: where on the screen the frame starts is never known. */
function moveCursor(from: Position, to: Position): string {
  const rows = to.row - from.row;
  const vertical = rows === 0 ? '' : rows > 0 ? `\x1b[${rows}B` : `\x1b[${-rows}A`;
  return `${vertical}\r${to.column > 0 ? `\x1b[${to.column}C` : ''}`;
}
