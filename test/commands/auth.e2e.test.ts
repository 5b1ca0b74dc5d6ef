/** Stored logins from the command line: `gizmo auth status|token|switch|logout`, and `gizmo client` that uses them. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredLogin } from '../../src/client/credentials/stored-login.js';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { ROOT } from '../support/root.js';
import { runGizmo } from '../support/run-gizmo.js';
import { hasKeychainPrograms, type SessionBus, startSessionBus } from '../support/secret-service.js';

type OpenLogins = typeof import('../../src/client/credentials/open-logins.js');
const built = pathToFileURL(join(ROOT, 'dist', 'client', 'credentials', 'open-logins.js'));
const { openLogins }: OpenLogins = await import(built.href);

const root = mkdtempSync(join(tmpdir(), 'gizmo-auth-'));
let server: GizmoServer;
beforeAll(async () => {
  server = await startGizmoServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

let states = 0;
/** A user of this machine with these logins; the start-up token of the server is not theirs to find. */
async function userWith(...logins: readonly Partial<StoredLogin>[]) {
  const state = join(root, String(states++));
  const opened = openLogins(join(state, 'gizmo'));
  for (const parts of logins)
    await opened.save({
      name: `localhost:${server.port}`,
      server: `localhost:${server.port}`,
      method: 'token',
      trust: 'plaintext',
      store: 'file',
      user: server.user,
      token: server.token,
      ...parts,
    });
  const own = { XDG_STATE_HOME: state, XDG_RUNTIME_DIR: state };
  return {
    state,
    logins: opened,
    gizmo: (args: readonly string[], env: Record<string, string> = {}) =>
      runGizmo(args, { env: { ...own, ...env } }),
    query: (args: readonly string[], env: Record<string, string> = {}) =>
      runGizmo(['client', ...args, '-c', 'select 42 as n', '--format', 'csv'], { env: { ...own, ...env } }),
  };
}

const ANSWER = { code: 0, stdout: 'n\n42\n', stderr: '' };
const there = () => ['-h', 'localhost', '-p', String(server.port)];
const elsewhere: Partial<StoredLogin> = {
  name: 'prod',
  server: 'db.example:31337',
  trust: 'verified',
  token: 's3cret-of-prod',
  user: 'ann',
  expiresAtS: 4_000_000_000,
};

describe('without a stored login', () => {
  it.each([['status'], ['token'], ['logout'], ['logout', '--all']])(
    'gizmo auth %s says how to log in, and ends with 4',
    async (...args) => {
      const { gizmo } = await userWith();
      expect(await gizmo(['auth', ...args])).toEqual({
        code: 4,
        stdout: '',
        stderr: 'Error: There is no stored login. Log in with: gizmo auth login\n',
      });
    },
  );

  it('status --json is an empty list', async () => {
    const { gizmo } = await userWith();
    const { code, stdout } = await gizmo(['auth', 'status', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([4, { environment: [], logins: [] }]);
  });
});

describe('gizmo client', () => {
  it('uses the stored login without a word', async () => {
    const { query } = await userWith({});
    expect(await query(there())).toEqual(ANSWER);
    expect(await query([`gizmo://localhost:${server.port}`])).toEqual(ANSWER);
  });

  it('sends nothing where there is none for the server', async () => {
    const { query } = await userWith({ ...elsewhere, token: server.token });
    expect(await query(there())).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`log in once: gizmo auth login localhost:${server.port}`),
    });
  });

  it('does not fall back to the stored login after a token that is refused', async () => {
    const { query } = await userWith({});
    const run = await query(there(), { GIZMO_TOKEN: 'wrong' });
    expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining('the token from GIZMO_TOKEN') });
  });

  it('names the stored login that the server refuses, and not its secret', async () => {
    const { query } = await userWith({ token: 'st4le' });
    const run = await query(there());
    expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining('the stored login localhost:') });
    expect(run.stderr).not.toContain('st4le');
  });

  it('goes where the profile says, or the active login', async () => {
    const { query, gizmo } = await userWith({ name: 'here' }, elsewhere);
    expect(await query(['--profile', 'here'])).toEqual(ANSWER);
    expect(await query([], { GIZMO_PROFILE: 'here' })).toEqual(ANSWER);
    const switched = await gizmo(['auth', 'switch', 'here']);
    expect(switched).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^here is active\..*localhost:\d+\.\n$/),
    });
    expect(await query([])).toEqual(ANSWER);
    expect(await gizmo(['auth', 'switch', '--none', '--json'])).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ active: null, server: null }, undefined, 2)}\n`,
    });
    expect(await query(['--connect-timeout', '1', '-p', '1'])).toMatchObject({ code: 3 });
  });

  it('sends a password that is stored', async () => {
    const { query, logins } = await userWith();
    const name = `localhost:${server.port}`;
    const place = { name, server: name, trust: 'plaintext', store: 'file' } as const;
    await logins.save({ ...place, method: 'password', user: server.user, password: server.token });
    expect(await query(there())).toEqual(ANSWER);
  });
});

describe('a program', () => {
  it('connects by the stored login that it asks for, and by none otherwise', async () => {
    const { state } = await userWith({});
    const program = `
      import { connect, storedLogin } from 'gizmo-sql';
      const db = await connect(await storedLogin('localhost:${server.port}'));
      console.log(JSON.stringify(await (await db.query('select 42::integer as n')).toArray()));
      await db.close();
      await connect({ port: ${server.port} }).catch((error) => console.log(error.code));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: ROOT,
      env: { ...process.env, XDG_STATE_HOME: state },
    });
    expect(stdout).toBe('[{"n":42}]\nUNAUTHENTICATED\n');
  });
});

