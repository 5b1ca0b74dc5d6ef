/**
 * A query whose parameters have values: what it returns may depend on their types (`coalesce(i, ?)`), so it is run
 * when it is described, and its result waits for the fetch. It gives way to whatever the session does meanwhile.
 */
import { linkSignals } from '../../flight/signal.js';
import type { BatchStores } from './batch-store.js';
import { givingWay } from './give-way.js';
import type { Life } from './life-context.js';
import { executeRows } from './parameter-rows.js';
import { endingWith, type RunningResult } from './run.js';
import type { ParameterRows, PlannedStatement } from './statement.js';
import { enterTransaction } from './transactions.js';

/** A result that nobody has begun to read. Whoever takes it closes it. */
export interface OpenedAhead {
  readonly result: RunningResult;
  /** Stops it as a signal would. */
  abort(reason: unknown): void;
}

/** @param signal the describing call's: it ends only the wait, not the result. The session ends both. */
export async function openAhead(
  life: Life,
  stores: BatchStores,
  statement: PlannedStatement,
  parameters: ParameterRows,
  signal: AbortSignal,
): Promise<OpenedAhead> {
  const { session } = statement;
  const own = new AbortController();
  const linked = linkSignals([own.signal, session.signal]);
  const release = await session.queue.acquire(signal);
  const stop = () => own.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await enterTransaction(life, { session, signal: linked.signal });
    const result = await executeRows(life, statement, linked.signal, parameters);
    const holding = endingWith(result, async () => release());
    const yielding = givingWay(holding, session.queue, stores, linked.signal);
    return {
      result: endingWith(yielding, async () => linked.dispose()),
      abort: (reason) => own.abort(reason),
    };
  } catch (error) {
    linked.dispose();
    release();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
