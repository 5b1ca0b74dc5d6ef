/** All server tables, for the steps of a statement's life: who may read them, and their rows. */
import { GizmoError } from '../../../errors.js';
import { buildBatch } from '../../../flight/ipc/build.js';
import type { ServerTableRows, ServerTableSchema } from '../../engine/engine.js';
import type { Person } from '../../model/principal.js';
import type { OwnCaller } from '../own/own-statement.js';
import type { ServerTable } from './server-table.js';

export interface ServerTables {
  /** Throws PERMISSION_DENIED unless the principal may read all of these. */
  assertReadable(principal: Person, names: readonly string[]): void;
  /** What an execution of a statement that reads these is given; undefined where it reads none. */
  rows(names: readonly string[], by: OwnCaller): Promise<ServerTableRows> | undefined;
}

/** The tables by their names. */
export function createServerTables(tables: readonly ServerTable[]): ServerTables {
  const byName = new Map(tables.map((table) => [table.name, table]));

  function find(name: string): ServerTable {
    const table = byName.get(name);
    if (table === undefined) throw new Error(`the engine knows a table ${name} that the server does not`);
    return table;
  }

  return {
    assertReadable(principal, names) {
      for (const name of names) {
        if (find(name).mayRead(principal)) continue;
        throw new GizmoError(
          'PERMISSION_DENIED',
          `The role ${principal.role} may not read ${name}(). An administrator may.`,
        );
      }
    },
    rows(names, by) {
      if (names.length === 0) return undefined;
      return readAll(names.map(find), by);
    },
  };
}

/** Name and columns of each, for the engine. */
export function schemasOf(tables: readonly ServerTable[]): readonly ServerTableSchema[] {
  return tables.map(({ name, schema }) => ({ name, schema }));
}

async function readAll(tables: readonly ServerTable[], by: OwnCaller): Promise<ServerTableRows> {
  const answers = await Promise.all(
    tables.map(async ({ name, schema, rows }) => {
      const read = await rows(by);
      const columns = schema.fields.map((_, column) => read.map((row) => row[column]));
      return [name, buildBatch(schema, columns)] as const;
    }),
  );
  return new Map(answers);
}
