/** Loads files as tables: what DuckDB reads by SQL over the connection, Arrow straight into the engine. */
import { basename } from 'node:path';
import type { FlightSqlClient } from '../client/flight-sql-client.js';
import { GizmoError, toGizmoError } from '../errors.js';
import type { RunningServer } from '../server/running-server.js';
import { loadArrow } from './load-arrow.js';
import type { DataFile } from './plan-files.js';
import type { Progress } from './progress.js';
import { createTableSql } from './table-sql.js';

/** Loads one file after the other; the first that fails ends it, with its name before the reason. */
export async function loadTables(tables: readonly DataFile[], tools: LoadTools): Promise<void> {
  try {
    for (const [index, file] of tables.entries()) {
      const count = tables.length === 1 ? '' : ` (${index + 1} of ${tables.length})`;
      tools.progress.show(`Loading ${basename(file.path)}, ${formatBytes(file.bytes)}${count}`);
      try {
        await load(file, tools);
      } catch (reason) {
        const { code, message } = toGizmoError(reason);
        throw new GizmoError(code, `${file.path} could not be loaded: ${message}`, { cause: reason });
      }
    }
  } finally {
    tools.progress.clear();
  }
}

export interface LoadTools {
  readonly client: FlightSqlClient;
  readonly server: Pick<RunningServer, 'load'>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function load(file: DataFile, { client, server, signal }: LoadTools): Promise<void> {
  const { path, format, table } = file;
  if (format !== 'arrow') {
    await client.execute(createTableSql({ path, format, table }), { signal });
    return;
  }
  await loadArrow(path, table, server, signal);
}

/** `13.5 MB`, in the thousands that file managers count in. */
function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
