/** The life of a certificate after it is issued: inspect, verify, renew, revoke, bundle, trust. */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, openssl } from '../pki/openssl.js';
import { runGizmo } from '../support/run-gizmo.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-pki-life-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dir = join(root, 'pki');
const at = (name: string) => join(dir, name);
const pki = (...args: string[]) => runGizmo(['pki', ...args], { env: { GIZMO_PKI_DIR: dir } });
const read = (name: string) => new X509Certificate(readFileSync(at(name)));

beforeAll(async () => {
  expect((await pki('init')).code).toBe(0);
  expect((await pki('issue', 'localhost', '127.0.0.1')).code).toBe(0);
  for (const name of ['ada', 'bob']) expect((await pki('issue', '--client', name)).code).toBe(0);
});

describe('pki inspect and verify', () => {
  it('show and judge a certificate by its name in the directory', async () => {
    const { stdout } = await pki('inspect', 'localhost', '--json');
    const [leaf] = JSON.parse(stdout).certificates;
    expect(leaf).toMatchObject({
      subject: 'CN=localhost',
      names: ['localhost', '127.0.0.1'],
      use: 'server',
      key: 'P-256',
      fingerprint: read('localhost.crt').fingerprint256,
      findings: [],
    });
    const good = await pki('verify', 'localhost', '--host', '127.0.0.1', '--purpose', 'server');
    expect(good).toMatchObject({ code: 0, stderr: '' });
    const bad = await pki(
      'verify',
      'localhost',
      '--host',
      'db.example',
      '--purpose',
      'client',
      '--at',
      '2100-01-01',
    );
    expect(bad.code).toBe(1);
    for (const reason of [
      'it expired on',
      'excludes a client',
      'not for "db.example", only for localhost, 127.0.0.1',
    ])
      expect(bad.stdout).toContain(reason);
    const foreign = await pki('verify', 'ada', '--ca', at('server-ca.crt'));
    expect(foreign).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No CA that is trusted here signed CN=ada'),
    });
  });

  it('ask a live host, trust nothing it says, and save what it shows', async () => {
    const [cert, key] = [readFileSync(at('localhost.crt')), readFileSync(at('localhost.key'))];
    const server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (socket) =>
      socket.on('error', () => undefined),
    );
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const place = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    try {
      expect((await pki('spki', place)).stdout).toBe((await pki('spki', 'localhost')).stdout);
      expect((await pki('verify', place, '--host', 'localhost')).code).toBe(0);
      expect((await pki('inspect', place, '--out', join(root, 'seen'))).stdout).toContain('CN=localhost');
      expect(new X509Certificate(readFileSync(join(root, 'seen.crt'))).raw).toEqual(
        read('localhost.crt').raw,
      );
    } finally {
      await new Promise((closed) => server.close(closed));
    }
  });

  it('do not let a certificate command the terminal', async () => {
    const evil = await pki('issue', '--csr', '/dev/null', 'x');
    expect(evil.code).toBe(2);
    if (!hasOpenssl()) return;
    const pem = openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=a\u001b[2Jb',
      '-days',
      '1',
    ]);
    writeFileSync(join(root, 'evil.crt'), pem);
    const { stdout } = await pki('inspect', join(root, 'evil.crt'));
    expect(stdout).not.toContain('\u001b');
  });

  it.skipIf(!hasOpenssl())("name what is wrong with the guide's recipe", async () => {
    const [crt, key] = [join(root, 'cert.pem'), join(root, 'key.pem')];
    openssl([
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-keyout',
      key,
      '-out',
      crt,
      '-days',
      '365',
      '-nodes',
      '-subj',
      '/CN=localhost',
    ]);
    const { code, stdout } = await pki(
      'verify',
      crt,
      '--ca',
      crt,
      '--host',
      'localhost',
      '--purpose',
      'server',
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/it is a CA, and strict clients \(rustls\) accept none as a server/);
    expect(stdout).toContain('it is not for "localhost", only for nothing that it names');
    expect(stdout).toContain('it has no key usage');
  });
});

