/** One `name = value` a line, rows apart by a blank line: for rows too wide for a table. */
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { createFormatter } from './cell.js';
import { nullTest } from './cells/nested-slots.js';
import { displayWidth, escapeControls } from './display-text.js';
import type { Renderer, RenderOptions, TextSink } from './renderer.js';
import { RowStream } from './row-stream.js';

/** Control characters are escaped on a terminal only, where they could do harm. */
export function createLineRenderer(sink: TextSink, options: RenderOptions): Renderer {
  const { terminal, nullText = 'NULL' } = options;
  const stream = new RowStream(sink);
  const show = terminal === undefined ? (text: string) => text : escapeControls;
  const nullShown = terminal?.color === true ? `\u001b[90m${nullText}\u001b[0m` : nullText;
  let names: readonly string[] = [];
  let isFirst = true;
  return {
    begin(schema: ArrowSchema) {
      const shown = schema.fields.map(({ name }) => show(name));
      const width = Math.max(0, ...shown.map(displayWidth));
      names = shown.map((name) => `${' '.repeat(width - displayWidth(name))}${name} = `);
    },
    async batch(batch: ReceivedBatch) {
      const cells = batch.columns.map((column) => ({
        isNull: nullTest(column),
        format: createFormatter(column),
      }));
      await stream.rows(batch, (row) => {
        if (!isFirst) stream.out.byte(0x0a);
        isFirst = false;
        for (const [i, { isNull, format }] of cells.entries())
          stream.out.text(`${names[i]}${isNull(row) ? nullShown : show(format(row))}\n`);
      });
      await stream.flush();
    },
    end: () => stream.flush(),
  };
}