describe('gizmo auth status', () => {
  it('shows who is logged in where, until when, and where the secret lies, but not the secret', async () => {
    const { gizmo, state } = await userWith({}, elsewhere);
    const { code, stdout, stderr } = await gizmo(['auth', 'status']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`prod
  server     db.example:31337
  user       ann
  logged in  by a token of your own
  expires    2096-10-02 07:06 UTC
  secret     in ${join(state, 'gizmo', 'credentials.json')}
  sent       to the verified server only

localhost:${server.port}
  user       ${server.user}
  logged in  by a token of your own
  secret     in ${join(state, 'gizmo', 'credentials.json')}
  sent       unencrypted, on this machine
`);
  });

  it('shows one as JSON', async () => {
    const { gizmo, state } = await userWith({}, elsewhere);
    const { stdout } = await gizmo(['auth', 'status', 'db.example', '--json']);
    expect(stdout).not.toContain('s3cret');
    expect(JSON.parse(stdout)).toEqual({
      environment: [],
      logins: [
        {
          name: 'prod',
          server: 'db.example:31337',
          user: 'ann',
          method: 'token',
          active: false,
          trust: 'verified',
          expiresAt: '2096-10-02T07:06:40.000Z',
          renewable: false,
          store: 'file',
          place: join(state, 'gizmo', 'credentials.json'),
        },
      ],
    });
  });

  it('says what goes before stored logins', async () => {
    const { gizmo } = await userWith({});
    const { code, stderr } = await gizmo(['auth', 'status'], { GIZMO_TOKEN: 'x' });
    expect([code, stderr]).toEqual([0, 'Warning: GIZMO_TOKEN is set and goes before stored logins.\n']);
  });

  it('ends with 4 where one has expired or lost its secret, and still shows the others', async () => {
    const { gizmo, state, query } = await userWith({ expiresAtS: 1_700_000_000 }, elsewhere);
    const expired = await gizmo(['auth', 'status']);
    expect([expired.code, expired.stdout]).toEqual([
      4,
      expect.stringMatching(/^prod\n[\s\S]*problem {4}It has expired/),
    ]);
    expect(await query(there())).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('expired at 2023-11-14'),
    });
    rmSync(join(state, 'gizmo', 'credentials.json'));
    const lost = await gizmo(['auth', 'status', 'prod', '--json']);
    expect([lost.code, JSON.parse(lost.stdout).logins[0].problem]).toEqual([
      4,
      expect.stringContaining('is not in'),
    ]);
  });
});

describe('gizmo auth token', () => {
  it('prints the token and nothing else', async () => {
    const { gizmo } = await userWith({}, elsewhere);
    expect(await gizmo(['auth', 'token', 'prod'])).toEqual({
      code: 0,
      stdout: 's3cret-of-prod\n',
      stderr: '',
    });
    expect(await gizmo(['auth', 'token', 'gizmo://DB.example:31337'])).toMatchObject({
      stdout: 's3cret-of-prod\n',
    });
    expect(JSON.parse((await gizmo(['auth', 'token', '--profile', 'prod', '--json'])).stdout)).toEqual({
      token: 's3cret-of-prod',
      server: 'db.example:31337',
      user: 'ann',
      expiresAt: '2096-10-02T07:06:40.000Z',
    });
  });

  it('asks which one where it could be either, and takes the only or the active one', async () => {
    const { gizmo } = await userWith({ name: 'here' }, elsewhere);
    expect(await gizmo(['auth', 'token'])).toEqual({
      code: 4,
      stdout: '',
      stderr: 'Error: Say which login is meant: prod, here.\n',
    });
    expect(await gizmo(['auth', 'token', 'nowhere'])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('There are: prod, here.'),
    });
    await gizmo(['auth', 'switch', 'here']);
    expect(await gizmo(['auth', 'token'])).toMatchObject({ code: 0, stdout: `${server.token}\n` });
    const alone = await userWith(elsewhere);
    expect(await alone.gizmo(['auth', 'token'])).toMatchObject({ code: 0 });
  });

  it('says that a login by password has none, without the password', async () => {
    const { gizmo, logins } = await userWith();
    const place = { name: 'prod', server: 'db.example:31337', trust: 'verified' } as const;
    await logins.save({ ...place, method: 'password', user: 'ann', password: 'p4ss', store: 'file' });
    const run = await gizmo(['auth', 'token']);
    expect(run).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('is by a password and has no token'),
    });
    expect(run.stderr).not.toContain('p4ss');
  });
});

