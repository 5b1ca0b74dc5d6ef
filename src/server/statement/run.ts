/** Step 5: execution. Takes only what was authorized, and tells the record how it ended, whatever happens. */
import type { ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import { abortReason } from '../../flight/signal.js';
import type { ExecuteOptions } from '../engine/engine.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import type { AuthorizedStatement } from './statement.js';
import { createTimeLimit } from './time-limit.js';

/** A result being read. Whoever holds it reads it to the end or closes it. */
export interface RunningResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

export async function run(
  life: Life,
  statement: AuthorizedStatement,
  signal: AbortSignal,
  parameters?: ExecuteOptions['parameters'],
): Promise<RunningResult> {
  const limit = createTimeLimit(signal, life.queryTimeoutMs, life.nowMs);
  const record = startRecord(life, statement);
  const fail = (error: unknown): never => {
    limit.dispose();
    // "Interrupted" is true and helps nobody: what interrupted it is the reason.
    const reason = limit.signal.aborted ? abortReason(limit.signal) : error;
    record.failed(reason);
    throw reason;
  };
  // Of a restricted principal: what was inspected and what runs are in one transaction, which ends with it.
  const scoped = statement.facts === undefined ? undefined : statement.session.engine;
  const result = await limit
    .count(async () => {
      const { engine, session } = statement;
      const serverTables = await life.tables.rows(engine.serverTables, { session, signal: limit.signal });
      return engine.execute({
        signal: limit.signal,
        ...(parameters && { parameters }),
        ...(serverTables && { serverTables }),
      });
    })
    .catch(async (error: unknown) => {
      await scoped?.endScope('rollback');
      return fail(error);
    });
  let rows = 0;
  let over = false;
  const finish = () => {
    if (over) return;
    over = true;
    limit.dispose();
    record.succeeded(result.changes ?? rows);
  };
  if (result.changes !== undefined) rows = result.changes;

  return {
    schema: result.schema,
    schemaMessage: result.schemaMessage,
    changes: result.changes,
    async next() {
      const batch = await limit
        .count(async () => {
          const next = await result.next();
          if (next === undefined && !over && !limit.signal.aborted) await scoped?.endScope('commit');
          return next;
        })
        .catch((error: unknown) => {
          // Closed meanwhile, and recorded as that.
          if (over) throw error;
          over = true;
          return fail(error);
        });
      if (batch === undefined && limit.signal.aborted && !over) {
        over = true;
        return fail(abortReason(limit.signal));
      }
      if (batch === undefined) finish();
      else rows += batch.rows;
      return batch;
    },
    async close() {
      if (!over) {
        over = true;
        if (limit.signal.aborted) record.failed(abortReason(limit.signal));
        else record.abandoned(rows);
        limit.dispose();
      }
      await result.close().finally(() => scoped?.endScope('rollback'));
    },
  };
}

/** `result`, with something to do once it is closed. */
export function endingWith(result: RunningResult, onClosed: () => Promise<void>): RunningResult {
  let closing: Promise<void> | undefined;
  return {
    schema: result.schema,
    schemaMessage: result.schemaMessage,
    changes: result.changes,
    next: () => result.next(),
    close() {
      closing ??= result.close().finally(onClosed);
      return closing;
    },
  };
}
