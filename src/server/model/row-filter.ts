/** What row policies leave of a table to one principal; plain data, also to a worker. */
import type { ObjectName } from './plan-facts.js';

export interface RowFilter extends ObjectName {
  /** SQL conditions on the table's columns: rows for which one of them holds may be read. None: no row. */
  readonly conditions: readonly string[];
  /** The names of the policies that these are of. */
  readonly policies: readonly string[];
  /** The only columns that may be read; absent: all. */
  readonly columns?: readonly string[];
}
