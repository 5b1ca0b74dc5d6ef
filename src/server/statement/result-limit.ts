/** How large a result may become. One that is larger fails: it is never cut, for nobody could tell it from a whole one. */
import { GizmoError } from '../../errors.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import type { Life } from './life-context.js';
import type { AuthorizedStatement } from './statement.js';
import type { Task } from './tasks.js';

export interface ResultLimit {
  /** Counts a batch that is about to be sent. Throws RESOURCE_EXHAUSTED where it is too much. */
  count(batch: EncodedBatch): void;
}

/** Bounds queries only: of what changes something the change is done, and a failure would say that it is not. */
export function createResultLimit(
  { settings }: Pick<Life, 'settings'>,
  { engine, door }: AuthorizedStatement,
  task: Task,
): ResultLimit {
  const bounded = engine.readOnly && door !== 'metadata' && door !== 'session-option';
  const rowsMax = bounded ? settings.number('max_result_rows') : 0;
  const bytesMax = bounded ? settings.number('max_result_size') : 0;
  let bytes = 0;
  return {
    count({ header, body, rows }) {
      task.rows += rows;
      bytes += header.byteLength + body.byteLength;
      if (rowsMax > 0 && task.rows > rowsMax) throw tooLarge(`${rowsMax} rows (--max-result-rows)`);
      if (bytesMax > 0 && bytes > bytesMax) throw tooLarge(`${bytesMax} bytes (--max-result-size)`);
    },
  };
}

function tooLarge(limit: string): GizmoError {
  return new GizmoError(
    'RESOURCE_EXHAUSTED',
    `The result has more than ${limit}. Narrow the query, or read it in parts with LIMIT and OFFSET.`,
  );
}
