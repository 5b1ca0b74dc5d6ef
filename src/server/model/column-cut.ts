/** What column grants leave of a table or view to one principal; plain data, also to a worker. */
import type { ObjectName } from './plan-facts.js';

export interface ColumnCut extends ObjectName {
  /** The only columns that may be read, as the grants spell them; the object need not have all of them. */
  readonly columns: readonly string[];
  /** Whether all of its columns may be known, through a grant of another kind on the whole of it. */
  readonly isKnown: boolean;
}
