import { createFormatter } from '../../src/client/render/cell.js';
import type { RecordBatch } from '../../src/flight/ipc/column.js';
import { isValid } from '../../src/flight/ipc/column.js';
import { BatchReader } from '../../src/flight/ipc/reader.js';
import { type DuckDbOptions, openDuckDb } from '../../src/server/engine/duckdb/open-duckdb.js';
import type {
  Engine,
  EngineSession,
  EngineStatement,
  ExecuteOptions,
} from '../../src/server/engine/engine.js';
import { openDuckDbWorker } from '../../src/server/engine/worker/open-duckdb-worker.js';

/** The engine in every shape it comes in: suites run on all of them. */
export const ENGINES: readonly (readonly [string, (options?: Partial<DuckDbOptions>) => Promise<Engine>])[] =
  [
    ['in this thread', (options) => openDuckDb({ ...DEFAULTS, ...options })],
    [
      'in this thread, without a view of memory',
      (options) => openDuckDb({ ...DEFAULTS, safeMemory: true, ...options }),
    ],
    // With places for what it runs past the worker.
    ['in a worker', (options) => openDuckDbWorker({ ...DEFAULTS, concurrentCallsMax: 3, ...options })],
  ];

const DEFAULTS: DuckDbOptions = { readOnly: false, allowExtensions: false };

/** Runs one statement to its end and decodes what it sent as a client does. */
export async function runSql(session: EngineSession, sql: string, options?: ExecuteOptions): Promise<Ran> {
  const statement = await session.prepare(sql);
  try {
    return await runStatement(statement, options);
  } finally {
    await statement.close();
  }
}

/** The same of one that is prepared, and stays so. */
export async function runStatement(statement: EngineStatement, options?: ExecuteOptions): Promise<Ran> {
  const result = await statement.execute(options);
  const reader = new BatchReader();
  reader.push({ header: result.schemaMessage, body: new Uint8Array(0) });
  const batches: RecordBatch[] = [];
  for (let next = await result.next(); next !== undefined; next = await result.next()) {
    const batch = reader.push(next);
    if (batch !== undefined) batches.push(batch);
  }
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  return { batches, rows, changes: result.changes, schema: result.schema };
}

export interface Ran {
  readonly batches: readonly RecordBatch[];
  readonly rows: number;
  readonly changes: number | undefined;
  readonly schema: RecordBatch['schema'];
}

/** Every row as the texts our client prints; null for NULL. */
export function toTexts({ batches }: Ran): (string | null)[][] {
  return batches.flatMap((batch) => {
    const columns = batch.columns.map((column) => ({ column, format: createFormatter(column) }));
    return Array.from({ length: batch.length }, (_, row) =>
      columns.map(({ column, format }) => (isValid(column, row) ? format(row) : null)),
    );
  });
}

/** The rows of a query as texts, joined by a bar. */
export async function queryTexts(session: EngineSession, sql: string): Promise<string[]> {
  return toTexts(await runSql(session, sql)).map((row) => row.map((cell) => cell ?? 'NULL').join('|'));
}
