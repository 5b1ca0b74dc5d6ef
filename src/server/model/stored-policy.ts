/** Row policies as they are kept: which rows of a table whoever they are for may read. */
import type { ObjectName } from './plan-facts.js';
import type { Grantee } from './stored-grant.js';

export interface StoredPolicy {
  /** Unique on its table, letter case ignored. */
  readonly name: string;
  readonly table: ObjectName;
  readonly grantees: readonly Grantee[];
  /** An SQL condition on the table's columns. */
  readonly condition: string;
  /** Who made it. */
  readonly author: string;
  readonly sinceMs: number;
}

/** What is known of policies, for whoever decides. */
export interface Policies {
  /** Another number after each change. */
  readonly version: number;
  /** All of them, in the order in which they were made. */
  list(): readonly StoredPolicy[];
}
