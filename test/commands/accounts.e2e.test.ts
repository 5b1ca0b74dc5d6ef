/** `gizmo user` and `gizmo token` against a server that is stopped and started again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { type GizmoRun, runGizmo } from '../support/run-gizmo.js';
import { startServerProcess } from '../support/server-process.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-accounts-'));
const database = join(folder, 's.duckdb');
const passwordFile = join(folder, 'password');
let server: GizmoServer;

beforeAll(async () => {
  writeFileSync(passwordFile, "it's a secret\n", { mode: 0o600 });
  server = await startGizmoServer(['--database', database, '--query-log-level', 'info']);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const gizmo = (args: readonly string[], input = ''): Promise<GizmoRun> =>
  runGizmo([...args, '--port', String(server.port)], { input, env: { XDG_RUNTIME_DIR: server.runtime } });
const as = (name: string, password: string, sql: string) =>
  gizmo(['client', '--username', name, '--password-stdin', '--csv', '--no-header', '-c', sql], password);
const bearer = async (token: string, sql: string) => {
  const file = join(folder, 'token');
  writeFileSync(file, token, { mode: 0o600 });
  return gizmo(['client', '--token-file', file, '--csv', '--no-header', '-c', sql]);
};

describe('gizmo user and gizmo token', () => {
  let token: string;

  it('create a user with a password from a file, and say so', async () => {
    const created = await gizmo([
      'user',
      'create',
      'alice',
      '--role',
      'user',
      '--new-password-file',
      passwordFile,
    ]);
    expect(created).toEqual({ code: 0, stdout: 'alice is a user with the role user.\n', stderr: '' });
    expect(await as('alice', "it's a secret", 'select 42')).toMatchObject({ code: 0, stdout: '42\n' });
  });

  it('answer in JSON', async () => {
    const { stdout } = await gizmo(['user', 'create', 'etl', '--no-password', '--json']);
    expect(JSON.parse(stdout)).toEqual({ user: 'etl', role: 'readonly' });
    const list = await gizmo(['user', 'list', '--json']);
    expect(JSON.parse(list.stdout)).toMatchObject({
      users: [
        { user_name: 'alice', role: 'user', has_password: true, is_suspended: false, suspended_at: null },
        { user_name: 'etl', role: 'readonly', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
      ],
    });
  });

  it('print a token alone', async () => {
    const created = await gizmo(['token', 'create', 'alice', '--role', 'readonly', '--expires', '1 hour']);
    expect(created.stdout).toMatch(/^gzm_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(created.stderr).toMatch(/Token \w+ of alice, role readonly, ends .* shown this once/);
    token = created.stdout.trim();
    expect(await bearer(token, 'select user_name from gizmo_tokens()')).toMatchObject({ stdout: 'alice\n' });
  });

  it('find users, tokens and suspensions again after a restart', async () => {
    const suspended = await gizmo(['user', 'suspend', 'zoe@example.com']);
    expect(suspended.stdout).toMatch(/is suspended.*No user of this server has that name/s);
    await server.stop();
    server = await startGizmoServer(['--database', database, '--query-log-level', 'info'], server);
    expect(await as('alice', "it's a secret", 'select 1')).toMatchObject({ code: 0 });
    expect(await bearer(token, 'select 1')).toMatchObject({ code: 0 });
    const { stdout } = await gizmo(['user', 'list', '--json']);
    expect(JSON.parse(stdout).users).toContainEqual(
      expect.objectContaining({ user_name: 'zoe@example.com', role: null, is_suspended: true }),
    );
  });

  it('change a password from standard input, and a role', async () => {
    expect(await gizmo(['user', 'password', 'alice', '--new-password-stdin'], 'another one\n')).toMatchObject(
      {
        code: 0,
      },
    );
    expect(await as('alice', "it's a secret", 'select 1')).toMatchObject({ code: 4 });
    expect(await as('alice', 'another one', 'select 1')).toMatchObject({ code: 0 });
    await gizmo(['user', 'role', 'alice', 'readonly']);
    expect(await as('alice', 'another one', 'create table t (i integer)')).toMatchObject({ code: 6 });
  });

  it('suspend, activate, revoke and drop', async () => {
    const suspended = await gizmo(['user', 'suspend', 'alice', '--json']);
    expect(JSON.parse(suspended.stdout)).toEqual({ user: 'alice', is_user: true });
    expect(await bearer(token, 'select 1')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/suspended/),
    });
    await gizmo(['user', 'activate', 'alice']);
    expect(await bearer(token, 'select 1')).toMatchObject({ code: 0 });
    const revoked = await gizmo(['token', 'revoke', token.slice(4, 16), '--json']);
    expect(JSON.parse(revoked.stdout)).toEqual({ revoked: token.slice(4, 16) });
    expect(await bearer(token, 'select 1')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/revoked/),
    });
    expect(await gizmo(['user', 'drop', 'alice'])).toMatchObject({ code: 0 });
    expect(await as('alice', 'another one', 'select 1')).toMatchObject({ code: 4 });
    const { stdout } = await gizmo(['token', 'list', '--json']);
    expect(JSON.parse(stdout)).toEqual({ tokens: [] });
  });

  it.each([
    [['user', 'create'], 2, /Name the user/],
    [['user', 'create', 'x', '--role', 'root', '--no-password'], 2, /choose admin, user or readonly/],
    [['user', 'create', 'x'], 2, /no terminal to ask .* --new-password-file or --new-password-stdin/],
    [['user', 'drop', 'nobody'], 1, /no user "nobody"/],
    [['user', 'activate', 'nobody'], 1, /no user "nobody"/],
    [['user', 'role', 'etl'], 2, /Name the user and the role/],
    [['token', 'create', 'etl', '--expires', 'soon'], 1, /such as '90 days', or NEVER/],
    [['token', 'create', 'nobody'], 1, /no user "nobody"/],
    [['token', 'revoke'], 2, /Name the id of the token/],
  ])('refuse %j', async (args, code, words) => {
    expect(await gizmo(args)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) });
  });

  it('leave no secret in the log', () => {
    const said = server.said();
    expect(said).toMatch(/ALTER USER \\?"alice\\?" PASSWORD '\*\*\*'/);
    for (const secret of ["it's a secret", 'another one', token.slice(17)])
      expect(said).not.toContain(secret);
  });

  it('refuse a second server in the directory, and an administrator of a user’s name', async () => {
    const second = await runGizmo(['server', 'start', '--port', '0', '--state-dir', `${database}.gizmo`]);
    expect(second).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(new RegExp(`server with process id ${server.pid} uses the directory`)),
    });
    await server.stop();
    const same = await runGizmo([
      'server',
      'start',
      '--port',
      '0',
      '--database',
      database,
      '--username',
      'ETL',
    ]);
    expect(same).toMatchObject({ code: 2, stderr: expect.stringMatching(/There is a user "etl"/) });
  });

  it('take a token of the operator’s own for the administrator', async () => {
    const file = join(folder, 'server-token');
    writeFileSync(file, 'a-token-of-our-own-0123456789\n', { mode: 0o600 });
    const own = await startServerProcess(['--server-token-file', file]);
    server = { ...server, port: own.port };
    try {
      expect(
        await bearer(readFileSync(file, 'utf8').trim(), 'select role from gizmo_sessions()'),
      ).toMatchObject({
        stdout: 'admin\n',
      });
      expect(await bearer('gzs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'select 1')).toMatchObject({ code: 4 });
    } finally {
      await own.stop();
    }
  });
});
