// What each npm client can do beyond reading `flights`; argument: the client's name and a login as JSON. Prints what it
// saw, task by task. A process of its own: one of the clients can panic, and takes its process along.
import { tableFromIPC } from 'apache-arrow';

const [, , name, input] = process.argv;
const server = JSON.parse(input);
const QUERY = "select 42 as answer, 'wörld' as text";
const CLIENTS = { qualithm, lakehouse, gizmodata, lancedb, arrowFlight };

const answers = await CLIENTS[name]();
process.stdout.write(JSON.stringify(answers), () => process.exit(0));

function rowsOf(table) {
  return table
    .toArray()
    .map((row) => Object.fromEntries(Object.entries(row.toJSON()).map(([k, v]) => [k, String(v)])));
}

async function qualithm() {
  const { createFlightSqlClient } = await import('@qualithm/arrow-flight-client');
  const auth = { type: 'basic', credentials: { username: server.user, password: server.token } };
  const client = createFlightSqlClient({ url: `http://${server.host}:${server.port}`, auth });
  await client.authenticate();
  const seen = { query: rowsOf(await client.query(QUERY)) };
  seen.created = String(
    (await client.executeUpdate('create or replace table npm_q (i integer)')).recordCount,
  );
  seen.inserted = String((await client.executeUpdate('insert into npm_q values (1), (2)')).recordCount);
  const transaction = await client.beginTransaction();
  await client.executeUpdate('insert into npm_q values (3)', { transactionId: transaction.id });
  await client.rollback(transaction);
  seen.rows = rowsOf(await client.query('select count(*) as n from npm_q'));
  return seen;
}

async function lakehouse() {
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
  const read = async (bytes) => rowsOf(tableFromIPC(await bytes));
  const seen = { query: await read(client.query(QUERY)), catalogs: await read(client.getCatalogs()) };
  await client.query('create or replace table npm_l (i integer)');
  seen.tables = await read(
    client.getTables({ tableNameFilterPattern: 'npm_l', includeSchema: false, tableTypes: [] }),
  );
  return seen;
}

async function gizmodata() {
  const { FlightSQLClient } = await import('@gizmodata/gizmosql-client');
  const { host, port, user, token } = server;
  const client = new FlightSQLClient({ host, port, username: user, password: token, plaintext: true });
  const seen = { query: rowsOf(await client.execute(QUERY)), catalogs: await client.getCatalogs() };
  await client.execute('create or replace table npm_g (i integer)');
  seen.large = (await client.execute("select repeat('x', 500) as s from range(20000)")).numRows;
  seen.tables = (await client.getTables(undefined, undefined, 'npm_g')).length;
  await client.close();
  return seen;
}

async function lancedb() {
  const { Client } = await import('@lancedb/arrow-flight-sql-client');
  const { host, port, user, token } = server;
  const client = await Client.connect({
    host: `${host}:${port}`,
    username: user,
    password: token,
    insecure: true,
  });
  const objects = async (sql) => (await client.query(sql)).collectToObjects();
  const [{ answer, text }] = await objects(QUERY);
  return {
    query: [{ answer: String(answer), text }],
    large: (await objects("select repeat('x', 500) as s from range(20000)")).length,
  };
}

async function arrowFlight() {
  const { FlightClient, commandDescriptor } = await import('arrow-flight-client');
  const { encodeCommand } = await import('../../dist/flight/sql/command.js');
  const headers = { authorization: `Bearer ${server.token}` };
  const client = new FlightClient(`${server.host}:${server.port}`, { metadata: headers });
  const read = async (query) => {
    const command = encodeCommand({ type: 'CommandStatementQuery', message: { query } });
    const info = await client.getFlightInfo(commandDescriptor(command));
    return client.getTable(info.endpoints[0].ticket);
  };
  const seen = {
    query: rowsOf(await read(QUERY)),
    large: (await read("select repeat('x', 500) as s from range(20000)")).numRows,
  };
  await client.close();
  return seen;
}