describe('pki renew', () => {
  it('keeps names, use and key, and replaces the file in one step', async () => {
    const [before, key] = [read('localhost.crt'), readFileSync(at('localhost.key'), 'utf8')];
    expect((await pki('needs-renewal', 'localhost')).code).toBe(1);
    expect((await pki('needs-renewal', 'localhost', '--before', '100%')).code).toBe(0);
    expect((await pki('needs-renewal', 'nobody')).code).toBe(2);
    const { code, stdout } = await pki('renew', 'localhost', '--json');
    expect(code).toBe(0);
    const after = read('localhost.crt');
    expect(JSON.parse(stdout)).toMatchObject({
      serial: after.serialNumber,
      previousSerial: before.serialNumber,
    });
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.subjectAltName).toBe(before.subjectAltName);
    expect(after.keyUsage).toEqual(before.keyUsage);
    expect(after.publicKey.equals(before.publicKey)).toBe(true);
    expect(readFileSync(at('localhost.key'), 'utf8')).toBe(key);
    expect((await pki('verify', 'localhost', '--host', 'localhost', '--purpose', 'server')).code).toBe(0);
  });

  it('makes a new key of the same kind when asked', async () => {
    const before = read('ada.crt');
    expect((await pki('renew', 'ada', '--rekey')).code).toBe(0);
    expect(read('ada.crt').publicKey.equals(before.publicKey)).toBe(false);
    expect(
      read('ada.crt').checkPrivateKey(
        (await import('node:crypto')).createPrivateKey(readFileSync(at('ada.key'))),
      ),
    ).toBe(true);
    expect(statSync(at('ada.key')).mode & 0o777).toBe(0o600);
  });

  it('finds all that are due, wherever they were written, and reports what fails', async () => {
    const out = join(root, 'elsewhere', 'eve');
    expect((await pki('issue', '--client', 'eve', '--out', out)).code).toBe(0);
    const idle = JSON.parse((await pki('renew', '--all', '--json')).stdout);
    expect(idle).toMatchObject({ renewed: [], failed: [] });
    expect(idle.kept).toHaveLength(4);
    writeFileSync(at('bob.crt'), 'damaged');
    const { code, stdout, stderr } = await pki('renew', '--all', '--before', '100%', '--json');
    expect(code).toBe(1);
    expect(stderr).toContain('bob.crt was not renewed');
    const { renewed, failed } = JSON.parse(stdout);
    expect(renewed.map(({ certificate }: { certificate: string }) => certificate).sort()).toEqual(
      [at('ada.crt'), at('localhost.crt'), `${out}.crt`].sort(),
    );
    expect(failed).toHaveLength(1);
    expect((await pki('issue', '--client', 'bob', '--force')).code).toBe(0);
  });

  it.each([
    [['renew'], /say --all/],
    [['renew', 'ada', '--before', '3d'], /goes with --all/],
    [['renew', '--all', '--before', 'soon'], /33%/],
    [['renew', 'ada', '--key', 'p384'], /goes with --rekey/],
    [['renew', 'client-ca'], /No CA in .* signed/],
    [['renew', 'localhost', '--days', '900'], /at most 825 days/],
  ])('%j is refused', async (args, reason) => {
    const { code, stderr } = await pki(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(reason);
  });
});

