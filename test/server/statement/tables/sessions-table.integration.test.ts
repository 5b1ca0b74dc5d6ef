/** gizmo_sessions() over the wire: live, joined like any table, and of others' sessions only for administrators. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableFunctionClass } from '../../../../src/server/engine/duckdb/facts/function-classes.js';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logInAs } from '../../../support/log-in-as.js';
import { logIn, type RawClient } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let reader: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  reader = await logInAs(server.address.port, secretKey, 'readonly');
  await reader.rows('select 1');
});
afterAll(async () => {
  admin.close();
  reader.close();
  await server.stop();
});

it('shows an administrator every session, and which is the own one', async () => {
  const rows = await admin.rows('select role, is_current, state from gizmo_sessions() order by role');
  expect(rows).toEqual([
    ['admin', true, 'active'],
    ['readonly', false, 'idle'],
  ]);
});

it('shows others the sessions of their own name only, also behind the view of an administrator', async () => {
  await admin.rows('create view everybody as from gizmo_sessions()');
  for (const from of ['gizmo_sessions()', 'everybody']) {
    expect(await reader.rows(`select distinct role from ${from}`)).toEqual([['readonly']]);
  }
  expect(await admin.rows('select count(*) from everybody')).toEqual([[2n]]);
});

it('can be joined, filtered, kept and explained', async () => {
  expect(
    await admin.rows(
      'select count(*) from gizmo_sessions() a join gizmo_sessions() b using (session_id) where a.started_at <= now()',
    ),
  ).toEqual([[2n]]);
  await admin.rows('create table kept as select role from gizmo_sessions()');
  expect(await admin.rows('select count(*) from kept')).toEqual([[2n]]);
  expect(await admin.rows('explain analyze from gizmo_sessions()')).not.toEqual([]);
});

it('cannot be replaced by a macro of a user', async () => {
  const user = await logInAs(server.address.port, secretKey, 'user');
  for (const kind of ['temp macro', 'macro'])
    await expect(
      user.rows(`create ${kind} gizmo_sessions() as table select 'nobody' as role`),
    ).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  user.close();
});

it('has a class for each of them, without which nobody but administrators could read it', async () => {
  const names = await admin.rows(
    "select distinct function_name from duckdb_functions() where function_name like 'gizmo%' and function_type = 'table'",
  );
  const ours = names.map(([name]) => String(name)).filter((name) => name !== 'gizmo_ingest');
  expect(ours).toContain('gizmo_sessions');
  for (const name of ours) expect([name, tableFunctionClass(name)]).toEqual([name, 'server']);
});
