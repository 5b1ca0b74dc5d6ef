/** The lines of a table: borders, rows and footer as text, all of one display width. */
import type { FittedColumns } from './box-layout.js';
import { cutText, displayWidth } from './display-text.js';

/** Draws the parts of one table whose columns and widths are settled. Every line ends in a newline. */
export class BoxLines {
  readonly #fitted: FittedColumns;
  readonly #style: BoxStyle;
  readonly #color: boolean;
  readonly #widths: readonly number[];

  constructor(fitted: FittedColumns, style: BoxStyle, color: boolean) {
    this.#fitted = fitted;
    this.#style = style;
    this.#color = color;
    this.#widths = this.#withGap(fitted.widths, 1);
  }

  /** Cells from border to border. */
  get width(): number {
    return this.#widths.reduce((sum, width) => sum + width + 3, 1);
  }

  /** Top border, names, types where given, and the line below. */
  header(names: readonly string[], types: readonly string[] | undefined): string {
    const bold = (text: string) => this.#paint(text, '1');
    const lines = this.#row(this.#withGap(this.#pick(names), '…'), 'center', bold);
    const typeLine =
      types === undefined ? '' : this.#row(this.#withGap(this.#pick(types), ''), 'center', this.#grey);
    return this.rule('top') + lines + typeLine + this.rule('middle');
  }

  /** One row of values; `cells` has one entry for every column of the result. */
  row(cells: readonly BoxCell[], aligns: readonly Align[]): string {
    const { shown, widths } = this.#fitted;
    const texts = shown.map((column, position) => {
      const cell = cells[column]!;
      const padded = pad(cell.text, cell.width, widths[position]!, aligns[column]!);
      return cell.isNull ? this.#grey(padded) : padded;
    });
    return this.#join(this.#withGap(texts, this.#grey('…')));
  }

  /** Three rows of dots, standing for rows left out. */
  dots(): string {
    return this.#row(
      this.#widths.map(() => this.#style.dot),
      'center',
      this.#grey,
    ).repeat(3);
  }

  /** A border; `foot` is the one above a footer, which closes the columns. */
  rule(position: 'top' | 'middle' | 'foot' | 'bottom' | 'footBottom'): string {
    const [left, across, right] = this.#style[position];
    return `${left}${this.#widths.map((width) => this.#style.line.repeat(width + 2)).join(across)}${right}\n`;
  }

  /** Lines of the footer, left to right in one line where they fit. */
  footer(parts: readonly string[]): string {
    const inner = this.width - 4;
    const together = parts.join('  ');
    const lines = displayWidth(together) <= inner ? [together] : parts;
    const side = this.#style.side;
    const drawn = lines.map((line) => {
      const fitting = cutText(line, inner);
      return `${side} ${this.#grey(pad(fitting, displayWidth(fitting), inner, 'left'))} ${side}\n`;
    });
    return this.rule('foot') + drawn.join('') + this.rule('footBottom');
  }

  #row(texts: readonly string[], align: Align, paint: (text: string) => string): string {
    return this.#join(
      texts.map((text, index) => {
        const fitting = cutText(text, this.#widths[index]!);
        return paint(pad(fitting, displayWidth(fitting), this.#widths[index]!, align));
      }),
    );
  }

  #join(texts: readonly string[]): string {
    const { side } = this.#style;
    return `${side} ${texts.join(` ${side} `)} ${side}\n`;
  }

  #pick<T>(values: readonly T[]): T[] {
    return this.#fitted.shown.map((column) => values[column]!);
  }

  #withGap<T>(values: readonly T[], gap: T): T[] {
    const { gapAt } = this.#fitted;
    return gapAt === undefined ? [...values] : values.toSpliced(gapAt, 0, gap);
  }

  #paint(text: string, code: string): string {
    return this.#color ? `\x1b[${code}m${text}\x1b[0m` : text;
  }

  readonly #grey = (text: string): string => this.#paint(text, '90');
}

export interface BoxCell {
  /** Harmless and one line long. */
  readonly text: string;
  readonly width: number;
  /** Drawn in another style, so that NULL and the text 'NULL' differ. */
  readonly isNull: boolean;
}

export type Align = 'left' | 'right' | 'center';

/** Left end, crossing and right end of each border. */
export interface BoxStyle {
  readonly line: string;
  readonly side: string;
  readonly dot: string;
  readonly top: Corners;
  readonly middle: Corners;
  readonly bottom: Corners;
  readonly foot: Corners;
  readonly footBottom: Corners;
}

type Corners = readonly [left: string, across: string, right: string];

/** Box drawing characters; goes with a row of types. */
export const BOX_STYLE: BoxStyle = {
  line: '─',
  side: '│',
  dot: '·',
  top: ['┌', '┬', '┐'],
  middle: ['├', '┼', '┤'],
  bottom: ['└', '┴', '┘'],
  foot: ['├', '┴', '┤'],
  footBottom: ['└', '─', '┘'],
};

/** Characters that every terminal and every mail has. */
export const ASCII_STYLE: BoxStyle = {
  line: '-',
  side: '|',
  dot: '.',
  top: ['+', '+', '+'],
  middle: ['+', '+', '+'],
  bottom: ['+', '+', '+'],
  foot: ['+', '+', '+'],
  footBottom: ['+', '-', '+'],
};

/** Cuts nothing: a text wider than `width` overflows, and the reader sees all of it. */
function pad(text: string, textWidth: number, width: number, align: Align): string {
  const room = width - textWidth;
  if (room <= 0) return text;
  if (align === 'left') return text + ' '.repeat(room);
  if (align === 'right') return ' '.repeat(room) + text;
  const left = room >> 1;
  return ' '.repeat(left) + text + ' '.repeat(room - left);
}
