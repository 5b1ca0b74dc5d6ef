/** Limits on statements, each with its status, and what SET gizmosql.… does to them. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseConfig } from '../../../src/server/config/parse-config.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const ENDLESS = 'select count(*) from range(1000000000000) a, range(1000) b where a.range * b.range = -1';
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey, 'max-sql-size': '2kB' });
  admin = await logIn(server.address.port);
  user = await logInAs(server.address.port, secretKey, 'user');
});
afterAll(async () => {
  for (const client of [admin, user]) client.close();
  await server.stop();
});

const set = (name: string, value: number | string) => admin.rows(`set global gizmosql.${name} = ${value}`);
const denied = { code: status.PERMISSION_DENIED };

it('ends a statement at the time limit, which users may lower and only administrators raise', async () => {
  await set('query_timeout', 1);
  await expect(user.rows(ENDLESS)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await expect(user.rows('set gizmosql.query_timeout = 2')).rejects.toMatchObject(denied);
  await expect(user.rows('set gizmosql.query_timeout = 0')).rejects.toMatchObject(denied);
  await expect(user.rows('set global gizmosql.query_timeout = 5')).rejects.toMatchObject({
    ...denied,
    details: 'Only admin users can SET GLOBAL query_timeout',
  });
  await admin.rows('set gizmosql.query_timeout = 0');
  await set('query_timeout', 0);
  expect(await user.rows('SET SESSION gizmosql.query_timeout TO 1')).toEqual([
    ["GizmoSQL session parameter 'query_timeout' successfully set to: 1"],
  ]);
  await expect(user.rows(ENDLESS)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  await user.rows('reset gizmosql.query_timeout');
  await admin.rows('set global gizmosql.query_timeout = 7 for user "user"');
  const shown =
    "select value, session_value, global_value from gizmosql_settings() where name = 'query_timeout'";
  expect(await user.rows(shown)).toEqual([['7', null, '0']]);
  await admin.rows('reset global gizmosql.query_timeout for user "user"');
  expect(await user.rows(shown)).toEqual([['0', null, '0']]);
});

it('lets nobody but administrators have fewer of their own statements logged', async () => {
  await expect(user.rows('set gizmosql.query_log_level = off')).rejects.toMatchObject({
    code: status.PERMISSION_DENIED,
  });
  await user.rows('set gizmosql.query_log_level = info');
  await user.rows('reset gizmosql.query_log_level');
  await admin.rows('set gizmosql.query_log_level = off');
  await admin.rows('reset gizmosql.query_log_level');
});

it('changes how long statements may still run when the server stops', async () => {
  const before = server.graceMs;
  await admin.rows('set global gizmosql.shutdown_grace_period_seconds = 7');
  expect(server.graceMs).toBe(7000);
  await admin.rows('reset global gizmosql.shutdown_grace_period_seconds');
  expect(server.graceMs).toBe(before);
});

it('shows what a setting is where nothing is said, whatever the server was started with', async () => {
  const shown = (name: string) =>
    admin.rows(
      `select global_value, default_value, input_type from gizmosql_settings() where name = '${name}'`,
    );
  const defaults = String(parseConfig({}, {}).limits.sqlCharsMax);
  expect(await shown('max_sql_size')).toEqual([['2000', defaults, 'integer']]);
  expect(await shown('shutdown_grace_period_seconds')).toEqual([['0', '10', 'integer']]);
});

it("sets how long statements may still run at the end by GizmoSQL's other name for it", async () => {
  const shown = "select value, default_value from gizmosql_settings() where name = 'graceful_shutdown'";
  expect(await admin.rows(shown)).toEqual([['false', 'false']]);
  await admin.rows('set global gizmosql.graceful_shutdown = true');
  expect(server.graceMs).toBe(300_000);
  expect(await admin.rows(shown)).toEqual([['true', 'false']]);
  await admin.rows('set global gizmosql.graceful_shutdown = 0');
  expect(server.graceMs).toBe(10_000);
  await admin.rows('reset global gizmosql.graceful_shutdown');
  expect(server.graceMs).toBe(0);
});

it('lets administrators alone go before those that wait, and lets them wait too', async () => {
  const shown = "select value, session_value from gizmosql_settings() where name = 'bypass_queue'";
  expect(await admin.rows(shown)).toEqual([['true', null]]);
  expect(await user.rows(shown)).toEqual([['false', null]]);
  await expect(user.rows('set gizmosql.bypass_queue = true')).rejects.toMatchObject({
    ...denied,
    details: 'Only admin users can enable bypass_queue',
  });
  const batch = await logIn(server.address.port);
  await set('max_concurrent_statements', 1);
  const endless = user.rows(ENDLESS).catch(({ code }: { code: number }) => code);
  const states = async () =>
    (await admin.rows('select state from gizmo_queries() where not is_current order by 1')).flat();
  await vi.waitUntil(async () => (await states()).includes('running'), { timeout: 30_000 });
  expect(await batch.rows('select 1')).toEqual([[1]]);
  await batch.rows('set gizmosql.bypass_queue = false');
  const waiting = batch.rows('select 2');
  await vi.waitUntil(async () => (await states()).includes('queued'), { timeout: 30_000 });
  const [[id]] = (await admin.rows(
    "select query_id from gizmo_queries() where state = 'running' and not is_current",
  )) as [[string]];
  // What is Gizmo's own waits for nothing: it can stop what the places are taken by.
  const other = await logIn(server.address.port);
  await other.rows('set gizmosql.bypass_queue = false');
  await other.rows(`kill query '${id}'`);
  expect(await endless).toBe(status.CANCELLED);
  expect(await waiting).toEqual([[2]]);
  await set('max_concurrent_statements', 0);
  for (const client of [batch, other]) client.close();
});

it('refuses settings that are none, or not to be set so', async () => {
  for (const [sql, details] of [
    ['set gizmosql.nothing = 1', /^Unknown GizmoSQL configuration parameter: nothing/],
    ['set gizmosql.capture_query_profile = true', /EXPLAIN ANALYZE shows/],
    ['set gizmosql.bypass_queue = perhaps', /one of true, false/],
    ['set global gizmosql.bypass_queue = true', /each session's own/],
    ['set global gizmosql.max_sessions = 1', /--max-sessions or GIZMO_MAX_SESSIONS/],
    ['set gizmosql.max_result_rows = 1', /SET GLOBAL gizmosql.max_result_rows/],
    ["set global gizmosql.max_result_rows = 'many'", /whole number/],
    ['set global gizmosql.max_result_rows = -1', /whole number/],
    ['set global gizmosql.query_log_level = loud', /one of info, warning, off/],
    ['set gizmosql.query_timeout', /Usage: SET/],
    ['set gizmosql.query_timeout = (select 1)', /Usage: SET/],
  ] as const)
    await expect(admin.rows(sql)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringMatching(details),
    });
});

it('calls a session and its statements what SET says, for lists and the log', async () => {
  const client = await logInAs(server.address.port, secretKey, 'user');
  const long = 'x'.repeat(300);
  await client.rows(`set gizmosql.session_tag = '{"team": "${long}"}'`);
  expect(await client.rows("SET SESSION gizmosql.query_tag TO 'nightly'")).toEqual([
    ["GizmoSQL session parameter 'query_tag' successfully set to: nightly"],
  ]);
  expect(await client.rows('select session_tag from gizmo_sessions() where is_current')).toEqual([
    [`{"team": "${long}"}`],
  ]);
  const tag = 'select query_tag from gizmo_queries() where is_current';
  expect(await client.rows(tag)).toEqual([['nightly']]);
  const shown = "select session_value from gizmosql_settings() where name = 'query_tag'";
  expect(await client.rows(shown)).toEqual([['nightly']]);
  await client.rows('reset gizmosql.query_tag');
  expect(await client.rows(tag)).toEqual([[null]]);
  await expect(admin.rows("set global gizmosql.session_tag = 'x'")).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('SET gizmosql.session_tag'),
  });

  client.close();
});

it('fails a result that is too large, and never cuts it', async () => {
  await set('max_result_rows', 10);
  expect(await user.rows('from range(10)')).toHaveLength(10);
  await expect(user.rows('from range(11)')).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  await set('max_result_rows', 0);
  await set('max_result_size', 10_000);
  await expect(user.rows("select repeat('x', 20000)")).rejects.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
  // What changes something is done when its result is known.
  await user.rows('create table filled as from range(0)');
  expect(
    await user.rows("insert into filled from range(2000) returning range, 'a long text of some size'"),
  ).toHaveLength(2000);
  await set('max_result_size', 0);
});

it('refuses a text that is too large, and whoever is too fast, before anything is parsed', async () => {
  await expect(user.rows(`select ${'('.repeat(3000)}`)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: expect.stringContaining('--max-sql-size'),
  });
  await set('max_statements_per_second', 2);
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => user.rows('select 1 +')));
  await set('max_statements_per_second', 0);
  const codes = answers.map((it) => (it.status === 'rejected' ? it.reason.code : 0));
  expect(codes.filter((code) => code === status.RESOURCE_EXHAUSTED).length).toBeGreaterThanOrEqual(4);
  expect(codes.filter((code) => code === status.INVALID_ARGUMENT).length).toBeGreaterThanOrEqual(2);
});

it('lets statements wait for a place, some of them, and administrators never', async () => {
  await set('max_concurrent_statements', 1);
  await set('max_queued_statements', 1);
  const others = [
    await logInAs(server.address.port, secretKey, 'user'),
    await logInAs(server.address.port, secretKey, 'readonly'),
  ] as const;
  const endless = expect(user.rows(ENDLESS)).rejects.toMatchObject({ code: status.CANCELLED });
  const state = (name: string) =>
    admin.rows(`select query_id from gizmo_queries() where state = '${name}' and not is_current`);
  const when = async (name: string) => {
    for (;;) {
      const [row] = await state(name);
      if (row !== undefined) return row[0];
    }
  };
  const query = await when('running');
  const waiting = others[0].rows('select 1');
  await when('queued');
  await expect(others[1].rows('select 2')).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    details: expect.stringContaining('--max-queued-statements'),
  });
  expect(await admin.rows('select 3')).toEqual([[3]]);
  await admin.rows(`kill query ${query}`);
  await endless;
  expect(await waiting).toEqual([[1]]);
  await set('max_queued_statements', -1);
  await set('max_concurrent_statements', 0);
  for (const client of others) client.close();
});
