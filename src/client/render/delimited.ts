/**
 * Rows of cells with a separator in between:
 * - csv as in RFC 4180 with `\n` line ends; NULL is nothing and an empty text is `""`, so that both come back;
 * - tsv as PostgreSQL's COPY and ClickHouse write it: `\t`, `\n`, `\r` and `\` escaped, NULL is `\N`;
 * - list, psql's unaligned format: `|` in between and nothing escaped, NULL is nothing.
 */
import type { Column } from '../../flight/ipc/column.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { createCellWriter } from './cell.js';
import type { ByteBuffer, CellWriter } from './cells/byte-buffer.js';
import { nullTest } from './cells/nested-slots.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { RowStream } from './row-stream.js';

export function createCsvRenderer(sink: TextSink, options: RenderOptions): Renderer {
  const nullText = options.nullText ?? '';
  const protect = (out: ByteBuffer, start: number): void => quoteCsv(out, start, nullText);
  return new DelimitedRenderer(sink, options, { separator: 0x2c, nullText, protect });
}

/** tsv, as this file says. */
export function createTsvRenderer(sink: TextSink, options: RenderOptions): Renderer {
  const nullText = options.nullText ?? '\\N';
  return new DelimitedRenderer(sink, options, { separator: 0x09, nullText, protect: escapeTsv });
}

/** list, as this file says. */
export function createListRenderer(sink: TextSink, options: RenderOptions): Renderer {
  const nullText = options.nullText ?? '';
  return new DelimitedRenderer(sink, options, { separator: 0x7c, nullText, protect: undefined });
}

interface Dialect {
  readonly separator: number;
  readonly nullText: string;
  /** Quotes or escapes the cell that begins at byte `start` and ends where the buffer does. */
  readonly protect: ((out: ByteBuffer, start: number) => void) | undefined;
}

class DelimitedRenderer implements Renderer {
  readonly #stream: RowStream;
  readonly #options: RenderOptions;
  readonly #dialect: Dialect;

  constructor(sink: TextSink, options: RenderOptions, dialect: Dialect) {
    this.#stream = new RowStream(sink);
    this.#options = options;
    this.#dialect = dialect;
  }

  begin(schema: ArrowSchema): void {
    if (this.#options.header === false || schema.fields.length === 0) return;
    const { out } = this.#stream;
    for (const [i, { name }] of schema.fields.entries()) {
      if (i > 0) out.byte(this.#dialect.separator);
      const start = out.length;
      out.text(name);
      this.#dialect.protect?.(out, start);
    }
    out.byte(NEWLINE);
  }

  async batch(batch: ReceivedBatch): Promise<void> {
    const cells = batch.columns.map((column) => this.#cellWriter(column));
    const { out } = this.#stream;
    const { separator } = this.#dialect;
    const last = cells.length - 1;
    await this.#stream.rows(batch, (row) => {
      for (let i = 0; i <= last; i++) {
        cells[i]!(out, row);
        out.byte(i === last ? NEWLINE : separator);
      }
    });
    await this.#stream.flush();
  }

  end(): Promise<void> {
    return this.#stream.flush();
  }

  #cellWriter(column: Column): CellWriter {
    const write = createCellWriter(column);
    const isNull = nullTest(column);
    const { nullText, protect } = this.#dialect;
    if (protect === undefined || NEVER_SPECIAL.has(column.field.type.kind))
      return (out, row) => (isNull(row) ? out.text(nullText) : write(out, row));
    return (out, row) => {
      if (isNull(row)) {
        out.text(nullText);
        return;
      }
      const start = out.length;
      write(out, row);
      protect(out, start);
    };
  }
}

const NEWLINE = 0x0a;
const QUOTE = 0x22;

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

function quoteCsv(out: ByteBuffer, start: number, nullText: string): void {
  const { bytes, length } = out;
  let special = start === length;
  let quotes = 0;
  for (let i = start; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) quotes++;
    else if (byte === 0x2c || byte === NEWLINE || byte === 0x0d) special = true;
  }
  const isLikeNull = nullText.length === length - start && nullText !== '' && out.toText(start) === nullText;
  if (!special && quotes === 0 && !isLikeNull) return;
  out.reserve(quotes + 2);
  const target = out.bytes;
  let to = length + quotes + 1;
  target[to--] = QUOTE;
  for (let from = length - 1; from >= start; from--) {
    const byte = target[from]!;
    target[to--] = byte;
    if (byte === QUOTE) target[to--] = QUOTE;
  }
  target[to] = QUOTE;
  out.length = length + quotes + 2;
}

function escapeTsv(out: ByteBuffer, start: number): void {
  for (let i = start; i < out.length; i++) {
    if (!TSV_ESCAPES.has(out.bytes[i]!)) continue;
    const text = out
      .toText(start)
      .replace(/[\t\n\r\\]/g, (char) => TSV_ESCAPES.get(char.charCodeAt(0)) ?? char);
    out.length = start;
    out.text(text);
    return;
  }
}

const TSV_ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);
