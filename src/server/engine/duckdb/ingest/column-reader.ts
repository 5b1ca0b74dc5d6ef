/** What everything that carries Arrow values into DuckDB vectors does. */
import type { Vector } from '@duckdb/node-bindings';
import type { Column } from '../../../../flight/ipc/column.js';

/** Fills vectors from one column at a time. */
export interface ColumnReader {
  /** False where it can fill one row at a time only. */
  readonly takesRanges: boolean;
  load(column: Column): void;
  /**
   * Writes rows [start, start + count) of the loaded column to the front of the vector. Bit `i` of `mask` is 0
   * where row `start + i` is to be null whatever the column says.
   */
  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void;
}
