/** Step 5: execution. Takes only what was authorized, and tells the record how it ended, whatever happens. */
import type { ArrowSchema, EncodedBatch } from '../../flight/ipc/types.js';
import { abortReason } from '../../flight/signal.js';
import type { ExecuteOptions } from '../engine/engine.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import { createResultLimit } from './result-limit.js';
import type { AuthorizedStatement } from './statement.js';
import type { Task } from './tasks.js';
import { working } from './working.js';

/** A result being read. Whoever holds it reads it to the end or closes it. */
export interface RunningResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  /** Aborted where the statement is stopped, also while nobody reads. Absent where nothing runs any more. */
  stopped?(): AbortSignal | undefined;
  next(): Promise<EncodedBatch | undefined>;
  close(): Promise<void>;
}

export async function run(
  life: Life,
  statement: AuthorizedStatement,
  task: Task,
  parameters?: ExecuteOptions['parameters'],
): Promise<RunningResult> {
  const { signal } = task;
  const record = startRecord(life, task);
  const fail = (error: unknown): never => {
    task.end();
    // "Interrupted" is true and helps nobody: what interrupted it is the reason.
    const reason = signal.aborted ? abortReason(signal) : error;
    record.failed(reason);
    throw reason;
  };
  // Of a restricted principal: what was inspected and what runs are in one transaction, which ends with it. Where
  // nothing had to be inspected, the engine tells nothing unless the text still meant the same while it ran.
  const { basis } = statement;
  const isScoped = statement.facts !== undefined && basis === undefined;
  let scoped = isScoped ? statement.session.engine : undefined;
  const endScope = async (how: 'commit' | 'rollback') => {
    const ending = scoped;
    scoped = undefined;
    await ending?.endScope(how);
  };
  const how = { begun: true, isOwn: statement.own !== undefined };
  const execute = async () => {
    const { engine, session } = statement;
    const serverTables = await life.tables.rows(engine.serverTables, { session, signal, task: task.id });
    return engine.execute({
      signal,
      ...(basis && { meaning: basis.meaning }),
      ...(parameters && { parameters }),
      ...(serverTables && { serverTables }),
    });
  };
  const result = await working(life, task, execute, how).catch(async (error: unknown) => {
    await endScope('rollback');
    // Recorded by whoever called.
    throw error;
  });
  const size = createResultLimit(life, statement, task);
  task.state = 'sending';
  let over = false;
  const finish = () => {
    if (over) return;
    over = true;
    task.end();
    if (!statement.engine.readOnly) life.hooks.changed();
    record.succeeded(result.changes ?? task.rows);
  };
  if (result.changes !== undefined) task.rows = result.changes;

  return {
    schema: result.schema,
    schemaMessage: result.schemaMessage,
    changes: result.changes,
    stopped: () => signal,
    async next() {
      // What there was has been handed over, and nothing is left to do in the engine.
      if (result.ended && scoped === undefined && !over && !signal.aborted) {
        finish();
        return undefined;
      }
      const read = async () => {
        const next = await result.next();
        if (next !== undefined) size.count(next);
        else if (!over && !signal.aborted) await endScope('commit');
        return next;
      };
      const batch = await working(life, task, read, how).catch((error: unknown) => {
        // Closed meanwhile, and recorded as that.
        if (over) throw error;
        over = true;
        return fail(error);
      });
      task.state = 'sending';
      if (batch === undefined && signal.aborted && !over) {
        over = true;
        return fail(abortReason(signal));
      }
      if (batch === undefined) finish();
      return batch;
    },
    async close() {
      if (!over) {
        over = true;
        if (signal.aborted) record.failed(abortReason(signal));
        else record.abandoned(task.rows);
        if (!statement.engine.readOnly) life.hooks.changed();
        task.end();
      }
      await result.close().finally(() => endScope('rollback'));
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
    stopped: () => result.stopped?.(),
    next: () => result.next(),
    close() {
      closing ??= result.close().finally(onClosed);
      return closing;
    },
  };
}
