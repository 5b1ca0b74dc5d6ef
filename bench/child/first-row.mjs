// Milliseconds until the first rows of a large result are there: by our client, or by the binding in process. Between
// two a small statement runs uncounted, so that none waits until what was left of the last has been thrown away.
import duckdb from '@duckdb/node-bindings';
import { countRows, openClient } from '../support/client.mjs';
import { openReadOnly } from '../support/open-read-only.mjs';
import { median } from '../support/statistics.mjs';

const SMALL = 'select 1';
const { server, database, sql, warmUp, times } = JSON.parse(process.argv[2]);
const client = server && (await openClient(server));
const connection = server ? undefined : await duckdb.connect(await openReadOnly(database));
const found = [];
if (client) await countRows(await client.query(warmUp));
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
  return async () => {
    await rows.return?.();
    await countRows(await client.query(SMALL));
  };
}

async function firstChunk() {
  const statement = await duckdb.prepare(connection, sql);
  const result = await duckdb.execute_prepared_streaming(statement);
  if (duckdb.data_chunk_get_size(await duckdb.fetch_chunk(result)) === 0) throw new Error('no rows');
  return async () => {
    duckdb.destroy_prepare_sync(statement);
    await duckdb.query(connection, SMALL);
  };
}
