/** Wiring of hooks: each of their calls runs in a fresh connection of the engine, with the server's tables at hand. */
import { randomUUID } from 'node:crypto';
import { collectRows, parameterRow } from '../flight/ipc/rows.js';
import { abortReason } from '../flight/signal.js';
import { operatorPrincipal } from './auth/operator.js';
import type { Engine, EngineSession } from './engine/engine.js';
import type { HookAnswer, HookDatabase } from './hooks/hook-database.js';
import { createSession } from './session/session.js';
import type { ServerTables } from './statement/tables/server-tables.js';

export function hookConnections(
  engine: Pick<Engine, 'openSession'>,
  tables: ServerTables,
  nowMs: () => number,
): HookDatabase {
  async function query(sql: string, values: readonly string[], signal: AbortSignal): Promise<HookAnswer> {
    const session = await engine.openSession();
    try {
      return await read(session, sql, values, signal);
    } finally {
      // A function that hangs holds its connection as long as it does; nobody waits for that.
      session.close().catch(() => undefined);
    }
  }

  async function read(
    engineSession: EngineSession,
    sql: string,
    values: readonly string[],
    signal: AbortSignal,
  ): Promise<HookAnswer> {
    const statement = await engineSession.prepare(sql, 0, signal);
    const id = randomUUID();
    const session = createSession({
      id,
      principal: operatorPrincipal(),
      peer: 'hook',
      engine: engineSession,
      nowMs,
    });
    const serverTables = await tables.rows(statement.serverTables, { session, signal, task: id });
    const result = await statement.execute({
      signal,
      ...(values.length > 0 && { parameters: { ...parameterRow(values), row: 0 } }),
      ...(serverTables && { serverTables }),
    });
    return { types: result.schema.fields.map(({ type }) => type.kind), rows: await collectRows(result) };
  }

  return {
    query(sql, values, signal) {
      return new Promise((resolve, reject) => {
        const giveUp = () => reject(abortReason(signal));
        signal.addEventListener('abort', giveUp, { once: true });
        query(sql, values, signal)
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', giveUp));
      });
    },
  };
}
