/** The authentication function: whom it admits, as whom, and what nobody but administrators may touch. */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { basic, connectRaw, logIn, type RawClient } from '../../support/raw-client.js';
import { PASSWORD, startTestServer, USER } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const logFile = join(tmpdir(), `gizmo-hook-${secretKey}.log`);
const tokenPath = join(tmpdir(), `gizmo-server-token-${secretKey}`);
const failed = { code: status.UNAUTHENTICATED, details: 'Authentication failed' };
let server: RunningServer;
let admin: RawClient;
let names = 0;
beforeAll(async () => {
  server = await startTestServer({
    'secret-key': secretKey,
    'hook-timeout': 60,
    'log-level': 'info',
    'log-file': logFile,
  });
  admin = await logIn(server.address.port);
  await admin.rows('CREATE TABLE quack_tokens (auth_token VARCHAR, user_name VARCHAR)');
  await admin.rows("INSERT INTO quack_tokens VALUES ('alice-key-123', 'alice'), ('bob-key-456', 'bob')");
  await admin.rows(`CREATE MACRO check_token(sid, client_token, server_token) AS (
    EXISTS (SELECT 1 FROM quack_tokens WHERE auth_token = client_token))`);
  await admin.rows("SET GLOBAL quack_authentication_function = 'check_token'");
});
afterAll(async () => {
  admin.close();
  await server.stop();
  rmSync(logFile, { force: true });
  rmSync(tokenPath, { force: true });
});

const set = (name: string) => admin.rows(`set global gizmo_authentication_function = ${name}`);

/** Logs in by handshake, as drivers do; each time with another name, because failures slow a name down. */
async function enter(token: string, name = `guest ${names++}`): Promise<RawClient> {
  const stranger = connectRaw(server.address.port);
  try {
    const { headers } = await stranger.handshake({ authorization: basic(name, token) });
    return connectRaw(server.address.port, { authorization: String(headers?.get('authorization')[0]) });
  } finally {
    stranger.close();
  }
}

