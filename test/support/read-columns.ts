import type { RecordBatch } from '../../src/flight/ipc/column.js';
import { valueReader } from '../../src/flight/ipc/value.js';

/** All values of a batch, column by column, as `readValue` gives them. */
export function readColumns(batch: RecordBatch): unknown[][] {
  return batch.columns.map((column) => {
    const read = valueReader(column);
    return Array.from({ length: column.length }, (_, row) => read(row));
  });
}
