// Small statements over the wire: each client is a connection of its own that runs one text after the other.
import { setFlagsFromString } from 'node:v8';
import { connect } from '../../dist/client/connect.js';

// As bin/run.js does for `gizmo client`.
setFlagsFromString('--no-concurrent-array-buffer-sweeping');

const { server, sql, clients: count, seconds } = JSON.parse(process.argv[2]);
const clients = await Promise.all(Array.from({ length: count }, open));
// Until V8 has compiled what runs often, on both sides; what is measured is a server that has been up for a moment.
let end = performance.now() + (seconds * 1000) / 2;
await Promise.all(clients.map(runUntilEnd));
end = performance.now() + seconds * 1000;
const start = performance.now();
const counts = await Promise.all(clients.map(runUntilEnd));
const elapsedMs = performance.now() - start;
await Promise.all(clients.map((client) => client.close()));
const statements = counts.reduce((sum, n) => sum + n, 0);
process.stdout.write(`${JSON.stringify({ perSecond: (statements * 1000) / elapsedMs })}\n`);

function open() {
  const { host, port, token } = server;
  return connect({ host, port, tls: undefined, credentials: { kind: 'bearer', token } });
}

async function runUntilEnd(client) {
  let done = 0;
  for (; performance.now() < end; done++) await runOnce(client);
  return done;
}

async function runOnce(client) {
  let rows = 0;
  for await (const batch of await client.query(sql)) rows += batch.length;
  if (rows !== 1) throw new Error('one row expected');
}
