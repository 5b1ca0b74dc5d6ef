// Reads the table `flights` with one npm client and prints its checksums. A process of its own: one of the clients
// can panic, and takes its process along.
import { tableFromIPC } from 'apache-arrow';

const [, , name, input] = process.argv;
const server = JSON.parse(input);
const CLIENTS = { gizmo, qualithm, lakehouse };

const sums = { rows: 0n, date: 0n, delay: 0n, distance: 0n };
const origins = new Map();
for await (const columns of CLIENTS[name]()) addColumns(columns);
const counted = Object.fromEntries([...origins].sort(([a], [b]) => (a < b ? -1 : 1)));
const text = Object.fromEntries(Object.entries(sums).map(([key, value]) => [key, String(value)]));
process.stdout.write(JSON.stringify({ ...text, origins: counted }), () => process.exit(0));

async function* gizmo() {
  const { connect } = await import('../../dist/client/connect.js');
  const { readValue } = await import('../../dist/flight/ipc/value.js');
  const { host, port, token } = server;
  const client = await connect({ host, port, tls: undefined, credentials: { kind: 'bearer', token } });
  for await (const batch of await client.query('from flights')) {
    const values = (index) =>
      Array.from({ length: batch.length }, (_, row) => readValue(batch.columns[index], row));
    const longs = (index) => {
      const { data } = batch.columns[index];
      return new BigInt64Array(data.buffer.slice(data.byteOffset, data.byteOffset + batch.length * 8));
    };
    yield { rows: batch.length, date: longs(0), delay: longs(1), distance: longs(2), origin: values(3) };
  }
  await client.close();
}

async function* qualithm() {
  const { createFlightSqlClient } = await import('@qualithm/arrow-flight-client');
  const auth = { type: 'basic', credentials: { username: server.user, password: server.token } };
  const client = createFlightSqlClient({ url: `http://${server.host}:${server.port}`, auth });
  await client.authenticate();
  for await (const batch of client.queryBatches('from flights')) yield fromArrow(batch);
  client.close();
}

async function* lakehouse() {
  const { createFlightSqlClient } = await import('@lakehouse-rs/flight-sql-client');
  const { host, port, user, token } = server;
  const client = await createFlightSqlClient({
    host,
    port,
    username: user,
    password: token,
    tls: false,
    headers: [],
  });
  for (const batch of tableFromIPC(await client.query('from flights')).batches) yield fromArrow(batch);
}

function fromArrow(batch) {
  const column = (index) => batch.getChildAt(index);
  const longs = (index) => column(index).toArray();
  return { rows: batch.numRows, date: longs(0), delay: longs(1), distance: longs(2), origin: [...column(3)] };
}

function addColumns({ rows, date, delay, distance, origin }) {
  sums.rows += BigInt(rows);
  for (const value of date) sums.date += value;
  for (const value of delay) sums.delay += value ?? 0n;
  for (const value of distance) sums.distance += value;
  for (const value of origin) origins.set(value, (origins.get(value) ?? 0) + 1);
}
