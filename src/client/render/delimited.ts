/**
 * Rows of cells with a separator in between:
 * - csv as in RFC 4180 with `\n` line ends; NULL is nothing and an empty text is `""`, so that both come back;
 * - tsv as PostgreSQL's COPY and ClickHouse write it: `\t`, `\n`, `\r` and `\` escaped, NULL is `\N`;
 * - list, psql's unaligned format: `|` in between and nothing escaped, NULL is nothing.
 */
import type { Column } from '../../flight/ipc/column.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { BLOCK_ROWS, CellBlock, type FillCells, fillByCell } from './blocks/cell-block.js';
import { joinBlocks } from './blocks/join-blocks.js';
import { numberFill } from './blocks/number-cells.js';
import { textFill } from './blocks/text-cells.js';
import { csvDialect, type Dialect, listDialect, tsvDialect } from './dialect.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { RowStream } from './row-stream.js';

export function createCsvRenderer(sink: TextSink, options: RenderOptions): Renderer {
  return new DelimitedRenderer(sink, options, csvDialect(options.nullText));
}

/** tsv, as this file says. */
export function createTsvRenderer(sink: TextSink, options: RenderOptions): Renderer {
  return new DelimitedRenderer(sink, options, tsvDialect(options.nullText));
}

/** list, as this file says. */
export function createListRenderer(sink: TextSink, options: RenderOptions): Renderer {
  return new DelimitedRenderer(sink, options, listDialect(options.nullText));
}

class DelimitedRenderer implements Renderer {
  readonly #stream: RowStream;
  readonly #options: RenderOptions;
  readonly #dialect: Dialect;
  #blocks: readonly CellBlock[] = [];
  /** How many rows to try next: where they are long, few, or most cells would be made in vain. */
  #pace = BLOCK_ROWS;

  constructor(sink: TextSink, options: RenderOptions, dialect: Dialect) {
    this.#stream = new RowStream(sink);
    this.#options = options;
    this.#dialect = dialect;
  }

  begin(schema: ArrowSchema): void {
    this.#blocks = schema.fields.map(() => new CellBlock(schema.fields.length));
    const { header, continued } = this.#options;
    if (header === false || continued === true || schema.fields.length === 0) return;
    const { out } = this.#stream;
    for (const [i, { name }] of schema.fields.entries()) {
      if (i > 0) out.byte(this.#dialect.separator);
      const start = out.length;
      out.text(name);
      this.#dialect.protection?.protect(out, start);
    }
    out.byte(0x0a);
  }

  async batch({ columns, length }: ReceivedBatch): Promise<void> {
    const fills = columns.map((column) => createFill(column, this.#dialect));
    const blocks = this.#blocks;
    let row = 0;
    while (row < length && fills.length > 0) {
      const wanted = Math.min(length - row, this.#pace);
      let count = wanted;
      // Whichever column does the fewest rows says how many there will be.
      for (const [i, fill] of fills.entries()) count = fill(blocks[i]!, row, count);
      const done = joinBlocks(this.#stream.out, blocks, count, this.#dialect.separator);
      this.#pace = done < wanted ? done : Math.min(BLOCK_ROWS, 2 * this.#pace);
      row += done;
      await this.#stream.flushIfLarge();
    }
    await this.#stream.flush();
  }

  end(): Promise<void> {
    return this.#stream.flush();
  }
}

function createFill(column: Column, dialect: Dialect): FillCells {
  const isPlain = column.dictionary === undefined && NEVER_SPECIAL.has(column.field.type.kind);
  return numberFill(column, dialect) ?? textFill(column, dialect) ?? fillByCell(column, dialect, isPlain);
}

/** Types whose text needs neither quotes nor escapes. */
const NEVER_SPECIAL: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'float',
  'decimal',
  'date',
  'time',
  'timestamp',
  'interval',
  'duration',
]);
