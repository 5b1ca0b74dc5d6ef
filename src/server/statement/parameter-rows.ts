/** One statement executed for each row of its parameters. */
import { toGizmoError } from '../../errors.js';
import { encodeSchema } from '../../flight/ipc/schema.js';
import { abortReason } from '../../flight/signal.js';
import type { ExecuteOptions } from '../engine/engine.js';
import { drain, execute } from './life.js';
import type { Life } from './life-context.js';
import type { RunningResult } from './run.js';
import { runCommand } from './run-command.js';
import type { ParameterRows, PlannedStatement } from './statement.js';

/** The results of all rows, one after the other, as one result. Without bound parameters it runs once. */
export async function executeRows(
  life: Life,
  statement: PlannedStatement,
  signal: AbortSignal,
  rows: ParameterRows | undefined,
): Promise<RunningResult> {
  const executions = eachRow(rows);
  const first = executions.next();
  if (first.done === true) return emptyResult(statement);
  let current = await execute(life, statement, signal, first.value);
  const { schema, schemaMessage } = current;
  return {
    schema,
    schemaMessage,
    changes: current.changes,
    stopped: () => current.stopped?.(),
    async next() {
      for (;;) {
        const batch = await current.next();
        if (batch !== undefined) return batch;
        const following = executions.next();
        if (following.done === true) return undefined;
        await current.close();
        current = await execute(life, statement, signal, following.value);
      }
    },
    close: () => current.close(),
  };
}

/** Executes an update for each row, all or none, and sums the counts of changed rows. */
export async function updateRows(
  life: Life,
  statement: PlannedStatement,
  signal: AbortSignal,
  rows: ParameterRows | undefined,
): Promise<number> {
  const count = rows === undefined ? 1 : rows.batches.reduce((sum, batch) => sum + batch.rows, 0);
  const { session, door } = statement;
  const command = (sql: string) => runCommand(life, { sql, session, door, signal });
  const needsTransaction = count > 1 && !(await session.engine.inTransaction());
  if (needsTransaction) await command('BEGIN TRANSACTION');
  try {
    let changes = 0;
    for (const parameters of eachRow(rows)) {
      changes += (await drain(await execute(life, statement, signal, parameters))) ?? 0;
    }
    // A cancelled upload can look like a finished one until now.
    if (signal.aborted) throw abortReason(signal);
    if (needsTransaction) await command('COMMIT');
    return changes;
  } catch (error) {
    if (needsTransaction) await rollBack(life, statement);
    throw error;
  }
}

function* eachRow(rows: ParameterRows | undefined): Generator<ExecuteOptions['parameters'], void, undefined> {
  if (rows === undefined) {
    yield undefined;
    return;
  }
  for (const batch of rows.batches) {
    for (let row = 0; row < batch.rows; row++) yield { schema: rows.schema, batch, row };
  }
}

/** The call's signal may be what stopped it; the session must be usable all the same, whatever this says. */
async function rollBack(life: Life, statement: PlannedStatement): Promise<void> {
  const { session, door } = statement;
  try {
    await session.queue.kept;
    // A COMMIT that failed has ended the transaction already.
    if (!(await session.engine.inTransaction())) return;
    await runCommand(life, { sql: 'ROLLBACK', session, door, signal: session.signal });
  } catch (error) {
    life.log.warning('a failed update could not be rolled back', {
      session: session.id,
      error: toGizmoError(error).message,
    });
  }
}

function emptyResult(statement: PlannedStatement): RunningResult {
  const schema = statement.engine.schema ?? { fields: [] };
  return {
    schema,
    schemaMessage: encodeSchema(schema),
    changes: undefined,
    next: async () => undefined,
    close: async () => {},
  };
}
