/**
 * What it takes to run a small statement again from another thread of the process, as plain data: where things are that the
 * bindings hold in the engine's thread, and what comes back. Whoever runs it answers for it that the session is at rest, that
 * no transaction is open, and that every name still means what it meant.
 */
import type { ColumnPlan } from '../convert/column-plan.js';

export interface AddressedRun {
  /** Of the `duckdb_connection`. */
  readonly connection: number;
  /**
   * The `duckdb_prepared_statement`, and the data that it is planned for, where DuckDB does not plan it anew each time by
   * itself; undefined: the text itself is run.
   */
  readonly planned: { readonly statement: number; readonly dataVersion: number | undefined } | undefined;
  /** None of what answers the number of rows that it has changed. */
  readonly columns: readonly AddressedColumn[];
}

/** Of a type that its number says all about, or a DECIMAL: whoever runs it finds out whether it is still the same. */
export interface AddressedColumn {
  readonly name: string;
  readonly plan: ColumnPlan;
  readonly decimal: DecimalShape | undefined;
}

export interface DecimalShape {
  readonly width: number;
  readonly scale: number;
}