describe('whom it admits', () => {
  it('bears the name shown and the role of hooks, in a session that has the id the function was asked with', async () => {
    const alice = await enter('alice-key-123', 'alice');
    const [row] = await alice.rows(
      'select user_name, role, auth_method, length(session_id), session_id from gizmo_sessions() where is_current',
    );
    expect(row?.slice(0, 2)).toEqual(['alice', 'readonly']);
    expect(row?.[3]).toBe(32n);
    expect(row?.[4]).toMatch(/^[0-9a-f]{32}$/);
    await expect(alice.rows('create table mine (x integer)')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    alice.close();
  });

  it('may also come with the token at each call, in one session', async () => {
    const bob = connectRaw(server.address.port, { authorization: basic('bob', 'bob-key-456') });
    const id = 'select session_id from gizmo_sessions() where is_current';
    expect(await bob.rows(id)).toEqual(await bob.rows(id));
    await admin.rows("delete from quack_tokens where user_name = 'bob'");
    await expect(bob.rows('select 1')).rejects.toMatchObject(failed);
    bob.close();
  });

  it('is nobody whom the server knows already, and not who has a token of another kind', async () => {
    // In the same words, so that no refusal says which names there are.
    for (const name of [USER, USER.toUpperCase()])
      await expect(enter('alice-key-123', name)).rejects.toMatchObject(failed);
    await expect(enter('alice-key-123', 'token')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await admin.rows("create user carol password 'a long password' role user");
    await expect(enter('alice-key-123', 'carol')).rejects.toMatchObject(failed);
    await enter('a long password', 'carol').then((carol) => carol.close());
    await expect(enter(PASSWORD)).rejects.toMatchObject(failed);
    await logIn(server.address.port).then((again) => again.close());
  });

  it('can be suspended, and is out when the function is taken away', async () => {
    const dan = await enter('alice-key-123', 'dan');
    await dan.rows('select 1');
    await admin.rows('alter user dan suspend');
    await expect(dan.rows('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    const erin = await enter('alice-key-123', 'erin');
    await erin.rows('select 1');
    await set('default');
    await expect(erin.rows('select 1')).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
    await set('check_token');
    for (const client of [dan, erin]) client.close();
  });
});

it.each(['wrong', "' or true --", '', 'alice-key-123 ', 'x'.repeat(20_000)])(
  'does not admit %.20s',
  async (token) => {
    await expect(enter(token)).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  },
);

it.each(['null::boolean', "error('no')", 'false', '(select true where false)'])(
  'takes %s for a refusal',
  async (body) => {
    await admin.rows(`create or replace macro answer(a, b, c) as cast(${body} as boolean)`);
    await set('answer');
    await expect(enter('alice-key-123')).rejects.toMatchObject(failed);
    await set('check_token');
  },
);

it.each(['1', "'true'", 'null', '[true]'])(
  'takes %s for no function, and for a refusal where it became one',
  async (body) => {
    await admin.rows(`create or replace macro odd(a, b, c) as ${body}`);
    await expect(set('odd')).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    await admin.rows('create or replace macro turns(a, b, c) as b = a');
    await set('turns');
    await admin.rows(`create or replace macro turns(a, b, c) as ${body}`);
    await expect(enter('alice-key-123')).rejects.toMatchObject(failed);
    await set('check_token');
  },
);

it('is not held up by a function that does not come to an end', async () => {
  const impatient = await startTestServer({
    'hook-timeout': 1,
    'init-sql-commands': `create macro hangs(a, b, c) as
      (select count(*) = 0 from range(1000000000000) x, range(1000) y where x.range * y.range = -1)`,
    'authentication-function': 'hangs',
  });
  const guest = connectRaw(impatient.address.port, { authorization: basic('guest', 'x') });
  await expect(guest.rows('select 1')).rejects.toMatchObject(failed);
  guest.close();
  const own = await logIn(impatient.address.port);
  expect(await own.rows('select 1')).toEqual([[1]]);
  own.close();
  await impatient.stop();
});

it('keeps from everybody else what it compares with, and what it is made of', async () => {
  await admin.rows('create view tokens_seen as from quack_tokens');
  await admin.rows('create macro tokens_of() as table from quack_tokens');
  const user = await logInAs(server.address.port, secretKey, 'user');
  for (const sql of [
    'from quack_tokens',
    'from tokens_seen',
    'from tokens_of()',
    "select check_token('', 'alice-key-123', '')",
    "insert into quack_tokens values ('mine', 'me')",
    "update quack_tokens set auth_token = 'mine'",
    'drop table quack_tokens',
    "create or replace macro check_token(a, b, c) as b = 'mine'",
    'create schema other; create macro other.check_token(a, b, c) as true',
  ])
    await expect(user.rows(sql), sql).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  await expect(enter('mine')).rejects.toMatchObject(failed);
  await expect(user.rows("set global gizmo_authentication_function = 'x'")).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  user.close();
});

it('warns of a function that lets everybody in, and does not start with one where others can connect', async () => {
  await admin.rows('CREATE MACRO developer_mode_auth(sid, client_token, server_token) AS true');
  await admin.rows("SET GLOBAL quack_authentication_function = 'developer_mode_auth'");
  await enter('anything').then((guest) => guest.close());
  await set('check_token');
  await expect.poll(() => readFileSync(logFile, 'utf8')).toContain('lets everybody in');
  const elsewhere = startTestServer({
    hostname: '0.0.0.0',
    'allow-insecure': true,
    'init-sql-commands': 'create macro anyone(a, b, c) as true',
    'authentication-function': 'anyone',
  });
  await expect(elsewhere).rejects.toThrow(/lets everybody in/);
  await expect(startTestServer({ 'authentication-function': 'nowhere' })).rejects.toThrow(/nowhere/);
});

it('gives the function the token of the server, and the log no token', async () => {
  const quack = await startTestServer({
    'server-token-file': tokenFile(),
    'init-sql-commands':
      'create macro same(sid, client_token, server_token) as client_token = server_token and length(sid) = 32',
    'authentication-function': 'same',
  });
  const guest = connectRaw(quack.address.port, { authorization: basic('duck', 'a-token-of-the-server') });
  expect(await guest.rows('select 1')).toEqual([[1]]);
  guest.close();
  await quack.stop();
  await enter('a very secret token', 'the last').catch(() => undefined);
  // Of several refusals in this file's tests it is the last that shows that all of it is there.
  const refusals = () => readFileSync(logFile, 'utf8').match(/did not admit.*user="the last"/g) ?? [];
  await expect.poll(refusals).toHaveLength(1);
  const log = readFileSync(logFile, 'utf8');
  expect(log).not.toContain('a very secret token');
  expect(log).not.toContain('alice-key-123');
});

it('logs neither passwords nor secrets that an error of a function quotes', async () => {
  await admin.rows('create macro counted(sid, client_token, server_token) as client_token::integer = 5');
  await admin.rows(
    'create macro spelt(sid, client_token, server_token) as error(upper(client_token))::boolean',
  );
  await admin.rows('create macro even(sid, query) as query::integer = 5');
  const reasons = () => readFileSync(logFile, 'utf8').match(/did not admit.*user="?last .*/g) ?? [];
  for (const name of ['counted', 'spelt']) {
    await set(`'${name}'`);
    await expect(enter("it's my password", `last ${name}`)).rejects.toMatchObject(failed);
  }
  await set("'check_token'");
  await admin.rows("set global gizmo_authorization_function = 'even'");
  await admin.rows("create secret s (type http, bearer_token 'my password')").catch(() => undefined);
  await admin.rows('reset global gizmo_authorization_function');
  await expect.poll(reasons).toHaveLength(2);
  expect(reasons()[0]).toContain("Could not convert string '***' to INT32");
  const log = readFileSync(logFile, 'utf8');
  expect(log).toContain('the authorization function did not admit');
  expect(log.toLowerCase()).not.toContain('my password');
});

function tokenFile(): string {
  writeFileSync(tokenPath, 'a-token-of-the-server', { mode: 0o600 });
  return tokenPath;
}
