/** `gizmo pki init`, `issue` and `spki` as a user runs them. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, openssl } from '../pki/openssl.js';
import { runGizmo } from '../support/run-gizmo.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-pki-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dir = join(root, 'pki');
const pki = (...args: string[]) => runGizmo(['pki', ...args], { env: { GIZMO_PKI_DIR: dir } });
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

beforeAll(async () => {
  expect((await pki('init')).code).toBe(0);
});

describe('pki init', () => {
  it('keeps the keys for their owner alone', () => {
    expect(mode(dir)).toBe('700');
    expect(readdirSync(dir).sort()).toEqual([
      'client-ca.crt',
      'client-ca.key',
      'server-ca.crt',
      'server-ca.key',
    ]);
    for (const name of ['client-ca', 'server-ca']) {
      expect(mode(join(dir, `${name}.key`))).toBe('600');
      expect(mode(join(dir, `${name}.crt`))).toBe('644');
    }
  });

  it('never overwrites, not even when two start at once', async () => {
    const before = readFileSync(join(dir, 'server-ca.key'), 'utf8');
    const again = await pki('init');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('it is never overwritten');
    expect(readFileSync(join(dir, 'server-ca.key'), 'utf8')).toBe(before);
    const race = join(root, 'race');
    const runs = await Promise.all([1, 2, 3].map(() => pki('init', '--dir', race, '--json')));
    expect(runs.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    const winner = JSON.parse(runs.find(({ code }) => code === 0)?.stdout ?? '');
    const saved = new X509Certificate(readFileSync(join(race, 'server-ca.crt')));
    expect(winner.authorities[0].fingerprint).toBe(saved.fingerprint256);
    expect(readdirSync(race)).toHaveLength(4);
  });

  it('encrypts the keys when asked, and asks for the passphrase when they sign', async () => {
    const secret = join(root, 'passphrase');
    writeFileSync(secret, 'correct horse\n', { mode: 0o600 });
    const where = ['--dir', join(root, 'encrypted')];
    expect((await pki('init', ...where, '--passphrase-file', secret)).code).toBe(0);
    expect(readFileSync(join(root, 'encrypted', 'client-ca.key'), 'utf8')).toContain(
      'BEGIN ENCRYPTED PRIVATE KEY',
    );
    const good = await pki('issue', '--client', 'ada', ...where, '--passphrase-file', secret);
    expect(good.code).toBe(0);
    writeFileSync(secret, 'wrong horse');
    const bad = await pki('issue', '--client', 'bob', ...where, '--passphrase-file', secret);
    expect(bad).toMatchObject({ code: 4, stdout: '' });
    expect(bad.stderr).toContain('The passphrase does not open the key');
    if (!hasOpenssl()) return;
    const key = join(root, 'encrypted', 'client-ca.key');
    expect(
      openssl(['pkey', '-in', key, '-passin', 'pass:correct horse', '-noout', '-check']).toString(),
    ).toContain('valid');
  });

  it('signs any name for production, or one CA for all', async () => {
    const where = ['--dir', join(root, 'production')];
    const made = await pki(
      'init',
      '--production',
      '--single-ca',
      '--name',
      'Example',
      '--key',
      'p384',
      '--json',
      ...where,
    );
    expect(JSON.parse(made.stdout).authorities).toMatchObject([{ name: 'ca' }]);
    expect(JSON.parse(made.stdout).authorities[0].permitted).toBeUndefined();
    for (const args of [['db.example.com'], ['--client', 'ada']]) {
      const { code, stderr } = await pki('issue', ...args, ...where);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });
});

describe('pki issue', () => {
  it('writes a certificate and its key, and says so as JSON', async () => {
    const { stdout, stderr, code } = await pki('issue', 'localhost', '127.0.0.1', '::1', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const made = JSON.parse(stdout);
    expect(made).toMatchObject({
      certificate: join(dir, 'localhost.crt'),
      key: join(dir, 'localhost.key'),
      ca: join(dir, 'server-ca.crt'),
      names: ['localhost', '127.0.0.1', '::1'],
      role: 'server',
      warnings: [],
    });
    const certificate = new X509Certificate(readFileSync(made.certificate));
    expect(made.serial).toBe(certificate.serialNumber);
    expect(certificate.subject).toBe('CN=localhost');
    expect(mode(made.key)).toBe('600');
    const spki = await pki('spki', made.certificate);
    expect(spki.stdout).toBe(`${made.spki}\n${made.pin}\n`);
  });

  it('refuses a foreign name and names both flags that help', async () => {
    const { code, stderr } = await pki('issue', 'db.example.com');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /may not sign "db.example.com", only localhost, .*--constrain db.example.com.*--production/,
    );
  });

  it('does not overwrite without --force', async () => {
    const out = ['--out', join(root, 'x')];
    expect((await pki('issue', '--client', 'ada', ...out)).code).toBe(0);
    const before = readFileSync(join(root, 'x.crt'), 'utf8');
    const again = await pki('issue', '--client', 'ada', ...out);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/exists already.*--force/);
    expect((await pki('issue', '--client', 'ada', ...out, '--force')).code).toBe(0);
    expect(readFileSync(join(root, 'x.crt'), 'utf8')).not.toBe(before);
  });

  it.each([
    [['--days', '826', 'localhost'], /at most 825 days/],
    [['--client', '--both', 'x'], /one of --client and --both/],
    [[], /Say which names/],
    [['--key', 'dsa', 'localhost'], /no key kind "dsa"/],
    [['--csr', '/no/such.csr', 'localhost'], /there is no such file/],
    [['local host'], /no spaces/],
  ])('%j is a usage error', async (args, reason) => {
    const { code, stderr, stdout } = await pki('issue', ...args, '--out', join(root, 'never'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(reason);
    expect(existsSync(join(root, 'never.crt'))).toBe(false);
  });

  it('warns above 199 days', async () => {
    const { code, stderr } = await pki('issue', '--days', '200', 'long.localhost');
    expect(code).toBe(0);
    expect(stderr).toContain('It lives 200 days');
  });
});

describe.skipIf(!hasOpenssl())('pki issue, with openssl', () => {
  it('signs a foreign request without taking over its extensions, or its names unseen', async () => {
    const [key, csr] = [join(root, 'f.key'), join(root, 'f.csr')];
    const wishes = [
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'subjectAltName=DNS:bank.example,DNS:localhost',
    ];
    openssl([
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-subj',
      '/CN=bank.example',
      '-out',
      csr,
      ...wishes,
    ]);
    const unnamed = await pki('issue', '--csr', csr);
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).toContain('add bank.example localhost');
    expect((await pki('issue', '--csr', csr, 'localhost', '--out', join(root, 'f'))).code).toBe(0);
    const certificate = new X509Certificate(readFileSync(join(root, 'f.crt')));
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe('DNS:localhost');
    expect((await pki('spki', csr)).stdout).toBe((await pki('spki', join(root, 'f.crt'))).stdout);
    expect(readFileSync(key, 'utf8')).toContain('PRIVATE KEY');
  });

  it('writes PKCS#12 that openssl opens, key and chain', async () => {
    const secret = join(root, 'p12-passphrase');
    writeFileSync(secret, 'grüne Äpfel', { mode: 0o600 });
    const out = join(root, 'grace');
    expect(
      (await pki('issue', '--client', 'grace', '--pkcs12-passphrase-file', secret, '--out', out)).code,
    ).toBe(0);
    expect(mode(`${out}.p12`)).toBe('600');
    const opened = openssl(['pkcs12', '-in', `${out}.p12`, '-passin', `file:${secret}`, '-nodes']).toString();
    expect(opened.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(opened).toContain('friendlyName: grace');
    const key = openssl(['pkey'], opened).toString();
    expect(key).toBe(readFileSync(`${out}.key`, 'utf8'));
    expect(() => openssl(['pkcs12', '-in', `${out}.p12`, '-passin', 'pass:wrong', '-nodes'])).toThrow(
      /invalid password/,
    );
  });
});

describe('pki spki', () => {
  it('prints the form that is asked for', async () => {
    const file = join(dir, 'server-ca.crt');
    const all = JSON.parse((await pki('spki', file, '--format', 'json')).stdout);
    for (const format of ['hex', 'curl', 'okhttp', 'hpkp', 'base64'])
      expect((await pki('spki', file, '--format', format)).stdout).toBe(`${all[format]}\n`);
    expect(all.hpkp).toMatch(/^pin-sha256="[\w+/]{43}="$/);
  });

  it.each([
    [['spki'], /Name a file/],
    [['spki', '/no/such'], /no such file/],
    [['spki', 'x', '--format', 'md5'], /no format "md5"/],
    [['spki', 'x', 'y'], /Unexpected argument: y/],
  ])('%j is a usage error', async (args, reason) => {
    const { code, stderr } = await pki(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });

  it('says so where nothing listens', async () => {
    expect(await pki('spki', '127.0.0.1:1')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('nothing listens there'),
    });
  });
});
