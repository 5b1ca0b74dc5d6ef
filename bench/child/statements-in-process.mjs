// Small statements by the binding alone: each client is a connection that runs one text after the other.
import duckdb from '@duckdb/node-bindings';
import { openReadOnly } from '../support/open-read-only.mjs';

const { database: path, sql, clients, seconds } = JSON.parse(process.argv[2]);
const database = await openReadOnly(path);
const connections = await Promise.all(Array.from({ length: clients }, () => duckdb.connect(database)));
// Until V8 has compiled what runs often; what is measured is a server that has been up for a moment.
let end = performance.now() + (seconds * 1000) / 2;
await Promise.all(connections.map(runUntilEnd));
end = performance.now() + seconds * 1000;
const start = performance.now();
const counts = await Promise.all(connections.map(runUntilEnd));
const statements = counts.reduce((sum, count) => sum + count, 0);
process.stdout.write(`${JSON.stringify({ perSecond: (statements * 1000) / (performance.now() - start) })}\n`);

async function runUntilEnd(connection) {
  let count = 0;
  for (; performance.now() < end; count++) await runOnce(connection);
  return count;
}

async function runOnce(connection) {
  const statement = await duckdb.prepare(connection, sql);
  const result = await duckdb.execute_prepared(statement);
  const chunk = duckdb.result_get_chunk(result, 0);
  if (duckdb.data_chunk_get_size(chunk) !== 1) throw new Error('one row expected');
  duckdb.destroy_prepare_sync(statement);
}
