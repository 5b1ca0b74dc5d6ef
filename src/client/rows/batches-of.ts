/** Rows of JavaScript values as Arrow batches. */
import { decodeRecordBatch } from '../../flight/ipc/record-batch.js';
import type { ArrowSchema } from '../../flight/ipc/types.js';
import type { ReceivedBatch } from '../result/result.js';
import { buildRows } from './build-rows.js';

/**
 * Packs rows, objects by column name or arrays in the order of the columns, into batches of `schema`; parameter.ts says
 * which values a type takes. Nothing is read from `rows` before a batch is asked for.
 * @param options.batchRows rows a batch; 8,192 by default
 * @throws GizmoError INVALID_ARGUMENT, while iterating, naming row and column of a value that does not fit
 */
export function batchesOf(
  schema: ArrowSchema,
  rows: Iterable<RowInput> | AsyncIterable<RowInput>,
  options: { readonly batchRows?: number } = {},
): BatchSource {
  const { batchRows = BATCH_ROWS } = options;
  return {
    schema,
    async *[Symbol.asyncIterator]() {
      let pending: (readonly unknown[])[] = [];
      let firstRow = 1;
      for await (const row of rows) {
        if (pending.push(toValues(schema, row)) < batchRows) continue;
        yield toBatch(schema, pending, firstRow);
        firstRow += pending.length;
        pending = [];
      }
      if (pending.length > 0) yield toBatch(schema, pending, firstRow);
    },
  };
}

export type RowInput = readonly unknown[] | { readonly [name: string]: unknown };

/** Batches, and what they have in common even where there is none. */
export interface BatchSource extends AsyncIterable<ReceivedBatch> {
  readonly schema: ArrowSchema;
}

/** A message of some hundred KiB for rows as they are. */
const BATCH_ROWS = 8192;

function toValues(schema: ArrowSchema, row: RowInput): readonly unknown[] {
  if (Array.isArray(row)) return row;
  const members = new Map<string, unknown>(Object.entries(row));
  return schema.fields.map(({ name }) => members.get(name));
}

function toBatch(
  schema: ArrowSchema,
  rows: readonly (readonly unknown[])[],
  firstRow: number,
): ReceivedBatch {
  const message = buildRows(schema, rows, { value: 'Column', firstRow });
  return { message, ...decodeRecordBatch(schema, message) };
}
