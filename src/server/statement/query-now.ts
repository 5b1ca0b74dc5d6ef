/** A query and the fetch of its result in one: planned once, run in the same turn, and no ticket in between. */
import type { BatchStores } from './batch-store.js';
import { replay } from './completed-result.js';
import { givingWay } from './give-way.js';
import { openStatement } from './life.js';
import type { Life } from './life-context.js';
import { executeRows } from './parameter-rows.js';
import { endingWith, type RunningResult } from './run.js';
import { runToEnd } from './run-to-end.js';
import type { Returns, StatementRequest } from './statement.js';
import { enterTransaction } from './transactions.js';

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
  const { session, signal } = request;
  const release = await session.queue.acquire(signal);
  try {
    await enterTransaction(life, request);
    const statement = await openStatement(life, request);
    const { returns, readOnly, parts } = statement.engine;
    const free = () => statement.engine.close().finally(release);
    try {
      if (readOnly && parts === 1) {
        const holding = endingWith(await executeRows(life, statement, signal, undefined), free);
        const result = givingWay(holding, session.queue, stores, signal);
        return { returns, changes: undefined, result };
      }
      const completed = await runToEnd(life, statement, signal, undefined);
      await free();
      return { returns, changes: completed.changes, result: replay(completed) };
    } catch (error) {
      await statement.engine.close();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}
