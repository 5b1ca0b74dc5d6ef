/**
 * The table for people. On a terminal it fits the width and keeps the first and last rows only, so memory stays
 * small whatever the result. Elsewhere nothing is cut: the first rows settle the widths, the others stream.
 */
import { isValid, type RecordBatch } from '../../flight/ipc/column.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { type ColumnWidth, type FittedColumns, fitColumns } from './box-layout.js';
import { type Align, BOX_STYLE, type BoxCell, BoxLines, type BoxStyle } from './box-lines.js';
import { createFormatter } from './cell.js';
import { cutText, displayWidth, escapeControls } from './display-text.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { isNumeric, typeName } from './type-name.js';

/** Renders box, and table with {@link ASCII_STYLE}, which has no type row. */
export class BoxRenderer implements Renderer {
  readonly #sink: TextSink;
  readonly #options: RenderOptions;
  readonly #style: BoxStyle;
  /** Rows kept for the top and for the bottom; the bottom part is a ring of the latest. */
  readonly #rowsMax: number;
  #columns: readonly BoxColumn[] = [];
  #head: BoxCell[][] = [];
  #tail: BoxCell[][] = [];
  #bufferedCharacters = 0;
  #rows = 0;
  /** Set once rows are written as they come. */
  #lines: BoxLines | undefined;

  constructor(sink: TextSink, options: RenderOptions = {}, style: BoxStyle = BOX_STYLE) {
    this.#sink = sink;
    this.#options = options;
    this.#style = style;
    const { terminal } = options;
    this.#rowsMax = terminal === undefined ? 0 : (terminal.maxRows ?? MAX_ROWS_DEFAULT);
  }

  begin(schema: ArrowSchema): void {
    this.#columns = schema.fields.map((field) => ({
      name: escapeControls(field.name),
      type: escapeControls(typeName(field)),
      numeric: isNumeric(field),
    }));
  }

  async batch(batch: RecordBatch): Promise<void> {
    const before = this.#rows;
    this.#rows += batch.length;
    if (this.#columns.length === 0) return;
    const read = this.#cellReader(batch);
    if (this.#rowsMax > 0) {
      this.#keepEnds(batch.length, before, read);
      return;
    }
    let row = 0;
    for (; row < batch.length && this.#lines === undefined; row++) {
      this.#keep(read(row));
      if (this.#head.length >= BUFFER_ROWS_MAX || this.#bufferedCharacters >= BUFFER_CHARACTERS_MAX)
        await this.#startStreaming();
    }
    if (this.#lines !== undefined)
      await this.#write(this.#lines, batch.length - row, (next) => read(row + next));
  }

  async end(): Promise<void> {
    if (this.#columns.length === 0) return;
    const lines = this.#lines ?? (await this.#writeBuffered(this.#footerParts(this.#columns.length)));
    const plain = this.#rows === 1 && this.#fitted.gapAt === undefined;
    const without = this.#options.footer === false || plain;
    await this.#sink.write(
      without ? lines.rule('bottom') : lines.footer(this.#footerParts(this.#fitted.shown.length)),
    );
  }

  #fitted: FittedColumns = { shown: [], widths: [], gapAt: undefined };

  #cellReader(batch: RecordBatch): (row: number) => BoxCell[] {
    const { terminal, nullText = 'NULL' } = this.#options;
    const limit = terminal !== undefined && terminal.columns > 0 ? terminal.columns : undefined;
    const nullCell: BoxCell = { text: nullText, width: displayWidth(nullText), isNull: true };
    const readers = batch.columns.map((column) => {
      const format = createFormatter(column);
      return (row: number) => (isValid(column, row) ? textCell(format(row), limit) : nullCell);
    });
    return (row) => readers.map((read) => read(row));
  }

  /** Keeps what the top and the bottom of the table may need of this batch. */
  #keepEnds(length: number, before: number, read: (row: number) => BoxCell[]): void {
    let row = 0;
    for (; row < length && this.#head.length < this.#rowsMax; row++) this.#head.push(read(row));
    const bottom = this.#rowsMax >> 1;
    if (before + length <= this.#rowsMax) return;
    for (row = Math.max(row, length - bottom); row < length; row++) this.#tail.push(read(row));
    this.#tail.splice(0, this.#tail.length - bottom);
  }

  #keep(cells: BoxCell[]): void {
    this.#head.push(cells);
    for (const cell of cells) this.#bufferedCharacters += cell.text.length;
  }

  async #startStreaming(): Promise<void> {
    this.#lines = await this.#writeBuffered([FOOTER_ROOM]);
    this.#head = [];
  }

  /** What the footer says. The number of columns is only worth saying where there are several. */
  #footerParts(shownColumns: number): string[] {
    const shownRows = this.#rowsMax > 0 ? Math.min(this.#rows, this.#rowsMax) : this.#rows;
    const rows = counted(this.#rows, shownRows, 'row');
    const columns = this.#columns.length;
    return columns === 1 ? [rows] : [rows, counted(columns, shownColumns, 'column')];
  }

  /** Settles the columns by what is kept and by what the footer needs, and writes header and rows. */
  async #writeBuffered(footer: readonly string[]): Promise<BoxLines> {
    const { terminal, header = true } = this.#options;
    const cut = this.#rowsMax > 0 && this.#rows > this.#rowsMax;
    const bottom = this.#rowsMax >> 1;
    const top = cut ? this.#head.slice(0, this.#rowsMax - bottom) : this.#head;
    // Rows that came after the head was full push those of the head that are among the last out of the ring.
    const last = cut ? [...this.#head, ...this.#tail].slice(-bottom || Number.POSITIVE_INFINITY) : [];
    const kept = cut ? [...top, ...last] : top;
    const inner =
      this.#options.footer === false || this.#rows === 1 ? 0 : Math.max(...footer.map(displayWidth));
    this.#fitted = fitColumns(this.#naturalWidths(kept, inner), terminal?.columns ?? 0);
    const lines = new BoxLines(this.#fitted, this.#style, terminal?.color ?? false);
    const types = this.#style === BOX_STYLE ? this.#columns.map((column) => column.type) : undefined;
    const names = this.#columns.map((column) => column.name);
    await this.#sink.write(header ? lines.header(names, types) : lines.rule('top'));
    await this.#write(lines, top.length, (row) => top[row]!);
    if (cut) await this.#sink.write(lines.dots());
    await this.#write(lines, last.length, (row) => last[row]!);
    return lines;
  }

  async #write(lines: BoxLines, count: number, read: (row: number) => BoxCell[]): Promise<void> {
    const aligns = this.#columns.map((column): Align => (column.numeric ? 'right' : 'left'));
    const { shown, widths } = this.#fitted;
    const uncut = this.#options.terminal === undefined;
    for (let row = 0; row < count; ) {
      let text = '';
      for (; row < count && text.length < WRITE_CHARACTERS; row++) {
        const cells = read(row);
        text += lines.row(uncut ? cells : cutCells(cells, shown, widths), aligns);
      }
      await this.#sink.write(text);
    }
  }

  /** The last column is as wide as it takes for `inner` cells between the outer borders. */
  #naturalWidths(rows: readonly (readonly BoxCell[])[], inner: number): ColumnWidth[] {
    const { header = true } = this.#options;
    const widths = this.#columns.map(({ name, type, numeric }, index) => {
      const typeWidth = this.#style === BOX_STYLE ? Math.min(displayWidth(type), TYPE_WIDTH_MAX) : 0;
      let natural = header ? Math.max(displayWidth(name), typeWidth) : 1;
      for (const row of rows) natural = Math.max(natural, row[index]!.width);
      return { natural: Math.min(natural, COLUMN_WIDTH_MAX), rigid: numeric };
    });
    const missing = inner - widths.reduce((sum, { natural }) => sum + natural + 3, -3);
    return widths.map((width, index) =>
      index === widths.length - 1 ? { ...width, natural: width.natural + Math.max(0, missing) } : width,
    );
  }
}

