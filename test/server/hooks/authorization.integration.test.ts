/** The authorization function: what it is asked, and that only a BOOLEAN that is true admits. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { field } from '../../../src/flight/ipc/types.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const refused = { code: status.PERMISSION_DENIED, details: 'Authorization failed' };
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey, 'hook-timeout': 60 });
  admin = await logIn(server.address.port);
  user = await logInAs(server.address.port, secretKey, 'user');
  await admin.rows('create table t as select 1 as a');
});
afterEach(() => set('default'));
afterAll(async () => {
  for (const client of [admin, user]) client.close();
  await server.stop();
});

const set = (name: string) => admin.rows(`set global gizmo_authorization_function = ${name}`);

describe('admits only a BOOLEAN that is true', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['null::boolean', false],
    ["error('no')", false],
    ['(select true where false)', false],
  ])('%s', async (body, admits) => {
    await admin.rows(`create or replace macro answer(id, query) as cast(${body} as boolean)`);
    await set("'answer'");
    if (admits) expect(await user.rows('select 42')).toEqual([[42]]);
    else await expect(user.rows('select 42')).rejects.toMatchObject(refused);
  });

  it.each(['1', "'true'", 'null', "{'a': true}", '[true]', "'select 1'"])('never %s', async (body) => {
    await admin.rows(`create or replace macro other(id, query) as ${body}`);
    await expect(set("'other'")).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('does not return BOOLEAN'),
    });
    await admin.rows('create or replace macro changed(id, query) as true');
    await set('changed');
    await admin.rows(`create or replace macro changed(id, query) as ${body}`);
    await expect(user.rows('select 42')).rejects.toMatchObject(refused);
  });

  it('and not a function that has gone', async () => {
    await admin.rows('create macro gone(id, query) as true');
    await set('gone');
    await admin.rows('drop macro gone');
    await expect(user.rows('select 42')).rejects.toMatchObject(refused);
    await expect(admin.rows('select 42')).rejects.toMatchObject(refused);
  });
});

it('refuses where the function does not come to an end', async () => {
  const impatient = await startTestServer({
    'secret-key': secretKey,
    'hook-timeout': 1,
    'init-sql-commands': `create macro hangs(id, query) as
      (select count(*) = 0 from range(1000000000000) a, range(1000) b where a.range * b.range = -1)`,
    'authorization-function': 'hangs',
  });
  const client = await logInAs(impatient.address.port, secretKey, 'user');
  await expect(client.rows('select 42')).rejects.toMatchObject(refused);
  client.close();
  await impatient.stop();
});

it('cannot be set to what is no such function, nor by a user', async () => {
  await admin.rows('create macro one(id) as true');
  for (const name of ['nowhere', 'one', "'one(1)'", "'a.b.c.d'", "'x; drop table t'"]) {
    const { code, details } = await set(name).then(
      () => Promise.reject(new Error('it was set')),
      (error) => error,
    );
    expect(code).toBe(status.INVALID_ARGUMENT);
    // The text that asks for it is not theirs.
    expect(details).not.toContain('LINE 1');
  }
  await admin.rows('create macro yes(id, query) as true');
  for (const verb of [
    'set global gizmo_authorization_function = yes',
    'reset global quack_authorization_function',
  ])
    await expect(user.rows(verb)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
});

describe('what is asked', () => {
  it('each statement by itself at every execution, bulk loads and metadata by their names', async () => {
    // It admits what is written in a table, and nothing else.
    await admin.rows('create table allowed (query varchar)');
    await admin.rows(
      "create macro listed(id, q) as exists (from allowed where query = q) or q like '%allowed%' or q like '%listed%'",
    );
    await set('listed');
    const allow = (query: string) => admin.rows(`insert into allowed values ($$${query}$$)`);
    await allow('select 42');
    expect(await user.rows('select 42')).toEqual([[42]]);
    await expect(user.rows('select 42; select 43')).rejects.toMatchObject(refused);

    await expect(
      user
        .info(encodeCommand({ type: 'CommandGetCatalogs', message: {} }))
        .then((info) => user.get(ticketOf(info))),
    ).rejects.toMatchObject(refused);
    await allow('CommandGetCatalogs');
    const info = await user.info(encodeCommand({ type: 'CommandGetCatalogs', message: {} }));
    expect(await user.get(ticketOf(info))).not.toHaveLength(0);

    const schema = { fields: [field('a', { kind: 'int', bits: 32, signed: true })] };
    const tableDefinitionOptions = { ifNotExist: 2, ifExists: 2 } as const;
    const cmd = encodeCommand({
      type: 'CommandStatementIngest',
      message: Object.assign({ table: 't', tableDefinitionOptions, options: {} }),
    });
    const load = () =>
      user.put(cmd, [{ header: encodeSchema(schema), body: new Uint8Array(0) }, buildBatch(schema, [[7]])]);
    await expect(load()).rejects.toMatchObject(refused);
    await allow('INSERT INTO memory.main.t (a)');
    await load();
    await allow('select max(a) from t');
    expect(await user.rows('select max(a) from t')).toEqual([[7]]);
  });

  it('a prepared statement each time it runs', async () => {
    await admin.rows('create or replace macro yes(id, query) as true');
    await set('yes');
    const [body] = await user.action(
      'CreatePreparedStatement',
      ACTIONS.CreatePreparedStatement.encodeRequest({ query: 'select a from t' }),
    );
    const { preparedStatementHandle } = ACTIONS.CreatePreparedStatement.decodeResult(
      body ?? new Uint8Array(0),
    );
    const run = () =>
      user.get(
        encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
      );
    await run();
    await admin.rows('create or replace macro yes(id, query) as false');
    await expect(run()).rejects.toMatchObject(refused);
  });

  it('with the session, which it finds in gizmo_sessions()', async () => {
    await admin.rows(
      "create or replace macro who(id, query) as (select role = 'admin' or query = 'select 1' from gizmo_sessions() where session_id = id)",
    );
    await set('who');
    expect(await user.rows('select 1')).toEqual([[1]]);
    await expect(user.rows('select 2')).rejects.toMatchObject(refused);
    expect(await admin.rows('select 2')).toEqual([[2]]);
  });

  it('with the facts and the principal, where it takes four arguments', async () => {
    await admin.rows(`create or replace macro reads_t(id, query, facts, principal) as
      principal->>'role' = 'admin' or not list_contains((facts->>'$.reads[*].name')::varchar[], 't')`);
    await set('reads_t');
    await admin.rows('create or replace view v as from t');
    expect(await user.rows('select 1')).toEqual([[1]]);
    for (const sql of ['from t', 'with x as (from v) from x', 'select (select max(a) from t)'])
      await expect(user.rows(sql)).rejects.toMatchObject(refused);
    await admin.rows(`create or replace macro writes(id, query, facts, principal) as
      coalesce(json_array_length(facts, '$.writes'), 0) = 0`);
    await set('writes');
    await expect(admin.rows('insert into t select 1')).rejects.toMatchObject(refused);
    expect(await admin.rows('select 1')).toEqual([[1]]);
  });

  it('never about what would leave a failed transaction', async () => {
    await admin.rows("create or replace macro single(id, query) as query = 'select 1'");
    await set('single');
    await user.rows('begin');
    await expect(user.rows('select 2')).rejects.toMatchObject(refused);
    await user.rows('rollback');
    expect(await user.rows('select 1')).toEqual([[1]]);
  });
});

it('stands on nothing that users can change', async () => {
  await admin.rows('create schema auth; create table auth.acl as select $$select 1$$ as allowed');
  await admin.rows('create macro auth.inner(q) as exists (from auth.acl where allowed = q)');
  await admin.rows('create view auth.seen as from auth.acl');
  await admin.rows("create sequence numbers; create table other_acl (x integer default nextval('numbers'))");
  await admin.rows(
    "create or replace macro may(id, query) as auth.inner(query) or exists (from query('from other_acl')) or exists (from auth.seen where false) or query not like 'select%'",
  );
  await set('may');
  await expect(user.rows('select 2')).rejects.toMatchObject(refused);
  for (const sql of [
    'insert into auth.acl values ($$select 2$$)',
    'update auth.acl set allowed = $$select 2$$',
    'delete from auth.acl',
    'drop table auth.acl',
    'alter table auth.acl add column x integer',
    'alter table auth.acl rename to gone',
    'create or replace view auth.seen as select $$select 2$$ as allowed',
    'create or replace macro auth.inner(q) as true',
    'create or replace macro may(id, query) as true',
    'drop macro may',
    'drop schema auth cascade',
    'drop sequence numbers cascade',
    'insert into other_acl values (1)',
    'create table acl as select $$select 2$$ as allowed',
    'create table somewhere as select 1; alter table somewhere rename to other_acl',
    'merge into auth.acl using (values ($$select 2$$)) v(x) on false when not matched then insert values (x)',
  ])
    await expect(user.rows(sql), sql).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  await expect(user.rows('select 2')).rejects.toMatchObject(refused);
  expect(await user.rows('select 1')).toEqual([[1]]);
  // What an administrator makes it stand on is protected at once.
  await set('default');
  await admin.rows('create table later as select 1 as x where false');
  await set('may');
  await admin.rows("create or replace macro may(id, query) as exists (from later) or query like 'insert%'");
  await expect(user.rows('insert into later values (1)')).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
  });
});

describe('the examples of DuckDB', () => {
  it('read-only: what passes it by its beginning is refused for what it does', async () => {
    const reader = await logInAs(server.address.port, secretKey, 'readonly');
    await admin.rows(`CREATE MACRO read_only(sid, query) AS
      regexp_matches(upper(trim(query)), '^(SELECT|FROM|WITH|EXPLAIN|DESCRIBE|SHOW)\\b')`);
    await admin.rows("SET GLOBAL quack_authorization_function = 'read_only'");
    expect(await reader.rows('select 1')).toEqual([[1]]);
    const before = await admin.rows('select count(*) from t');
    for (const sql of [
      'with x as (select 5 as a) insert into t select a from x',
      'explain analyze insert into t select 5',
      'select 1; insert into t select 5',
    ])
      await expect(reader.rows(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await admin.rows('select count(*) from t')).toEqual(before);
    reader.close();
  });

  it('per user, with its parameter named otherwise than its column', async () => {
    await admin.rows('CREATE TABLE quack_sessions (sid VARCHAR PRIMARY KEY, user_name VARCHAR)');
    await admin.rows('CREATE TABLE quack_user_acls (user_name VARCHAR, query_kind VARCHAR)');
    await admin.rows(`CREATE MACRO acl_check(connection_id, query) AS (
      EXISTS (
        SELECT 1
        FROM quack_sessions s
        JOIN quack_user_acls a ON a.user_name = s.user_name
        WHERE s.sid = connection_id
        AND regexp_matches(upper(trim(query)), '^' || a.query_kind || '\\b')
      )
    )`);
    const sessions = "select session_id from gizmo_sessions() where role = 'user'";
    await admin.rows(`insert into quack_sessions select session_id, 'u' from (${sessions})`);
    await admin.rows("insert into quack_user_acls values ('u', 'SELECT')");
    await admin.rows("SET GLOBAL quack_authorization_function = 'acl_check'");
    expect(await user.rows('select 1')).toEqual([[1]]);
    await expect(user.rows('from t')).rejects.toMatchObject(refused);
    await expect(admin.rows('select 1')).rejects.toMatchObject(refused);
  });
});
