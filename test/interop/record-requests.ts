/**
 * Records what real clients send, for the fuzz tests: `npx tsx test/interop/record-requests.ts` runs those that
 * `.ci/install-clients` installs, and those of npm, against a server through a relay and rewrites
 * test/fixtures/requests.json. Of calls that are alike but for an id one is kept; handshakes, which hold credentials,
 * are not.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { type RecordedRequest, startRelay } from '../support/recording-relay.js';
import { runPython } from './python.js';
import { runForJson, TOOLS } from './tools.js';

const FIXTURE = new URL('../fixtures/requests.json', import.meta.url);
const CALL_BYTES_MAX = 1536;
/** How much of the beginning of two calls must differ, beyond the names of Flight SQL, for both to be kept. */
const ALIKE_CHARACTERS = 40;
/** Mutants of these would take long, or make files. */
const UNWANTED = /range\(\d{7,}\)|attach|read_csv|copy /i;

type Login = Pick<GizmoServer, 'host' | 'port' | 'user' | 'token'>;

/** What to run of each client, and what it is called where it fails. */
function* runs(login: Login): Generator<{ readonly called: string; run(): Promise<unknown> }> {
  const { host, port, user, token } = login;
  for (const script of ['adbc.py', 'adbc_ingest.py', 'adbc_metadata.py', 'sessions.py', 'arrow_flight.py']) {
    const text = readFileSync(new URL(script, import.meta.url), 'utf8');
    for (const [, task = ''] of text.matchAll(/^def (\w+)\(server\):/gm))
      yield { called: `${script} ${task}`, run: () => runPython(script, task, login) };
  }
  const address = [host, String(port), user, token];
  yield { called: 'arrow-go', run: () => runForJson(TOOLS.flightSqlClient, address) };
  const program = fileURLToPath(new URL('java/JdbcClient.java', import.meta.url));
  const java = ['--add-opens=java.base/java.nio=ALL-UNNAMED', '-cp', TOOLS.jdbcDriver, program, ...address];
  yield { called: 'JDBC', run: () => runForJson('java', java) };
  const npm = fileURLToPath(new URL('npm-clients.mjs', import.meta.url));
  for (const name of ['qualithm', 'lakehouse', 'gizmodata', 'lancedb', 'arrowFlight'])
    yield { called: name, run: () => runForJson(process.execPath, [npm, name, JSON.stringify(login)]) };
}

/** Without handles, which are 32 hexadecimal digits, and the names of Flight SQL's messages. */
const likeness = (message: Buffer): string =>
  message
    .toString('latin1')
    .replace(/[0-9a-f]{32}/g, '')
    .replace('type.googleapis.com/arrow.flight.protocol.sql.', '');

const kept = new Map<string, Map<string, readonly string[]>>();
const keep = ({ method, messages }: RecordedRequest): void => {
  const bytes = Buffer.concat(messages.map((message) => Buffer.from(message, 'base64')));
  if (method === 'Handshake' || bytes.length > CALL_BYTES_MAX) return;
  if (UNWANTED.test(bytes.toString('latin1'))) return;
  const ofMethod = kept.get(method) ?? new Map<string, readonly string[]>();
  const [, type = ''] = /^(?:[^A-Z]*)(\w*)/.exec(likeness(bytes)) ?? [];
  const alike = likeness(bytes).slice(0, type.length + ALIKE_CHARACTERS);
  if (!ofMethod.has(alike)) ofMethod.set(alike, messages);
  kept.set(method, ofMethod);
};

const server = await startGizmoServer();
const relay = await startRelay(server.port, keep);
const count = () => [...kept.values()].reduce((sum, { size }) => sum + size, 0);
const { host, user, token } = server;
for (const { called, run } of runs({ host, port: relay.port, user, token })) {
  const before = count();
  const answer = await run().catch((error: Error) => ({ error: error.message.split('\n').at(-2) }));
  const errors = Object.entries(answer ?? {}).filter(([, value]) => value?.error !== undefined);
  process.stderr.write(`${called}: ${count() - before} ${JSON.stringify(errors)}\n`);
}
relay.stop();
await server.stop();
const requests = Object.fromEntries([...kept].map(([method, all]) => [method, [...all.values()]]));
writeFileSync(FIXTURE, `${JSON.stringify(requests)}\n`);
execFileSync('npx', ['biome', 'format', '--write', fileURLToPath(FIXTURE)]);
process.stdout.write(`${count()} requests\n`);
