import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { field } from '../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

let server: RunningServer;
let client: RawClient;
beforeAll(async () => {
  server = await startTestServer();
  client = await logIn(server.address.port);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const SCHEMA = { fields: [field('1', { kind: 'utf8' })] };
/** Two of them are more than a session may hold. */
const LARGE = [
  { header: encodeSchema(SCHEMA), body: new Uint8Array(0) },
  buildBatch(SCHEMA, [['x'.repeat(140 * 1024 * 1024)]]),
];
const asQuery = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
const asUpdate = (preparedStatementHandle: Uint8Array) =>
  encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } });

it('no more parameters wait for the turn of a session than it may hold', { timeout: 30_000 }, async () => {
  const handle = await client.prepare('select length($1::varchar)');
  const busy = client.openExchange();
  busy.call.on('error', () => undefined);
  busy.send(
    encodeCommand({
      type: 'CommandStatementQuery',
      message: { query: 'select count(*) from range(20000000000) t(i) where i % 7 = 3' },
    }),
  );
  await expect.poll(running).toBe(2);
  const puts = [client.put(asUpdate(handle), LARGE), client.put(asUpdate(handle), LARGE)];
  await expect(Promise.race(puts)).rejects.toMatchObject({
    details: expect.stringMatching(/parameters of statements that wait in this session exceed 256 MiB/),
  });
  busy.call.cancel();
  const outcomes = await Promise.allSettled(puts);
  expect(outcomes.map((it) => it.status).sort()).toEqual(['fulfilled', 'rejected']);
  await client.put(asUpdate(handle), LARGE);
});

it('results that wait to be fetched count with their parameters', { timeout: 30_000 }, async () => {
  const other = await logIn(server.address.port);
  const handle = await other.prepare('select length($1::varchar)');
  await other.put(asQuery(handle), LARGE);
  const first = await other.info(asQuery(handle));
  await expect(other.info(asQuery(handle))).rejects.toMatchObject({
    details: expect.stringMatching(/too many results that nobody has fetched/),
  });
  expect(await other.get(ticketOf(first))).toEqual([[BigInt(140 * 1024 * 1024)]]);
  expect(await other.get(ticketOf(await other.info(asQuery(handle))))).toHaveLength(1);
  other.close();
});

async function running(): Promise<number> {
  const watcher = await logIn(server.address.port);
  const [[count] = []] = await watcher.rows(
    "select count(*)::bigint from gizmo_queries() where state = 'running' and user_name = gizmo_user()",
  );
  watcher.close();
  return Number(count);
}
