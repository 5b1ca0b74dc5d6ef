/** Which way of logging in goes before which, and where a stored login may go: a real list, a real store. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ConnectionFlags, resolveConnection } from '../../src/cli/connection.js';
import { toConnectionPlan } from '../../src/cli/connection-plan.js';
import { loginTlsOf } from '../../src/cli/connection-tls.js';
import { type CredentialFlags, findCredentials } from '../../src/cli/credentials.js';
import { userRuntimeDirectory } from '../../src/cli/runtime-directory.js';
import { fetchStoredCredentials } from '../../src/cli/stored-credentials.js';
import { chooseLogin, trustOf } from '../../src/cli/stored-login.js';
import { openLogins } from '../../src/client/credentials/open-logins.js';
import type { StoredLogin } from '../../src/client/credentials/stored-login.js';
import { writeRuntimeFile } from '../../src/runtime-file.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-stored-'));
const before = process.env.XDG_RUNTIME_DIR;
const secret = join(root, 'secret');
beforeAll(() => {
  process.env.XDG_RUNTIME_DIR = root;
  writeRuntimeFile(
    { pid: process.pid, host: '127.0.0.1', port: 4711, user: 'admin', token: 'gzs_start', tls: false },
    userRuntimeDirectory(),
  );
  writeFileSync(secret, 'from file', { mode: 0o600 });
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  rmSync(root, { recursive: true });
});

let states = 0;
async function stateOf(logins: readonly Partial<StoredLogin>[], active?: string) {
  const state = join(root, `state${states++}`);
  const opened = openLogins(join(state, 'gizmo'));
  for (const parts of logins.toReversed()) {
    const login: StoredLogin = {
      name: parts.server ?? 'db.example:31337',
      server: 'db.example:31337',
      method: 'token',
      trust: 'verified',
      store: 'file',
      user: 'ann',
      ...parts,
    };
    await opened.save(
      login.method === 'mtls' || login.password !== undefined
        ? login
        : { token: `token of ${login.name}`, ...login },
    );
  }
  if (active !== undefined) await opened.activate(active);
  return { XDG_STATE_HOME: state };
}

type Flags = ConnectionFlags & CredentialFlags & { readonly profile?: string };
async function plan(flags: Flags, env: Record<string, string>, uri?: string) {
  const chosen = await chooseLogin(flags, uri, env);
  const connection = resolveConnection(flags, uri, env, chosen?.defaults);
  const stored = chosen?.stored;
  const fetchStored = stored === undefined ? undefined : () => fetchStoredCredentials(stored, connection);
  return { connection, credentials: await findCredentials(connection, flags, env, fetchStored) };
}
const db = { host: 'db.example' };

describe('of the ways to log in', () => {
  const all = { host: 'localhost', port: 4711 };
  const ways: readonly (readonly [string, Flags, Record<string, string>, object])[] = [
    ['--token-file', { 'token-file': secret }, { GIZMO_TOKEN: 'e' }, { kind: 'bearer', token: 'from file' }],
    ['GIZMO_TOKEN', {}, { GIZMO_TOKEN: 'e', GIZMO_PASSWORD: 'p' }, { kind: 'bearer', token: 'e' }],
    [
      '--password-file, before the environment’s token',
      { 'password-file': secret },
      { GIZMO_TOKEN: 'e' },
      { kind: 'password', password: 'from file' },
    ],
    [
      '--password-file',
      { 'password-file': secret },
      { GIZMO_PASSWORD: 'p' },
      { kind: 'password', password: 'from file' },
    ],
    [
      'GIZMO_PASSWORD',
      {},
      { GIZMO_PASSWORD: 'p', GIZMO_PASSWORD_FILE: secret },
      { kind: 'password', password: 'p' },
    ],
    ['GIZMO_PASSWORD_FILE', {}, { GIZMO_PASSWORD_FILE: secret }, { kind: 'password', password: 'from file' }],
    ['the stored login', {}, {}, { kind: 'bearer', token: 'token of localhost:4711', user: 'ann' }],
  ];
  it.each(ways)('%s goes before those that follow', async (_way, flags, env, expected) => {
    const state = await stateOf([{ server: 'localhost:4711', trust: 'plaintext' }]);
    expect((await plan({ ...all, ...flags }, { ...state, ...env })).credentials).toMatchObject(expected);
  });

  it('the start-up token comes after the stored login, and is used where there is none', async () => {
    expect((await plan(all, await stateOf([{}]))).credentials).toMatchObject({ token: 'gzs_start' });
  });

  it('a stored login that something goes before is not even read', async () => {
    const state = await stateOf([{}]);
    rmSync(join(state.XDG_STATE_HOME, 'gizmo', 'credentials.json'));
    expect((await plan(db, { ...state, GIZMO_TOKEN: 'e' })).credentials).toMatchObject({ token: 'e' });
    await expect(plan(db, state)).rejects.toThrow('Log in again');
  });
});

describe('a stored login', () => {
  it('is used for its own server and port, in any case of letters, and for nothing else', async () => {
    const state = await stateOf([{}]);
    expect((await plan({ host: 'DB.Example' }, state)).credentials).toMatchObject({
      token: 'token of db.example:31337',
    });
    expect((await plan({}, state, 'gizmo://db.example')).credentials).toMatchObject({ kind: 'bearer' });
    expect((await plan({}, { ...state, GIZMO_HOST: 'db.example' })).credentials).toMatchObject({
      kind: 'bearer',
    });
    for (const flags of [
      { host: 'db.example.evil' },
      { host: 'db.example', port: 1 },
      { host: 'db.example.' },
      {},
    ])
      expect((await plan(flags, state)).credentials).toEqual({ kind: 'none' });
  });

  it('of another user than the one that is named is left alone', async () => {
    const state = await stateOf([{ name: 'ann' }, { name: 'ben', user: 'ben' }]);
    expect((await plan(db, state)).credentials).toMatchObject({ user: 'ann' });
    expect((await plan({ ...db, username: 'ben' }, state)).credentials).toMatchObject({
      user: 'ben',
      token: 'token of ben',
    });
    await expect(plan({ ...db, username: 'eve' }, state)).rejects.toThrow('no password for eve');
  });

  it('is what the user "token" means', async () => {
    const state = await stateOf([{}]);
    expect((await plan({ ...db, username: 'token' }, state)).credentials).toMatchObject({
      kind: 'bearer',
      user: 'ann',
    });
    const given = await plan({ ...db, username: 'token' }, { ...state, GIZMO_PASSWORD: 'jwt' });
    expect(given.credentials).toMatchObject({ kind: 'password', user: 'token', password: 'jwt' });
  });

  it('stays with its server, which may name others for parts of a result', async () => {
    const state = await stateOf([{}]);
    const { connection, credentials } = await plan(db, state);
    expect(toConnectionPlan(connection, credentials).followLocations).toBe(false);
    const renewed = await credentials.renew?.();
    expect(renewed && toConnectionPlan(connection, renewed).followLocations).toBe(false);
    const given = await plan(db, { ...state, GIZMO_TOKEN: 'x' });
    expect(toConnectionPlan(given.connection, given.credentials).followLocations).toBe(true);
  });

  it('is not sent over a connection that is proven less than its own', async () => {
    const warnings = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const state = await stateOf([{}]);
    for (const flags of [
      { ...db, plaintext: true },
      { ...db, 'tls-skip-verify': true },
    ])
      expect((await plan(flags, state)).credentials).toEqual({ kind: 'none' });
    const local = await stateOf([{ server: 'localhost:1' }]);
    const off = { host: 'localhost', port: 1, tls: false };
    expect((await plan(off, local)).credentials).toEqual({ kind: 'none' });
    expect(warnings.mock.calls.flat().join('')).toMatch(/is not sent without TLS.*not verified/s);
    warnings.mockRestore();
    await expect(plan({ profile: 'localhost:1', tls: false }, local)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  it('that was made over TLS at this machine is used over TLS, without a flag', async () => {
    const state = await stateOf([{ server: 'localhost:1' }]);
    const { connection, credentials } = await plan({ host: 'localhost', port: 1 }, state);
    expect([connection.tls, credentials.kind]).toEqual([{ skipVerify: false }, 'bearer']);
  });

  it('brings what proves the server, unless that is said anew', async () => {
    const roots = join(root, 'roots.pem');
    writeFileSync(roots, 'PEM');
    const tls = loginTlsOf({ 'tls-roots': roots, 'tls-pin': 'ab', 'tls-server-name': 'db' }, {}, {});
    const state = await stateOf([{ tls }]);
    expect((await plan(db, state)).connection.tls).toEqual({
      skipVerify: false,
      roots: Buffer.from('PEM'),
      pins: ['ab'],
      serverName: 'db',
    });
    const said = await plan({ ...db, 'tls-pin': 'cd' }, state);
    expect(said.connection.tls).toEqual({ skipVerify: false, pins: ['cd'], serverName: 'db' });
    expect((await plan({ host: 'other.example' }, state)).connection.tls).toEqual({ skipVerify: false });
  });

  it('by client certificate brings the certificate', async () => {
    const [cert, key] = [join(root, 'ann.crt'), join(root, 'ann.key')];
    for (const path of [cert, key]) writeFileSync(path, path, { mode: 0o600 });
    const state = join(root, 'mtls');
    await openLogins(join(state, 'gizmo')).save({
      name: 'm',
      server: 'db.example:31337',
      method: 'mtls',
      trust: 'verified',
      tls: { cert, key },
    });
    const { connection, credentials } = await plan(db, { XDG_STATE_HOME: state });
    expect(credentials.kind).toBe('none');
    expect(connection.tls).toMatchObject({ clientCertificate: { keyPath: key } });
  });

  it('with a password logs in by it', async () => {
    const state = await stateOf([{ method: 'password', password: 'p', user: 'ann' }]);
    expect((await plan(db, state)).credentials).toMatchObject({
      kind: 'password',
      user: 'ann',
      password: 'p',
    });
  });

  it('that has expired is not sent', async () => {
    const state = await stateOf([{ expiresAtS: 1_700_000_000 }]);
    await expect(plan(db, state)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('expired at 2023-11-14 22:13 UTC. Log in again: gizmo auth login'),
    });
  });

  it('is fetched anew for connecting again', async () => {
    const state = await stateOf([{}]);
    const { credentials } = await plan(db, state);
    await openLogins(join(state.XDG_STATE_HOME, 'gizmo')).save({
      name: 'db.example:31337',
      server: 'db.example:31337',
      method: 'token',
      trust: 'verified',
      store: 'file',
      token: 'renewed',
    });
    expect(await credentials.renew?.()).toMatchObject({ token: 'renewed' });
  });

  it('in a list that others may write is not used, and that is said', async () => {
    const warnings = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const state = await stateOf([{}]);
    chmodSync(join(state.XDG_STATE_HOME, 'gizmo', 'logins.json'), 0o666);
    expect((await plan(db, state)).credentials).toEqual({ kind: 'none' });
    expect(warnings.mock.calls.flat().join('')).toContain('chmod 600');
    warnings.mockRestore();
    await expect(plan({ profile: 'db.example:31337' }, state)).rejects.toThrow('chmod 600');
  });
});

describe('a profile', () => {
  it('says where to connect and as whom', async () => {
    const state = await stateOf([
      { name: 'prod', server: 'prod.example:4' },
      { name: 'test', server: 'test.example:5' },
    ]);
    for (const [flags, env] of [
      [{ profile: 'prod' }, {}],
      [{ profile: 'prod', host: 'prod.example', port: 4 }, { GIZMO_PROFILE: 'test' }],
      [{}, { GIZMO_PROFILE: 'prod' }],
    ] as const)
      expect(await plan(flags, { ...state, ...env })).toMatchObject({
        connection: { host: 'prod.example', port: 4, tls: { skipVerify: false } },
        credentials: { token: 'token of prod' },
      });
  });

  it.each([
    ['tlsPin', 'sha256//AAAA', { 'tls-pin': 'sha256//AAAA' }],
    ['tlsRoots', '/elsewhere/ca.pem', undefined],
    ['tlsServerName', 'db.other', { 'tls-server-name': 'db.other' }],
  ])('is not sent where the address brings its own proof of the server: %s', async (name, value, asFlag) => {
    const state = await stateOf([{ name: 'prod', server: 'prod.example:4', tls: { pins: 'sha256//BBBB' } }]);
    const uri = `gizmo://prod.example:4?${name}=${encodeURIComponent(value)}`;
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await chooseLogin({}, uri, state)).not.toHaveProperty('stored');
      expect(String(warned.mock.calls)).toContain(`(${name})`);
      await expect(chooseLogin({ profile: 'prod' }, uri, state)).rejects.toMatchObject({ code: 'USAGE' });
      if (asFlag !== undefined) expect(await chooseLogin(asFlag, uri, state)).toHaveProperty('stored');
    } finally {
      warned.mockRestore();
    }
  });

  it('is sent where the address says the proof that the login has', async () => {
    const state = await stateOf([{ server: 'prod.example:4', tls: { pins: 'sha256//BBBB' } }]);
    const uri = 'gizmo://prod.example:4?tlsPin=sha256%2F%2FBBBB';
    expect(await chooseLogin({}, uri, state)).toHaveProperty('stored');
  });

  it('of another server than is named is refused', async () => {
    const state = await stateOf([{ name: 'prod', server: 'prod.example:4' }]);
    await expect(plan({ profile: 'prod', host: 'test.example' }, state)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('for prod.example:4 and not for test.example:4'),
    });
  });

  it('is for its own user: another one is asked for a password at the same server', async () => {
    const state = await stateOf([{ name: 'prod', server: 'prod.example:4' }]);
    await expect(plan({ profile: 'prod', username: 'eve' }, state)).rejects.toThrow('no password for eve');
    expect(await plan({ profile: 'prod' }, { ...state, GIZMO_USER: 'eve' })).toMatchObject({
      credentials: { user: 'ann' },
    });
    expect(await plan({ profile: 'prod', username: 'eve' }, { ...state, GIZMO_PASSWORD: 'p' })).toMatchObject(
      {
        connection: { host: 'prod.example', port: 4 },
        credentials: { kind: 'password', user: 'eve' },
      },
    );
  });

  it('that does not exist is refused, and those that do are named', async () => {
    await expect(plan({ profile: 'x' }, await stateOf([]))).rejects.toThrow('There is none yet');
    await expect(plan({ profile: 'x' }, await stateOf([{ name: 'prod' }]))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('There are: prod'),
    });
  });

  it('that is active is meant where no server is named, by any user', async () => {
    const state = await stateOf(
      [{ name: 'prod', server: 'prod.example:4' }, { server: 'localhost:31337' }],
      'prod',
    );
    expect(await plan({}, state)).toMatchObject({
      connection: { host: 'prod.example' },
      credentials: { user: 'ann' },
    });
    expect(await plan({ username: 'eve' }, { ...state, GIZMO_PASSWORD: 'p' })).toMatchObject({
      connection: { host: 'prod.example', port: 4, tls: { skipVerify: false } },
      credentials: { kind: 'password', user: 'eve' },
    });
    expect((await plan({ host: 'localhost' }, state)).credentials).toMatchObject({
      token: 'token of localhost:31337',
    });
    expect((await plan({ port: 9 }, state)).connection).toMatchObject({ host: 'localhost', port: 9 });
  });
});

describe('how well a connection proves its server', () => {
  it.each([
    [{ host: 'db.example', port: 1, tls: { skipVerify: false } }, 'verified'],
    [{ host: 'db.example', port: 1, tls: { skipVerify: true } }, 'unverified'],
    [{ host: 'db.example', port: 1, tls: 'off' }, 'plaintext'],
    [{ host: 'localhost', port: 4711, tls: 'plain' }, 'plaintext'],
  ] as const)('of %j is %s', (connection, trust) => expect(trustOf(connection)).toBe(trust));
});
