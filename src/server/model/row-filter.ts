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

/** Why nothing of the table can be read, in the same words. */
export const BROKEN = 'a policy names a column that the table does not have any more, or not with that type';

/** Why nothing is filtered in a statement that opens files, as the end of the same sentence. */
export const BESIDE_FILES = 'the statement opens files as well';

/** Why nothing is in one that reads with owners' rights. */
export const BESIDE_LENT = "the statement reads a view or macro with its owner's rights as well";

/** Ends why a function is none that may stand beside what is filtered. */
export const SHOWN = ' would show the policies';

/** Why EXPLAIN of what is filtered is none, as the end of "It cannot be filtered here: ". */
export const EXPLAINED = 'EXPLAIN would show the policies, and by its estimates what is in hidden rows';
