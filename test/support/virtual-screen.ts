/** A terminal small enough to trust: cells, a cursor, and the few sequences that the shell's painter sends. */
import { displayWidth } from '../../src/client/render/display-text.js';

export class VirtualScreen {
  readonly #columns: number;
  readonly #rows: string[][];
  cursor = { row: 0, column: 0 };

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = Array.from({ length: rows }, () => []);
  }

  /** Text of each row without trailing blanks, down to the last row that has any. */
  lines(): string[] {
    const lines = this.#rows.map((row) =>
      Array.from({ length: row.length }, (_, at) => row[at] ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  write(text: string): void {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const part of text.split(/(\x1b\[[?\d;]*[A-Za-z]|\r|\n)/)) {
      const sequence = /^\x1b\[([?\d;]*)([A-Za-z])$/.exec(part);
      if (sequence !== null) this.#control(sequence[2] ?? '', Number(sequence[1] || '1'));
      else if (part === '\r') this.cursor.column = 0;
      else if (part === '\n') this.cursor.row++;
      else for (const { segment } of segmenter.segment(part)) this.#put(segment);
    }
  }

  #put(grapheme: string): void {
    const width = displayWidth(grapheme);
    if (this.cursor.column + width > this.#columns) throw new Error('The painter wrote past the edge.');
    const row = this.#rows[this.cursor.row];
    if (row === undefined) throw new Error('The painter wrote below the screen.');
    row[this.cursor.column] = grapheme;
    for (let cell = 1; cell < width; cell++) row[this.cursor.column + cell] = '';
    this.cursor.column += width;
  }

  #control(final: string, count: number): void {
    const { cursor } = this;
    if (final === 'A') cursor.row -= count;
    else if (final === 'B') cursor.row += count;
    else if (final === 'C') cursor.column += count;
    else if (final === 'J') {
      this.#rows[cursor.row]?.splice(cursor.column);
      for (const row of this.#rows.slice(cursor.row + 1)) row.splice(0);
    } else if (final !== 'h' && final !== 'l' && final !== 'm')
      throw new Error(`Unexpected sequence ${final}.`);
  }
}
