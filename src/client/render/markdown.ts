/** A GitHub-flavoured Markdown table. It is not padded, so that it streams; it renders the same. */
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { createFormatter } from './cell.js';
import { nullTest } from './cells/nested-slots.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { RowStream } from './row-stream.js';
import { isNumeric } from './type-name.js';

export function createMarkdownRenderer(sink: TextSink, options: RenderOptions): Renderer {
  const stream = new RowStream(sink);
  const nullText = escapeCell(options.nullText ?? '');
  const line = (cells: readonly string[]): void => stream.out.text(`| ${cells.join(' | ')} |\n`);
  return {
    begin(schema: ArrowSchema) {
      if (options.header === false || schema.fields.length === 0) return;
      line(schema.fields.map(({ name }) => escapeCell(name)));
      line(schema.fields.map((field) => (isNumeric(field) ? '---:' : '---')));
    },
    async batch(batch: ReceivedBatch) {
      const cells = batch.columns.map((column) => ({
        isNull: nullTest(column),
        format: createFormatter(column),
      }));
      await stream.rows(batch, (row) =>
        line(cells.map(({ isNull, format }) => (isNull(row) ? nullText : escapeCell(format(row))))),
      );
      await stream.flush();
    },
    end: () => stream.flush(),
  };
}

const SPECIAL = /[\\|\r\n]/;

function escapeCell(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/\r\n|\r|\n/g, '<br>');
}
