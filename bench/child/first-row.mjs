// Milliseconds until the first rows of a large result are there: by our client, or by the binding in process.
import duckdb from '@duckdb/node-bindings';
import { openClient } from '../support/client.mjs';
import { openReadOnly } from '../support/open-read-only.mjs';
import { median } from '../support/statistics.mjs';

const { server, database, sql, times } = JSON.parse(process.argv[2]);
const client = server && (await openClient(server));
const connection = server ? undefined : await duckdb.connect(await openReadOnly(database));
const found = [];
for (let i = 0; i < times; i++) {
  const start = performance.now();
  const end = client ? await firstBatch() : await firstChunk();
  found.push(performance.now() - start);
  await end();
}
await client?.close();
process.stdout.write(`${JSON.stringify({ milliseconds: median(found) })}\n`);

async function firstBatch() {
  const rows = (await client.query(sql))[Symbol.asyncIterator]();
  if ((await rows.next()).done) throw new Error('no rows');
  return () => rows.return?.();
}

async function firstChunk() {
  const statement = await duckdb.prepare(connection, sql);
  const result = await duckdb.execute_prepared_streaming(statement);
  if (duckdb.data_chunk_get_size(await duckdb.fetch_chunk(result)) === 0) throw new Error('no rows');
  return () => duckdb.destroy_prepare_sync(statement);
}
