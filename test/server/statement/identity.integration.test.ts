/** gizmo_user(), gizmo_role() and gizmo_session(): true in every place, and not to be imitated. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer, USER } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
let reader: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  user = await logInAs(server.address.port, secretKey, 'user');
  reader = await logInAs(server.address.port, secretKey, 'readonly');
  await admin.rows('create table acl (who varchar, region varchar)');
  await admin.rows("insert into acl values ('user', 'north'), ('readonly', 'south')");
  await admin.rows('create view mine as select region from acl where who = gizmo_user()');
  await admin.rows('create macro whoami() as gizmo_user()');
});
afterAll(async () => {
  for (const client of [admin, user, reader]) client.close();
  await server.stop();
});

describe('the functions that say who asks', () => {
  it('answer for each session, under GizmoSQL’s names too and in any letter case', async () => {
    const sql = 'select gizmo_user(), GIZMOSQL_USER(), gizmo_role(), gizmosql_role()';
    expect(await admin.rows(sql)).toEqual([[USER, USER, 'admin', 'admin']]);
    expect(await user.rows(sql)).toEqual([['user', 'user', 'user', 'user']]);
    const ids = 'select gizmo_session(), GIZMOSQL_CURRENT_SESSION()';
    const [first] = await user.rows(ids);
    expect(first?.[0]).toBe(first?.[1]);
    expect(first?.[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect((await reader.rows(ids))[0]).not.toEqual(first);
  });

  it('answer for whoever asks, in views and macros of others', async () => {
    expect(await user.rows('from mine')).toEqual([['north']]);
    expect(await reader.rows('from mine')).toEqual([['south']]);
    expect(await reader.rows('select whoami()')).toEqual([['readonly']]);
    expect(await user.rows("from query('from mine')")).toEqual([['north']]);
  });

  it('answer the same in statements that were prepared, by a driver and by SQL', async () => {
    const query = 'select gizmo_user(), count(*) from range(3000) where gizmo_role() = gizmo_user()';
    const preparedStatementHandle = await user.prepare(query);
    const cmd = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle },
    });
    expect(await user.get(cmd)).toEqual([['user', 3000n]]);
    await reader.rows('prepare me as select gizmo_user()');
    expect(await reader.rows('execute me')).toEqual([['readonly']]);
  });

  it('are evaluated for each row that is written', async () => {
    await admin.rows('create or replace table log (n integer, who varchar default gizmo_user())');
    await user.rows('insert into log (n) values (1), (2)');
    expect(await admin.rows('from log order by n')).toEqual([
      [1, 'user'],
      [2, 'user'],
    ]);
  });

  it.each([
    "create temp macro gizmo_user() as 'readonly'",
    "create macro GIZMO_USER() as 'readonly'",
    'create temp macro "gizmosql_role"() as \'admin\'',
    'create schema gizmo_user',
    "create or replace macro memory.main.gizmo_user() as 'readonly'",
  ])('cannot be imitated by %s', async (sql) => {
    await expect(user.rows(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await user.rows('from mine')).toEqual([['north']]);
  });
});

describe('a temporary object of a session', () => {
  const refused = { code: status.PERMISSION_DENIED };

  it.each([
    "create temp table acl as select 'user' as who, 'all' as region",
    "create temp view ACL as select 'user' as who, 'all' as region",
  ])('does not stand before a table inside a view: %s', async (sql) => {
    const client = await logInAs(server.address.port, secretKey, 'user');
    await client.rows(sql);
    expect(await client.rows('from acl')).toEqual([['user', 'all']]);
    for (const from of [
      'from mine',
      'select (select max(region) from memory.main.mine)',
      "from query('from mine')",
    ])
      await expect(client.rows(from)).rejects.toMatchObject(refused);
    await expect(client.rows('create table copied as from mine')).rejects.toMatchObject(refused);
    await client.rows(`drop ${sql.split(' ')[2]} temp.acl`);
    expect(await client.rows('from mine')).toEqual([['north']]);
    client.close();
  });

  it('does not stand before one inside a view of a view', async () => {
    await admin.rows('create or replace view outer_view as from mine');
    const client = await logInAs(server.address.port, secretKey, 'user');
    await client.rows("create temp table acl as select 'user' as who, 'all' as region");
    await expect(client.rows('from outer_view')).rejects.toMatchObject(refused);
    client.close();
  });

  it('does not stand before a type inside a view', async () => {
    await admin.rows("create or replace type mood as enum ('sad')");
    await admin.rows("create or replace view moods as select 'sad'::mood as m");
    const client = await logInAs(server.address.port, secretKey, 'user');
    expect(await client.rows('from moods')).toEqual([['sad']]);
    await client.rows("create temp type mood as enum ('glad')");
    await expect(client.rows('from moods')).rejects.toMatchObject(refused);
    await client.rows('drop type temp.mood');
    expect(await client.rows('from moods')).toEqual([['sad']]);
    client.close();
  });

  it('does not stand before a macro that a CHECK calls', async () => {
    await admin.rows('create or replace macro positive(x) as x > 0');
    await admin.rows('create or replace table checked (n integer check (positive(n)))');
    const client = await logInAs(server.address.port, secretKey, 'user');
    await client.rows('create temp macro positive(x) as true');
    await expect(client.rows('insert into checked values (-1)')).rejects.toMatchObject(refused);
    await client.rows('drop macro temp.positive');
    await expect(client.rows('insert into checked values (-1)')).rejects.toThrow(/CHECK/);
    client.close();
    expect(await admin.rows('from checked')).toEqual([]);
  });

  it('is judged by the views there are now, whoever made them', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user');
    await client.rows('create temp table later as select 1 as a');
    expect(await client.rows('from later')).toEqual([[1]]);
    await admin.rows('create or replace view memory.main.seen as select 2 as a');
    expect(await client.rows('from seen')).toEqual([[2]]);
    await admin.rows('create table memory.main.later as select 2 as a');
    await admin.rows('create or replace view memory.main.seen as from later');
    await expect(client.rows('from seen')).rejects.toMatchObject(refused);
    client.close();
  });

  it('is judged by the views that IMPORT DATABASE has brought', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gizmo-import-'));
    const client = await logInAs(server.address.port, secretKey, 'user');
    const importer = await logIn(server.address.port);
    try {
      writeFileSync(
        join(folder, 'schema.sql'),
        'create view brought as from acl; create table last (a integer);',
      );
      writeFileSync(join(folder, 'load.sql'), '');
      await client.rows("create temp table acl as select 'user' as who, 'all' as region");
      expect(await client.rows('from acl')).toEqual([['user', 'all']]);
      await importer.rows(`import database '${folder}'`);
      await expect(client.rows('from brought')).rejects.toMatchObject(refused);
    } finally {
      client.close();
      importer.close();
      rmSync(folder, { recursive: true });
    }
  });
});
