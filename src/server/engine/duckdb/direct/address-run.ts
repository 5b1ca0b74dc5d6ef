/** Tells where a statement is that has run, for other threads. */
import duckdb, { type PreparedStatement, type Result } from '@duckdb/node-bindings';
import type { ColumnPlan } from '../convert/column-plan.js';
import type { SessionCore } from '../session-core.js';
import { isPlainType } from '../type-map.js';
import type { AddressedColumn, AddressedRun } from './addressed-run.js';

/** What is prepared. */
export interface Planned {
  readonly statement: PreparedStatement;
  /** Of the data that it is planned for; undefined where DuckDB plans it anew each time. */
  readonly dataVersion: number | undefined;
}

/** Undefined where it cannot be reached, or is no business of another thread. */
export function addressRun(
  core: SessionCore,
  result: Result,
  plans: readonly ColumnPlan[],
  again: Planned | 'text' | undefined,
): AddressedRun | undefined {
  const { isAtRest, connectionAddress: connection } = core;
  if (!isAtRest || connection === undefined || plans.length > COLUMNS_MAX) return undefined;
  if (!plans.every(({ type }) => isPlainType(type) || type === duckdb.Type.DECIMAL)) return undefined;
  const columns = plans.map((plan, index) => addressColumn(result, plan, index));
  if (again === 'text') return { connection, planned: undefined, columns };
  const statement = again && core.memory?.calls?.addressOf(again.statement);
  if (again === undefined || statement === undefined) return undefined;
  return { connection, planned: { statement, dataVersion: again.dataVersion }, columns };
}

function addressColumn(result: Result, plan: ColumnPlan, index: number): AddressedColumn {
  const name = duckdb.column_name(result, index);
  if (plan.type !== duckdb.Type.DECIMAL) return { name, plan, decimal: undefined };
  const type = duckdb.column_logical_type(result, index);
  return { name, plan, decimal: { width: duckdb.decimal_width(type), scale: duckdb.decimal_scale(type) } };
}

/** All of them change threads. */
const COLUMNS_MAX = 64;
