/** `gizmo server sessions` and `gizmo server kill`, over a connection like the shell's. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { connectRaw, type RawClient } from '../support/raw-client.js';
import { runGizmo } from '../support/run-gizmo.js';

let server: GizmoServer;
let victim: RawClient;
beforeAll(async () => {
  server = await startGizmoServer();
  victim = connectRaw(server.port, { authorization: `Bearer ${server.token}` });
  await victim.rows('select 1');
});
afterAll(async () => {
  victim.close();
  await server.stop();
});

const gizmo = (...args: string[]) =>
  runGizmo(['server', ...args, '-h', '127.0.0.1', '-p', String(server.port), '--username', server.user], {
    env: { GIZMO_PASSWORD: server.token },
  });

it('shows who is connected, as a table and as JSON', async () => {
  const table = await gizmo('sessions');
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(table.stdout).toMatch(/^SESSION +USER +ROLE +FROM +SINCE +STATE\n/);
  expect(table.stdout).toMatch(/active \(this one\)/);
  const { sessions } = JSON.parse((await gizmo('sessions', '--json')).stdout);
  expect(sessions).toHaveLength(2);
  expect(sessions[0]).toMatchObject({ role: 'admin', is_current: false, state: 'idle' });
  expect(new Date(sessions[0].started_at).getTime()).toBeGreaterThan(0);
});

it('shows what runs, stops it, and ends its session', async () => {
  const endless = victim.rows(
    'select count(*) from range(1000000000000) a, range(1000) b where a.range * b.range = -1',
  );
  const failed = expect(endless).rejects.toThrow(/KILL QUERY/);
  const running = async () => JSON.parse((await gizmo('sessions', '--queries', '--json')).stdout).queries;
  let queries = await running();
  while (queries.length === 0) queries = await running();
  expect(queries[0]).toMatchObject({ user_name: server.user, door: 'statement-query' });
  expect((await gizmo('sessions', '--queries')).stdout).toContain('select count(*)');
  const stopped = await gizmo('kill', '--query', queries[0].query_id);
  expect(stopped).toMatchObject({ code: 0, stdout: `Query ${queries[0].query_id} killed successfully\n` });
  await failed;

  const killed = await gizmo('kill', queries[0].session_id, '--json');
  expect(JSON.parse(killed.stdout)).toEqual({
    killed: [`Session ${queries[0].session_id} killed successfully`],
  });
  await expect(victim.rows('select 1')).rejects.toThrow(/has been killed/);
});

it('says that only administrators may kill, not that there is no such session', async () => {
  const admin = connectRaw(server.port, { authorization: `Bearer ${server.token}` });
  await admin.rows("create user bob password 'staple battery horse'");
  admin.close();
  const killed = await runGizmo(
    ['server', 'kill', '--user', server.user, '-h', '127.0.0.1', '-p', String(server.port), '-u', 'bob'],
    { env: { GIZMO_PASSWORD: 'staple battery horse' } },
  );
  expect(killed).toMatchObject({ code: 6, stderr: expect.stringContaining('Only admin users can execute') });
});

it('says what is wrong, with the exit codes of everything', async () => {
  expect(await gizmo('kill')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('gizmo server sessions'),
  });
  expect(await gizmo('kill', 'nobody')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('Session not found: nobody'),
  });
  expect(await gizmo('kill', '--user', 'no one')).toMatchObject({ code: 1 });
  expect(await gizmo('kill', 'x', '--user', 'y')).toMatchObject({ code: 2 });
});
