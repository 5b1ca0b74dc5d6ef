/**
 * Records what real clients send, for the fuzz tests: `npx tsx test/interop/record-requests.ts` runs the Python
 * clients against a server through a relay and rewrites test/fixtures/requests.json. Of messages that are alike
 * but for an id one is kept; handshakes, which hold credentials, are not.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { startGizmoServer } from '../support/gizmo-server.js';
import { type RecordedRequest, startRelay } from '../support/recording-relay.js';
import { runPython } from './python.js';

const FIXTURE = new URL('../fixtures/requests.json', import.meta.url);
const MESSAGE_BYTES_MAX = 1024;
/** Mutants of these would take long, or make files. */
const UNWANTED = /range\(\d{8,}\)|attach/;
const SCRIPTS = ['adbc.py', 'sessions.py', 'arrow_flight.py'];

const kept = new Map<string, RecordedRequest>();
const server = await startGizmoServer();
const relay = await startRelay(server.port, (request) => {
  const bytes = Buffer.from(request.message, 'base64');
  if (request.method === 'Handshake' || bytes.length > MESSAGE_BYTES_MAX) return;
  if (UNWANTED.test(bytes.toString('latin1'))) return;
  // Handles are 32 hexadecimal digits.
  const alike = bytes
    .toString('latin1')
    .replace(/[0-9a-f]{32}/g, '')
    .slice(0, 80);
  kept.set(`${request.method} ${alike}`, request);
});
for (const script of SCRIPTS) {
  const text = readFileSync(new URL(script, import.meta.url), 'utf8');
  const tasks = [...text.matchAll(/^def (\w+)\(server\):/gm)].map(([, name]) => name ?? '');
  for (const task of tasks) {
    const { host, user, token } = server;
    await runPython(script, task, { host, port: relay.port, user, token }).catch((error: Error) =>
      process.stderr.write(`${script} ${task}: ${error.message.split('\n').at(-2)}\n`),
    );
  }
}
relay.stop();
await server.stop();
writeFileSync(FIXTURE, `${JSON.stringify([...kept.values()], undefined, 1)}\n`);
process.stdout.write(`${kept.size} requests\n`);
