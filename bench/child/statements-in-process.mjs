// Small statements by the binding alone, on a database file of its own: each client is a connection that runs one
// statement after the other.
import duckdb from '@duckdb/node-bindings';
import { INIT, KINDS, measureCalls } from '../support/small-statements.mjs';

const { path, kind, clients: count, seconds, warmUp } = JSON.parse(process.argv[2]);
const { text, prepared, value } = KINDS[kind];
const database = await duckdb.open(path);
const clients = await Promise.all(Array.from({ length: count }, open));
const rowsExpected = kind.startsWith('INSERT') ? undefined : 1;
await duckdb.query(clients[0].connection, INIT);
for (const client of clients)
  if (prepared !== undefined) client.statement = await duckdb.prepare(client.connection, prepared);
const ask = async ({ connection, statement }, n) => {
  if (statement === undefined) {
    const once = await duckdb.prepare(connection, text(n));
    await execute(once);
    duckdb.destroy_prepare_sync(once);
  } else {
    duckdb.bind_int64(statement, 1, BigInt(value(n)));
    await execute(statement);
  }
};
const result = await measureCalls(clients, seconds, ask, warmUp);
process.stdout.write(`${JSON.stringify(result)}\n`);

async function open() {
  return { connection: await duckdb.connect(database), statement: undefined };
}

async function execute(statement) {
  const answer = await duckdb.execute_prepared(statement);
  const chunk = duckdb.result_get_chunk(answer, 0);
  if (rowsExpected !== undefined && duckdb.data_chunk_get_size(chunk) !== rowsExpected)
    throw new Error(`one row expected of ${kind}`);
}
