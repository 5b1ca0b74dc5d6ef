// What a small statement of the binding takes while four connections of the same process drain a table, nobody looking
// at the rows, and alone: what the machine and DuckDB leave of it without a network, conversion or clients.
import duckdb from '@duckdb/node-bindings';
import { openReadOnly } from '../support/open-read-only.mjs';
import { measureCalls } from '../support/small-statements.mjs';

const { database: path, sql, seconds } = JSON.parse(process.argv[2]);
const database = await openReadOnly(path);
const asking = await duckdb.connect(database);
const ask = () =>
  measureCalls([asking], seconds, async (connection) => {
    const once = await duckdb.prepare(connection, 'select 42 as answer');
    duckdb.result_get_chunk(await duckdb.execute_prepared(once), 0);
    duckdb.destroy_prepare_sync(once);
  });
const alone = await ask();
let over = false;
const drains = Array.from({ length: 4 }, drainUntilOver);
const beside = await ask();
over = true;
await Promise.all(drains);
process.stdout.write(`${JSON.stringify({ alone, beside })}\n`);

async function drainUntilOver() {
  const connection = await duckdb.connect(database);
  while (!over) {
    const statement = await duckdb.prepare(connection, sql);
    const result = await duckdb.execute_prepared_streaming(statement);
    while (!over) {
      const chunk = await duckdb.fetch_chunk(result);
      if (chunk === null || chunk === undefined || duckdb.data_chunk_get_size(chunk) === 0) break;
    }
    duckdb.destroy_prepare_sync(statement);
  }
}
