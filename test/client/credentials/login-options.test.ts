import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openLogins } from '../../../src/client/credentials/open-logins.js';
import type { StoredLogin } from '../../../src/client/credentials/stored-login.js';
import { storedLogin } from '../../../src/client/index.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-options-'));
const before = process.env.XDG_STATE_HOME;
afterAll(() => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
  rmSync(root, { recursive: true });
});

let states = 0;
beforeEach(() => {
  process.env.XDG_STATE_HOME = join(root, String(states++));
});
const save = (login: Partial<StoredLogin>) =>
  openLogins(join(process.env.XDG_STATE_HOME ?? '', 'gizmo')).save({
    name: 'db.example:31337',
    server: 'db.example:31337',
    method: 'token',
    trust: 'verified',
    ...login,
  });

describe('storedLogin', () => {
  it('is what connect() takes: the place, the proof of the server, and the secret', async () => {
    const roots = join(root, 'roots.pem');
    writeFileSync(roots, 'PEM');
    await save({ store: 'file', user: 'ann', token: 't', tls: { roots, pins: 'ab;cd', serverName: 'db' } });
    const options = {
      host: 'db.example',
      port: 31_337,
      tls: { roots: Buffer.from('PEM'), pins: ['ab', 'cd'], serverName: 'db' },
      followLocations: false,
      username: 'ann',
      token: 't',
    };
    expect(await storedLogin()).toEqual(options);
    expect(await storedLogin('DB.example')).toEqual(options);
    expect(await storedLogin('db.example:31337')).toEqual(options);
  });

  it('is without TLS on this machine only, and unverified where the login was', async () => {
    await save({
      name: 'here',
      server: '[::1]:1',
      store: 'file',
      user: 'ann',
      password: 'p',
      trust: 'plaintext',
    });
    await save({ name: 'there', store: 'file', token: 't', trust: 'unverified' });
    expect(await storedLogin('here')).toEqual({
      host: '::1',
      port: 1,
      tls: false,
      followLocations: false,
      username: 'ann',
      password: 'p',
    });
    expect(await storedLogin('there')).toEqual({
      host: 'db.example',
      port: 31_337,
      tls: { skipVerify: true },
      followLocations: false,
      token: 't',
    });
  });

  it('has the client certificate of a login by one', async () => {
    const [cert, key] = [join(root, 'ann.crt'), join(root, 'ann.key')];
    for (const path of [cert, key]) writeFileSync(path, path, { mode: 0o600 });
    await save({ method: 'mtls', tls: { cert, key } });
    expect(await storedLogin()).toMatchObject({
      tls: { clientCertificate: { cert: Buffer.from(cert), key: Buffer.from(key) } },
    });
    rmSync(key);
    await expect(storedLogin()).rejects.toThrow(
      `Cannot read ${key} of the stored login: there is no such file.`,
    );
  });

  it('is refused where there is none, more than one, or one that has expired', async () => {
    const refused = (message: RegExp) => ({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(message),
    });
    await expect(storedLogin()).rejects.toMatchObject(refused(/There is no stored login\. Log in with/));
    await expect(storedLogin('x')).rejects.toMatchObject(refused(/There is no stored login for x\.$/));
    await save({ name: 'a', store: 'file', token: 't', expiresAtS: 1 });
    await save({ name: 'b', store: 'file', token: 't' });
    await expect(storedLogin()).rejects.toMatchObject(refused(/Say which login is meant: b, a\./));
    await expect(storedLogin('a')).rejects.toMatchObject(refused(/expired at 1970-01-01 00:00 UTC/));
    await expect(storedLogin('x')).rejects.toMatchObject(refused(/There are: b, a\./));
  });
});
