/** The server's own tables, in a database that no session of anybody's can reach. */
import { GizmoError } from '../../errors.js';
import { collectRows, type ParameterValue, parameterRow } from '../../flight/ipc/rows.js';
import type { Engine, EngineSession } from '../engine/engine.js';
import { createInTurn } from './in-turn.js';
import { MIGRATIONS } from './migrations.js';

/** A statement and what its parameters $1, $2, … stand for. */
export type StateChange = readonly [sql: string, ...values: ParameterValue[]];

export interface StateDatabase {
  /** All rows of a query. */
  read(sql: string, ...values: ParameterValue[]): Promise<unknown[][]>;
  /** All of the changes or none of them. When it resolves they outlive a crash. */
  write(...changes: readonly StateChange[]): Promise<void>;
}

/** Brings the tables to this version's form. Throws FAILED_PRECONDITION where a newer version has made them. */
export async function openStateDatabase(engine: Engine): Promise<StateDatabase> {
  const session = await engine.openSession();
  const inTurn = createInTurn();

  const database: StateDatabase = {
    read: (sql, ...values) => inTurn(() => run(session, sql, values)),
    write: (...changes) =>
      inTurn(async () => {
        await run(session, 'begin transaction', []);
        try {
          for (const [sql, ...values] of changes) await run(session, sql, values);
          await run(session, 'commit', []);
        } catch (error) {
          // A commit that failed has left no transaction to roll back; what failed is what matters.
          await run(session, 'rollback', []).catch(() => undefined);
          throw error;
        }
      }),
  };
  await migrate(database);
  return database;
}

async function run(
  session: EngineSession,
  sql: string,
  values: readonly ParameterValue[],
): Promise<unknown[][]> {
  const statement = await session.prepare(sql);
  try {
    const result = await statement.execute(
      values.length === 0 ? {} : { parameters: { ...parameterRow(values), row: 0 } },
    );
    try {
      return await collectRows(result);
    } finally {
      await result.close();
    }
  } finally {
    await statement.close();
  }
}

async function migrate(database: StateDatabase): Promise<void> {
  await database.write(['create table if not exists version (version integer)']);
  const [[version] = [0]] = await database.read('select version from version');
  const from = Number(version);
  if (from > MIGRATIONS.length) {
    throw new GizmoError(
      'FAILED_PRECONDITION',
      'a newer version of gizmo has written it. Use that version, or another directory (--state-dir).',
    );
  }
  if (from === MIGRATIONS.length) return;
  await database.write(
    ...MIGRATIONS.slice(from).flatMap((step) => step.map((sql): StateChange => [sql])),
    ['delete from version'],
    ['insert into version values ($1)', BigInt(MIGRATIONS.length)],
  );
}
