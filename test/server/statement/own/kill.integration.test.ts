/** KILL SESSION, KILL QUERY, gizmo_queries(), and what becomes of who is stopped. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makePrincipal } from '../../../../src/server/auth/make-principal.js';
import { createSessionTokens } from '../../../../src/server/auth/session-token.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logInAs } from '../../../support/log-in-as.js';
import { basic, connectRaw, logIn, type RawClient } from '../../../support/raw-client.js';
import { PASSWORD, startTestServer, USER } from '../../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const ENDLESS = 'select count(*) from range(1000000000000) a, range(1000) b where a.range * b.range = -1';
/** Of one session, for two connections. */
const token = createSessionTokens(secretKey, Date.now, [USER, PASSWORD])
  .issue(makePrincipal('shared', 'readonly', 'password'))
  .then((issued) => issued.token);
let server: RunningServer;
let admin: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

/** The first row of a query once it has one. */
async function until(sql: string, client = admin): Promise<readonly unknown[]> {
  for (;;) {
    const [row] = await client.rows(sql);
    if (row !== undefined) return row;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const running = (role: string) =>
  `select session_id, query_id, state, progress, sql from gizmo_queries() where role = '${role}' and state = 'running' and not is_current`;

it('kills a session: what runs is stopped, the next call fails, its token is dead', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  const failed = expect(user.rows(ENDLESS)).rejects.toMatchObject({
    code: status.UNAUTHENTICATED,
    details: 'Your session has been killed. Please re-connect.',
  });
  const [session] = await until(running('user'));
  expect(await admin.rows(`KILL SESSION '${session}'`)).toEqual([[`Session ${session} killed successfully`]]);
  await failed;
  await expect(user.rows('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  expect(await admin.rows(`from gizmo_sessions() where session_id = '${session}'`)).toEqual([]);
  user.close();
});

it('kills the session of a connection that sends its password with each call', async () => {
  const client = connectRaw(server.address.port, { authorization: basic() });
  await client.rows('select 1');
  const [session] = await until('select session_id from gizmo_sessions() where not is_current');
  await admin.rows(`kill session ${session};`);
  for (let call = 0; call < 2; call++)
    await expect(client.rows('select 1')).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: 'Your session has been killed. Please re-connect.',
    });
  client.close();
});

it('kills a session whose result is being read', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  const info = await user.query('select range, repeat($$x$$, 500) from range(3000000)');
  const reading = user.get(info.endpoint[0]?.ticket?.ticket ?? new Uint8Array(0));
  const failed = expect(reading).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  const [session] = await until("select session_id from gizmo_queries() where role = 'user' and rows > 0");
  await admin.rows(`kill session "${session}"`);
  await failed;
  expect(await until("select 'gone' where not exists (from gizmo_queries() where role = 'user')")).toEqual([
    'gone',
  ]);
  user.close();
});

it('says what cannot be killed', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  const [own] = await until('select session_id from gizmo_sessions() where is_current');
  await expect(user.rows(`KILL SESSION '${own}'`)).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
    details: 'Only admin users can execute KILL SESSION',
  });
  await expect(admin.rows(`KILL SESSION '${own}'`)).rejects.toMatchObject({
    details: 'Cannot kill your own session',
  });
  await expect(admin.rows("KILL SESSION 'nobody'")).rejects.toMatchObject({
    code: status.NOT_FOUND,
    details: 'Session not found: nobody',
  });
  for (const sql of [
    'KILL',
    'KILL SESSION',
    "KILL SESSION 'a' 'b'",
    'KILL SESSION a b',
    "KILL SESSION (select 'x')",
  ])
    await expect(admin.rows(sql)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  user.close();
});

it('stops a statement and leaves its session alone', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  await user.rows('create temp table kept as select 42 as x');
  const failed = expect(user.rows(ENDLESS)).rejects.toMatchObject({ code: status.CANCELLED });
  const [, query, , , sql] = await until(running('user'));
  expect(sql).toBe(ENDLESS);
  await admin.rows(`KILL QUERY '${query}'`);
  await failed;
  expect(await user.rows('from kept')).toEqual([[42]]);
  user.close();
});

it('lets users see and stop their own statements, and hear nothing of others', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  const same = await logInAs(server.address.port, secretKey, 'user');
  const reader = await logInAs(server.address.port, secretKey, 'readonly');
  const failed = expect(user.rows(ENDLESS)).rejects.toMatchObject({ code: status.CANCELLED });
  const [, query] = await until(running('user'), same);
  expect(await reader.rows(running('user'))).toEqual([]);
  for (const id of [query, 'nobody'])
    await expect(reader.rows(`KILL QUERY '${id}'`)).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: `Query not found: ${id}`,
    });
  await same.rows(`KILL QUERY '${query}'`);
  await failed;
  for (const client of [user, same, reader]) client.close();
});

it('shows no secret of a statement', async () => {
  await until('select 1');
  const [sql] = await until(
    "select sql from gizmo_queries() where is_current and sql like '%***%' and 'password' <> 'hunter2'",
  );
  expect(sql).not.toContain('hunter2');
});

it('keeps the tag of a call that runs while the next call of its session brings another', async () => {
  const [first, second] = await Promise.all(
    ['one', 'two'].map(async (tag) => {
      const headers = { authorization: `Bearer ${await token}`, 'x-query-tag': tag };
      return connectRaw(server.address.port, headers);
    }),
  );
  if (first === undefined || second === undefined) throw new Error('two clients are needed');
  const failed = expect(first.rows(ENDLESS)).rejects.toMatchObject({ code: status.CANCELLED });
  const [session, query] = await until(running('readonly'));
  const waiting = second.rows('select 42');
  await until(`select 1 from gizmo_sessions() where session_id = '${session}' and calls = 2`);
  expect(await admin.rows(`select query_tag from gizmo_queries() where query_id = '${query}'`)).toEqual([
    ['one'],
  ]);
  await admin.rows(`kill query ${query}`);
  await failed;
  expect(await waiting).toEqual([[42]]);
  for (const client of [first, second]) client.close();
});
