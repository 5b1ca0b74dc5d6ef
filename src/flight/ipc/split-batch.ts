/** Cuts decoded batches of any size and layout into messages that keep to a limit. */
import { GizmoError } from '../../errors.js';
import { type Column, columnBytes, type RecordBatch } from './column.js';
import { RowWriter } from './row-writer.js';
import type { EncodedBatch } from './types.js';

/**
 * Encodes all rows of `batch`, in order, in batches of the schema `plainSchema(batch.schema)`. A single row that is
 * larger than `bytesMax` goes alone; RESOURCE_EXHAUSTED if it is larger than `rowBytesMax`. A batch without rows gives none.
 */
export function* splitBatch(batch: RecordBatch, limits: SplitLimits): Generator<EncodedBatch> {
  const { rowsMax, bytesMax, rowBytesMax = ROW_BYTES_MAX } = limits;
  let step = Math.max(1, Math.min(rowsMax, Math.floor(bytesMax / averageRowBytes(batch))));
  for (let start = 0; start < batch.length; ) {
    const rows = Math.min(step, batch.length - start);
    const encoded = encodeRows(batch.columns, start, rows, rows === 1 ? rowBytesMax : bytesMax);
    if (encoded !== undefined) {
      yield encoded;
      start += rows;
      step = Math.min(rowsMax, 2 * rows);
    } else if (rows > 1) {
      step = rows >> 1;
    } else {
      throw new GizmoError(
        'RESOURCE_EXHAUSTED',
        `Row ${start + 1} of a batch takes more than ${rowBytesMax} bytes.`,
      );
    }
  }
}

export interface SplitLimits {
  readonly rowsMax: number;
  /** Of a body. */
  readonly bytesMax: number;
  /** Default: 256 MiB. */
  readonly rowBytesMax?: number;
}

/** A few bytes of views or dictionary indices can stand for far more. */
const ROW_BYTES_MAX = 256 * 1024 * 1024;

/** Undefined where the rows take more than `bytesMax`. */
function encodeRows(
  columns: readonly Column[],
  start: number,
  rows: number,
  bytesMax: number,
): EncodedBatch | undefined {
  const writer = new RowWriter(bytesMax);
  const selected = Int32Array.from({ length: rows }, (_, i) => start + i);
  return columns.every((column) => writer.write(column, selected)) ? writer.finish(rows) : undefined;
}

function averageRowBytes(batch: RecordBatch): number {
  const bytes = batch.columns.reduce((sum, column) => sum + columnBytes(column), 0);
  return Math.max(1, bytes / Math.max(1, batch.length));
}
