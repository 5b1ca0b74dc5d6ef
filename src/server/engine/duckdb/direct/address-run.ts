/** Tells where a statement is that has run, for other threads. */
import duckdb, { type PreparedStatement, type Result } from '@duckdb/node-bindings';
import type { ColumnPlan } from '../convert/column-plan.js';
import type { SessionCore } from '../session-core.js';
import type { AddressedRun } from './addressed-run.js';

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
  if (!isAtRest || connection === undefined || weigh(plans) > WEIGHT_MAX) return undefined;
  const columns = plans.map((plan, index) => ({ name: duckdb.column_name(result, index), plan }));
  if (again === 'text') return { connection, planned: undefined, columns };
  const statement = again && core.memory?.calls?.addressOf(again.statement);
  if (again === undefined || statement === undefined) return undefined;
  return { connection, planned: { statement, dataVersion: again.dataVersion }, columns };
}

/** Columns and what is in them, and the labels of enums: all of it changes threads. */
function weigh(plans: readonly ColumnPlan[]): number {
  const one = ({ values = [], children = [] }: ColumnPlan) => 1 + values.length + weigh(children);
  return plans.reduce((sum, plan) => sum + one(plan), 0);
}

const WEIGHT_MAX = 64;