describe('pki revoke and crl', () => {
  it('revoke every certificate of a key, also those from before a renewal, and refuse to renew it', async () => {
    const first = read('bob.crt');
    expect((await pki('renew', 'bob')).code).toBe(0);
    const second = read('bob.crt');
    const { code, stdout } = await pki('revoke', 'bob', '--reason', 'key-compromise', '--json');
    expect(code).toBe(0);
    const [list] = JSON.parse(stdout).lists;
    expect(list).toMatchObject({ ca: 'client-ca', crl: at('client-ca.crl'), number: 1 });
    expect(list.added.sort()).toEqual([first.serialNumber, second.serialNumber].sort());
    const verdict = await pki('verify', 'bob', '--purpose', 'client');
    expect(verdict).toMatchObject({ code: 1, stdout: expect.stringContaining('(keyCompromise)') });
    expect((await pki('renew', 'bob')).stderr).toContain('is revoked and is not renewed');
    expect((await pki('verify', 'ada', '--purpose', 'client')).code).toBe(0);
    if (!hasOpenssl()) return;
    const check = [
      'verify',
      '-x509_strict',
      '-crl_check',
      '-CAfile',
      at('client-ca.crt'),
      '-CRLfile',
      at('client-ca.crl'),
    ];
    expect(() => openssl([...check, at('bob.crt')])).toThrow(/certificate revoked/);
    expect(openssl([...check, at('ada.crt')]).toString()).toContain('OK');
  });

  it('lose no entry when several revoke at once', async () => {
    const names = ['u1', 'u2', 'u3'];
    for (const name of names) expect((await pki('issue', '--client', name)).code).toBe(0);
    const runs = await Promise.all(names.map((name) => pki('revoke', name)));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    const [list] = JSON.parse((await pki('inspect', at('client-ca.crl'), '--json')).stdout).lists;
    const serials = list.revoked.map(({ serial }: { serial: string }) => serial);
    for (const name of names) expect(serials).toContain(read(`${name}.crt`).serialNumber);
    expect(list.number).toBe(4);
    expect(existsSync(at('.lock'))).toBe(false);
  });

  it('keep entries when the list is made anew, and number it upwards', async () => {
    const before = JSON.parse((await pki('inspect', at('client-ca.crl'), '--json')).stdout).lists[0];
    const made = JSON.parse((await pki('crl', '--ca', 'client', '--days', '7', '--json')).stdout).lists;
    expect(made).toMatchObject([
      { ca: 'client-ca', number: before.number + 1, revoked: before.revoked.length },
    ]);
    const after = JSON.parse((await pki('inspect', at('client-ca.crl'), '--json')).stdout).lists[0];
    expect(after.revoked).toEqual(before.revoked);
  });

  it('take a serial number, and no word that means nothing', async () => {
    const serial = read('ada.crt').serialNumber;
    expect(
      JSON.parse((await pki('revoke', serial.toLowerCase(), '--json')).stdout).lists[0].added,
    ).toHaveLength(1);
    expect((await pki('revoke', serial)).stdout).toContain('Revoked already');
    expect((await pki('inspect', 'ada')).stdout).toMatch(/^ *revoked +\d{4}-\d\d-\d\d/m);
    expect((await pki('inspect', 'server-ca')).stdout).not.toContain('revoked');
    expect(await pki('revoke', 'nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('neither the file'),
    });
    expect(await pki('revoke', at('server-ca.crt'))).toMatchObject({ code: 2 });
    expect(await pki('revoke', 'ada', '--reason', 'boredom')).toMatchObject({ code: 2 });
  });

  it('do not go on from a list that another signed', async () => {
    const list = readFileSync(at('client-ca.crl'));
    const made = await pki('crl', '--ca', 'server', '--out', join(root, 'server'));
    expect(made.code).toBe(0);
    expect(made.stdout).toContain(`${at('server-ca.crl')}\n${join(root, 'server.crl')}\n`);
    writeFileSync(at('client-ca.crl'), readFileSync(join(root, 'server.crl')));
    expect(await pki('revoke', 'u1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not signed by the CA'),
    });
    writeFileSync(at('client-ca.crl'), list);
  });
});

describe('pki bundle', () => {
  it('orders a chain and leaves the root out, unless told otherwise', async () => {
    const bare = await pki('bundle', 'server-ca', 'localhost');
    expect(bare.stdout.match(/BEGIN/g)).toHaveLength(1);
    expect(new X509Certificate(bare.stdout).raw).toEqual(read('localhost.crt').raw);
    const whole = JSON.parse((await pki('bundle', 'server-ca', 'localhost', '--with-root', '--json')).stdout);
    expect(whole.chain[0]).toBe('CN=localhost');
    expect(whole.chain).toHaveLength(2);
    expect(await pki('bundle', 'server-ca', 'ada')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no part of one chain'),
    });
  });

  it.skipIf(!hasOpenssl())('writes PKCS#12', async () => {
    const secret = join(root, 'secret');
    writeFileSync(secret, 'long enough', { mode: 0o600 });
    const out = join(root, 'bundle');
    const flags = ['--pkcs12', '--key', at('ada.key'), '--pkcs12-passphrase-file', secret, '--out', out];
    expect((await pki('bundle', 'ada', 'client-ca', ...flags)).code).toBe(0);
    expect(
      openssl(['pkcs12', '-in', `${out}.p12`, '-passin', `file:${secret}`, '-nodes']).toString(),
    ).toContain('subject=CN = ada');
    expect(await pki('bundle', 'localhost', 'server-ca', ...flags, '--force')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not the key of'),
    });
  });
});

describe('pki trust', () => {
  it('prints what it would run, and runs nothing without being told', async () => {
    const { stdout, code } = await pki('trust', 'install', '--print');
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${at('server-ca.crt')}|security|certutil`));
    const asked = await pki('trust', 'install');
    expect(asked).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('no terminal to ask on'),
    });
    expect(await pki('trust', 'install', at('localhost.crt'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is no CA'),
    });
    expect(await pki('trust')).toMatchObject({ code: 2, stderr: expect.stringContaining('trust install') });
  });
});