describe('gizmo auth logout', () => {
  it('deletes the login and its secret', async () => {
    const { gizmo, state, query } = await userWith({ name: 'here' }, elsewhere);
    expect(await gizmo(['auth', 'logout', 'here'])).toEqual({
      code: 0,
      stdout: 'Logged out of here.\n',
      stderr: '',
    });
    expect(readFileSync(join(state, 'gizmo', 'credentials.json'), 'utf8')).not.toContain(server.token);
    expect(await query(there())).toMatchObject({ code: 4 });
    expect(JSON.parse((await gizmo(['auth', 'logout', '--all', '--json'])).stdout)).toEqual({
      loggedOut: [{ name: 'prod', server: 'db.example:31337' }],
    });
    expect(readFileSync(join(state, 'gizmo', 'credentials.json'), 'utf8')).not.toContain('s3cret');
  });
});

describe('several processes at once', () => {
  it('lose nothing that another one writes, of the list as of the secrets', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { gizmo, logins, state } = await userWith(
      ...names.map((name) => ({ ...elsewhere, name, token: `token of ${name}` })),
    );
    const runs = await Promise.all([
      ...names.slice(0, 4).map((name) => gizmo(['auth', 'logout', name])),
      gizmo(['auth', 'switch', 'e']),
    ]);
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']));
    expect([logins.list().map(({ name }) => name), logins.active()?.name]).toEqual([['e', 'f'], 'e']);
    const { secrets } = JSON.parse(readFileSync(join(state, 'gizmo', 'credentials.json'), 'utf8'));
    expect(Object.keys(secrets).sort()).toEqual(['e at db.example:31337', 'f at db.example:31337']);
    expect(readdirSync(join(state, 'gizmo')).sort()).toEqual(['credentials.json', 'logins.json']);
  });
});

describe('a wrong command line ends with 2', () => {
  it.each([
    [['status', 'a', 'b'], 'Unexpected argument: b'],
    [['token', 'a', '--profile', 'b'], 'Unexpected argument: a'],
    [['switch'], 'Name the login to switch to'],
    [['switch', 'a', '--none'], 'Name the login to switch to'],
    [['logout', 'a', '--all'], '--all goes without'],
    [['status', '--jso'], 'Did you mean --json?'],
  ])('gizmo auth %j', async (args, sentence) => {
    const { gizmo } = await userWith();
    expect(await gizmo(['auth', ...args])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(sentence),
    });
  });
});

describe.runIf(hasKeychainPrograms())('with the secret in a keychain', () => {
  let bus: SessionBus;
  beforeAll(async () => {
    bus = await startSessionBus();
    await bus.startKeyring('pass');
    Object.assign(process.env, bus.env);
  });
  afterAll(() => bus.stop());

  it('the client fetches it; locked, everything says so and what to do', async () => {
    const { gizmo, query, state } = await userWith({ store: 'keychain' });
    expect(await query(there())).toEqual(ANSWER);
    expect(await gizmo(['auth', 'status'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('in keychain (Secret Service)'),
    });
    expect(readFileSync(join(state, 'gizmo', 'logins.json'), 'utf8')).not.toContain(server.token);

    bus.lock();
    const locked = expect.stringContaining('cannot be used: it is locked');
    expect(await query(there())).toMatchObject({ code: 4, stdout: '', stderr: locked });
    expect(await gizmo(['auth', 'status'])).toMatchObject({ code: 4, stdout: locked });
    const advice = `gizmo auth logout localhost:${server.port} --force`;
    const logout = await gizmo(['auth', 'logout']);
    expect(logout).toMatchObject({ code: 4, stderr: locked });
    expect(logout.stderr).toContain(advice);
    expect(await gizmo(['auth', 'logout', '--force'])).toMatchObject({ code: 0, stderr: locked });
    expect(await gizmo(['auth', 'status'])).toMatchObject({ code: 4, stdout: '' });
  });

  it('that is locked by now, a login into a file takes its place all the same', async () => {
    const { gizmo, query, state } = await userWith();
    mkdirSync(state);
    const file = join(state, 'token');
    writeFileSync(file, server.token, { mode: 0o600 });
    const own = await startSessionBus();
    await own.startKeyring('pass');
    const { DBUS_SESSION_BUS_ADDRESS = '' } = own.env;
    const logIn = (store: string) =>
      gizmo(
        ['auth', 'login', `localhost:${server.port}`, '--token-file', file, '--credential-store', store],
        {
          DBUS_SESSION_BUS_ADDRESS,
        },
      );
    expect(await logIn('keychain')).toMatchObject({ code: 0 });
    own.lock();
    expect(await logIn('file')).toMatchObject({ code: 0, stderr: expect.stringContaining('stays there') });
    expect(await query(there())).toEqual(ANSWER);
    await own.stop();
  });
});
