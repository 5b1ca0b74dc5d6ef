/** Rows packed into one Arrow message, with errors that say which row and value it was. */
import { GizmoError } from '../../errors.js';
import { buildBatch } from '../../flight/ipc/build.js';
import type { ArrowSchema, IpcMessage } from '../../flight/ipc/types.js';
import { toColumns } from './parameter.js';

/** How an error names a value and its row. */
export interface Naming {
  readonly value: 'Parameter' | 'Column';
  /** The number of the first row; undefined where there is no other. */
  readonly firstRow: number | undefined;
}

/** @throws GizmoError INVALID_ARGUMENT for a value that its field does not take, with its row and field */
export function buildRows(
  schema: ArrowSchema,
  rows: readonly (readonly unknown[])[],
  { value, firstRow }: Naming,
): IpcMessage {
  const build = (some: readonly (readonly unknown[])[]) => buildBatch(schema, toColumns(schema.fields, some));
  try {
    return build(rows);
  } catch (reason) {
    if (!(reason instanceof GizmoError)) throw reason;
    // What fails is looked for again, row by row: what fits pays nothing for it.
    for (const [index, row] of rows.entries()) {
      const error = errorOf(() => build([row]));
      if (error === undefined) continue;
      const message = error.message.replace(/^Field\b/, value);
      const place = firstRow === undefined ? '' : `Row ${firstRow + index}: `;
      throw new GizmoError(reason.code, place + message, { cause: reason });
    }
    throw reason;
  }
}

/** What `work` throws, with the number of the row before it, where there is one. */
export function inRow<Result>(row: number | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (reason) {
    if (row === undefined || !(reason instanceof GizmoError)) throw reason;
    throw new GizmoError(reason.code, `Row ${row}: ${reason.message}`, { cause: reason.cause });
  }
}

function errorOf(work: () => unknown): Error | undefined {
  try {
    work();
    return undefined;
  } catch (reason) {
    return reason instanceof Error ? reason : new Error(String(reason));
  }
}
