/**
 * What it takes to run a small statement again from another thread of the process, as plain data: where things are that the
 * bindings hold in the engine's thread, and what comes back. Whoever runs it answers for it that the session is at rest, that
 * no transaction is open, and that every name still means what it meant.
 */
import duckdb, { type PreparedStatement, type Result } from '@duckdb/node-bindings';
import type { ColumnPlan } from '../convert/column-plan.js';
import type { SessionCore } from '../session-core.js';

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

export interface AddressedColumn {
  readonly name: string;
  readonly plan: ColumnPlan;
}

export interface Planned {
  readonly statement: PreparedStatement;
  /** Of the data that it is planned for; undefined where DuckDB plans it anew each time. */
  readonly dataVersion: number | undefined;
}

/** Undefined where it cannot be reached, or is no business of another thread. */
export function addressedRun(
  core: SessionCore,
  result: Result,
  plans: readonly ColumnPlan[],
  again: Planned | 'text' | undefined,
): AddressedRun | undefined {
  const { isAtRest, connectionAddress: connection } = core;
  if (!isAtRest || connection === undefined || plans.length > COLUMNS_MAX) return undefined;
  const columns = plans.map((plan, index) => ({ name: duckdb.column_name(result, index), plan }));
  if (again === 'text') return { connection, planned: undefined, columns };
  const statement = again && core.memory?.calls?.addressOf(again.statement);
  if (again === undefined || statement === undefined) return undefined;
  return { connection, planned: { statement, dataVersion: again.dataVersion }, columns };
}

/** Each is looked at again after every run. */
const COLUMNS_MAX = 64;
