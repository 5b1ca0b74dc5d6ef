/** The result of EXPLAIN, whose values are drawings of many lines: shown as they are, not as cells of a table. */
import { isValid } from '../../flight/ipc/column.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import { createFormatter } from './cell.js';
import { escapeControls } from './display-text.js';
import type { Renderer, TextSink } from './renderer.js';

/** Renders a plan by its lines and any other result by `table`. */
export function orPlan(sink: TextSink, table: Renderer): Renderer {
  let renderer = table;
  return {
    begin(schema) {
      if (isPlan(schema)) renderer = createPlanRenderer(sink);
      return renderer.begin(schema);
    },
    batch: (batch) => renderer.batch(batch),
    end: () => renderer.end(),
  };
}

function isPlan({ fields }: ArrowSchema): boolean {
  return fields.map(({ name }) => name).join() === 'explain_key,explain_value';
}

function createPlanRenderer(sink: TextSink): Renderer {
  return {
    begin() {},
    async batch({ columns, length }) {
      const plan = columns[1]!;
      const format = createFormatter(plan);
      for (let row = 0; row < length; row++) {
        if (!isValid(plan, row)) continue;
        const lines = format(row).trimEnd().split('\n');
        await sink.write(lines.map((line) => `${escapeControls(line)}\n`).join(''));
      }
    },
    end() {},
  };
}
