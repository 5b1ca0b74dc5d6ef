/** A query and the fetch of its result in one: planned once, run in the same turn, and no ticket in between. */
import type { BatchStores } from './batch-store.js';
import { replay } from './completed-result.js';
import { givingWay } from './give-way.js';
import { holdingParameters } from './held-parameters.js';
import { openStatement } from './life.js';
import type { Life } from './life-context.js';
import { executeRows } from './parameter-rows.js';
import { endingWith, type RunningResult } from './run.js';
import { runToEnd } from './run-to-end.js';
import type { ParameterRows, PlannedStatement, Returns, StatementRequest } from './statement.js';
import type { PreparedStatement } from './ticket.js';
import { enterTransaction, type TransactionUse } from './transactions.js';

/** A statement's result in the hands of who asked for it. */
export interface QueryAnswer {
  readonly returns: Returns;
  /** Rows changed, where the statement has run already. */
  readonly changes: number | undefined;
  /** Close it when read or given up. */
  readonly result: RunningResult;
}

/** The result of a query holds the session's turn until it is closed or the turn is wanted; others have run. */
export async function queryNow(
  life: Life,
  stores: BatchStores,
  request: StatementRequest,
): Promise<QueryAnswer> {
  return await inTurn(life, request, async (release) => {
    const statement = await openStatement(life, request, 'once');
    const free = () => statement.engine.close();
    return await answer({ life, stores, statement, parameters: undefined, free, release }, request.signal);
  });
}

/** The same of what was prepared, which stays open. */
export async function queryPreparedNow(
  life: Life,
  stores: BatchStores,
  { session, sql, statement }: PreparedStatement,
  parameters: ParameterRows | undefined,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  if (statement === undefined)
    return await queryNow(life, stores, { session, sql, door: 'prepared-query', signal });
  life.rate.take(session);
  return await holdingParameters(life, session, parameters, () =>
    inTurn(life, { session, signal, sql }, (release) =>
      answer({ life, stores, statement, parameters, free: async () => {}, release }, signal),
    ),
  );
}

/** Takes the session's turn for `work`, which gives it back unless it fails. */
async function inTurn<T>(
  life: Life,
  use: TransactionUse,
  work: (release: () => void) => Promise<T>,
): Promise<T> {
  const release = await use.session.queue.acquire(use.signal);
  try {
    await enterTransaction(life, use);
    return await work(release);
  } catch (error) {
    release();
    throw error;
  }
}

interface Running {
  readonly life: Life;
  readonly stores: BatchStores;
  readonly statement: PlannedStatement;
  readonly parameters: ParameterRows | undefined;
  /** Lets the statement go. */
  readonly free: () => Promise<void>;
  /** Gives the turn back. */
  readonly release: () => void;
}

async function answer(
  { life, stores, statement, parameters, free, release }: Running,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const { returns, readOnly, parts } = statement.engine;
  try {
    if (readOnly && parts === 1) {
      const result = await executeRows(life, statement, signal, parameters);
      const holding = endingWith(result, () => free().finally(release));
      const { queue } = statement.session;
      return { returns, changes: undefined, result: givingWay(holding, queue, stores, signal) };
    }
    const completed = await runToEnd(life, statement, signal, parameters);
    await free();
    release();
    return { returns, changes: completed.changes, result: replay(completed) };
  } catch (error) {
    await free();
    throw error;
  }
}
