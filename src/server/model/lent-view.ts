/**
 * A view or macro that an administrator has made: whoever may read it reads what it reads, without rights of
 * their own on that. Its body is the one it had then, with every name in full.
 */
import type { ObjectName } from './plan-facts.js';

export interface LentView extends ObjectName {
  /** A macro stands for a table, a scalar macro for a value. */
  readonly kind: 'view' | 'macro' | 'scalar macro';
  /** As the database has it; where that is another text now, it is not lent any more. */
  readonly definition: string;
  /** A query in which nothing depends on who asks, but for the identity functions; of a scalar macro with one column. */
  readonly body: string;
  /** Of a macro, in order. */
  readonly parameters: readonly string[];
  /** Tables, views and macros in the body. */
  readonly reads: readonly ObjectName[];
  /** Functions, operators and types that it names, folded: nothing of these names may stand before DuckDB's own. */
  readonly calls: readonly string[];
}

/** What a view is lent with, or why it cannot be. */
export type Closed = { readonly view: LentView } | { readonly reason: string };

/** Who lends it, and since when. */
export interface StoredLentView extends LentView {
  readonly owner: string;
  /** Since the epoch. */
  readonly sinceMs: number;
}

/** What is lent, to be read. */
export interface LentViews {
  list(): readonly StoredLentView[];
  /** Another number whenever it is something else that is lent. */
  readonly version: number;
}

/** Begins why a statement has no owner's rights, where whoever has written it may hear it. */
export const NOT_HERE = "Not with the owner's rights here:";

/** Begins what is said of a call that cannot have the owner's rights. */
export const NOT_CALLED = "A macro that reads with its owner's rights cannot be called in this way:";