interface BoxColumn {
  readonly name: string;
  readonly type: string;
  readonly numeric: boolean;
}

const MAX_ROWS_DEFAULT = 40;
/** Rows, or characters, that may wait in memory to settle the widths of a table that is not cut. */
const BUFFER_ROWS_MAX = 10_000;
const BUFFER_CHARACTERS_MAX = 1 << 24;
const WRITE_CHARACTERS = 1 << 16;
/** A wider value overflows alone, instead of padding every other row of its column to its width. */
const COLUMN_WIDTH_MAX = 2000;
/** Room for the footer of a result whose number of rows is not known yet. */
const FOOTER_ROOM = '999,999,999,999 rows';
/** A long type name is cut rather than widening its column. */
const TYPE_WIDTH_MAX = 24;

/** `limit` is in cells: a value of 50 MB need not be measured to its end to be cut to a line. */
function textCell(text: string, limit: number | undefined): BoxCell {
  if (limit === undefined) {
    const whole = escapeControls(text);
    return { text: whole, width: displayWidth(whole), isNull: false };
  }
  // Graphemes of more than 16 units are rare; a cut through one only shows in the cell's last place.
  const start = escapeControls(text.length > limit * 16 ? text.slice(0, limit * 16) : text);
  const cut = cutText(start, limit);
  return { text: cut, width: displayWidth(cut), isNull: false };
}

function cutCells(cells: readonly BoxCell[], shown: readonly number[], widths: readonly number[]): BoxCell[] {
  const cut = [...cells];
  shown.forEach((column, position) => {
    const cell = cells[column]!;
    const width = widths[position]!;
    if (cell.width <= width) return;
    const text = cutText(cell.text, width);
    cut[column] = { text, width: displayWidth(text), isNull: cell.isNull };
  });
  return cut;
}

function counted(total: number, shown: number, noun: string): string {
  const text = `${total.toLocaleString('en-US')} ${noun}${total === 1 ? '' : 's'}`;
  return shown === total ? text : `${text} (${shown.toLocaleString('en-US')} shown)`;
}
