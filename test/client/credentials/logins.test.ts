import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLogins } from '../../../src/client/credentials/open-logins.js';
import type { StoredLogin } from '../../../src/client/credentials/stored-login.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-logins-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => join(root, String(folders++), 'gizmo');
const login = (parts: Partial<StoredLogin> = {}): StoredLogin => ({
  name: 'db.example:31337',
  server: 'db.example:31337',
  method: 'token',
  trust: 'verified',
  store: 'file',
  token: 's3cret',
  ...parts,
});
/** Undefined is left out: the login of a client certificate. */
const bare: StoredLogin = { name: 'm', server: 'db.example:31337', method: 'mtls', trust: 'verified' };

describe('logins', () => {
  it('are none at first, and nothing is made by looking', () => {
    const folder = fresh();
    const logins = openLogins(folder);
    expect([logins.list(), logins.active(), logins.find('db.example:31337'), logins.named('x')]).toEqual([
      [],
      undefined,
      undefined,
      undefined,
    ]);
    expect(() => statSync(folder)).toThrow(/ENOENT/);
  });

  it('are there for the next process; the secret is not in the list of them', async () => {
    const folder = fresh();
    const saved = login({ user: 'änn', refreshToken: 'r3fresh', expiresAtS: 1_800_000_000 });
    await openLogins(folder).save(saved);
    const logins = openLogins(folder);
    const [found] = logins.list();
    expect(found).toEqual({ ...saved, token: undefined, refreshToken: undefined });
    expect(found && (await logins.load(found))).toEqual(saved);
    expect(found && logins.placeOf(found)).toBe(join(folder, 'credentials.json'));
    expect(readFileSync(logins.path, 'utf8')).not.toMatch(/s3cret|r3fresh/);
    expect(statSync(logins.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['credentials.json', 'logins.json']);
  });

  it('of one server: the newest is preferred, of a user the one of that name, and what is switched to', async () => {
    const logins = openLogins(fresh());
    await logins.save(login({ name: 'ann', user: 'ann', token: 'a' }));
    await logins.save(login({ name: 'ben', user: 'ben', token: 'b' }));
    await logins.save(login({ name: 'else', server: 'other.example:1', token: 'c' }));
    const preferred = (user?: string) => logins.find('db.example:31337', user)?.name;
    expect([preferred(), preferred('ann'), preferred('eve'), logins.active()]).toEqual([
      'ben',
      'ann',
      undefined,
      undefined,
    ]);
    await logins.activate('ann');
    expect([preferred(), logins.active()?.name]).toEqual(['ann', 'ann']);
    await logins.activate(undefined);
    expect([preferred(), logins.active()]).toEqual(['ann', undefined]);
    await expect(logins.activate('eve')).rejects.toThrow('no login named eve');
  });

  it('one that is renewed keeps its place', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login({ name: 'ann', token: 'old' }));
    await logins.save(login({ name: 'ben' }));
    await logins.renew(login({ name: 'ann', token: 'new', expiresAtS: 5 }));
    expect(logins.list().map(({ name }) => name)).toEqual(['ben', 'ann']);
    const ann = logins.named('ann');
    expect(ann && (await logins.load(ann))).toMatchObject({ token: 'new', expiresAtS: 5 });
    const memory = login({ name: 'here', store: 'memory' });
    await logins.save(memory);
    await logins.renew({ ...memory, token: 'newer' });
    expect((await logins.load(memory)).token).toBe('newer');
  });

  it('one that was logged out while it was renewed stays so, without a secret', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login({ name: 'ann' }));
    await openLogins(folder).delete('ann');
    await expect(logins.renew(login({ name: 'ann', token: 'late' }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: 'The login ann was logged out meanwhile.',
    });
    expect(logins.list()).toEqual([]);
    expect(readFileSync(join(folder, 'credentials.json'), 'utf8')).not.toContain('late');
  });

  it('one that is deleted is gone with its secret, and nothing is active after the active one', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login({ name: 'ann', token: 'secret-of-ann' }));
    await logins.save(login({ name: 'ben', token: 'secret-of-ben' }));
    await logins.activate('ann');
    expect([await logins.delete('ann'), await logins.delete('ann')]).toEqual([true, false]);
    expect([logins.active(), logins.list().map(({ name }) => name)]).toEqual([undefined, ['ben']]);
    expect(readFileSync(join(folder, 'credentials.json'), 'utf8')).not.toContain('secret-of-ann');
  });

  it('one that takes the place of another leaves no secret of it behind', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login({ name: 'p', token: 'first' }));
    await logins.save(login({ name: 'p', server: 'moved.example:1', token: 'second' }));
    expect(readFileSync(join(folder, 'credentials.json'), 'utf8')).not.toContain('first');
    const { token: _token, store: _store, ...rest } = login({ name: 'p', server: 'moved.example:1' });
    await logins.save({ ...rest, method: 'mtls' });
    expect(readFileSync(join(folder, 'credentials.json'), 'utf8')).not.toContain('second');
    expect(logins.list()).toHaveLength(1);
  });

  it('a secret that was written for another server is not loaded', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login());
    const file = join(folder, 'credentials.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8')
        .replaceAll('db.example:31337', 'evil.example:31337')
        .replace('"evil.example:31337":', '"db.example:31337":'),
    );
    await expect(logins.load(login())).rejects.toThrow('damaged');
  });

  it('one whose secret is gone says so, and what to do', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login());
    rmSync(join(folder, 'credentials.json'));
    await expect(logins.load(login())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/is not in .*gizmo auth login/),
    });
    expect(await logins.delete(login().name)).toBe(true);
  });

  it('in memory end with the process', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login({ store: 'memory' }));
    const found = logins.find('db.example:31337');
    expect(found && (await logins.load(found)).token).toBe('s3cret');
    expect(openLogins(folder).list()).toEqual([]);
    expect(() => statSync(folder)).toThrow(/ENOENT/);
  });

  it('by certificate have no secret, and need no store', async () => {
    const logins = openLogins(fresh());
    await logins.save(bare);
    expect(await logins.load(bare)).toEqual(bare);
    expect(logins.placeOf(bare)).toBeUndefined();
  });

  it.each([
    ['without TLS at another machine', login({ trust: 'plaintext' }), /without TLS/],
    ['with a secret and no store', { ...bare, token: 'x' }, /store/],
    ['with a store and no secret', { ...bare, store: 'file' as const }, /store/],
    ['with an endless token', login({ token: 'x'.repeat(200_000) }), /too long/],
    ['with a line end in its name', login({ name: 'a\nb' }), /name/],
    ['without a name', login({ name: '' }), /name/],
  ])('%s are not stored', async (_what, wrong, reason) => {
    const folder = fresh();
    await expect(openLogins(folder).save(wrong)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(reason),
    });
    expect(() => statSync(folder)).toThrow(/ENOENT/);
  });

  it('a damaged list is neither guessed at nor written over', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.save(login());
    writeFileSync(logins.path, '{ "version": 9 }');
    expect(() => logins.list()).toThrow(/damaged, or of a later version/);
    await expect(logins.save(login())).rejects.toThrow(/damaged/);
    expect(readFileSync(logins.path, 'utf8')).toBe('{ "version": 9 }');
  });

  it('a probe leaves nothing behind', async () => {
    const folder = fresh();
    await openLogins(folder).probe('file');
    expect(readFileSync(join(folder, 'credentials.json'), 'utf8')).toContain('"secrets":{}');
  });
});

describe('renewing a login', () => {
  it('is for one at a time, and for another login at the same time', async () => {
    const logins = openLogins(fresh());
    let inside = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, ++inside);
      await new Promise((done) => setImmediate(done));
      inside--;
    };
    await Promise.all(Array.from({ length: 4 }, () => logins.exclusively('a', task)));
    expect(most).toBe(1);
    await logins.exclusively('a', () => logins.exclusively('b', async () => expect(inside).toBe(0)));
  });

  it('goes on after the process that was at it died', async () => {
    const folder = fresh();
    const logins = openLogins(folder);
    await logins.exclusively('a', async () => {
      const [lock = ''] = readdirSync(folder);
      const dead = spawn(process.execPath, ['-e', '0']);
      await once(dead, 'exit');
      writeFileSync(join(folder, lock), String(dead.pid));
      expect(await openLogins(folder).exclusively('a', async () => 'in')).toBe('in');
    });
  });
});
