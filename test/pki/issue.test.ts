/** Certificates and lists of every key kind before OpenSSL's strict eye. */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCrl, findRevocation, isStale, readCrls, verifyCrl } from '../../src/pki/crl.js';
import { type Authority, createAuthority, issueCertificate } from '../../src/pki/issue.js';
import { generateKey, KEY_KINDS, type KeyKind } from '../../src/pki/key.js';
import { completeLimits, developmentLimits } from '../../src/pki/limits.js';
import { parseName } from '../../src/pki/name.js';
import { toPem } from '../../src/pki/pem.js';
import { hasOpenssl, openssl } from './openssl.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-pki-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function save(text: string): string {
  const path = join(folder, `${files++}.pem`);
  writeFileSync(path, text);
  return path;
}

function makeAuthority(kind: KeyKind = 'p256', names: readonly string[] = []): Authority {
  const limits = names.length === 0 ? undefined : completeLimits(developmentLimits('build.example'));
  return createAuthority({
    commonName: `test CA ${kind}`,
    key: generateKey(kind),
    days: 3650,
    ...(limits === undefined ? {} : { limits }),
  });
}

function makeLeaf(authority: Authority, role: 'server' | 'client' | 'both', names: readonly string[]) {
  const key = generateKey('p256');
  return issueCertificate(authority, {
    publicKey: createPublicKey(key),
    role,
    names: names.map(parseName),
    ...(names[0] === undefined ? { commonName: 'analyst' } : { commonName: names[0] }),
    days: 90,
  });
}

const inOrder = (text: string): string => text.replace(/\s+/g, ' ');

describe.skipIf(!hasOpenssl())('openssl verify -x509_strict', () => {
  it.each(KEY_KINDS)('accepts a chain of %s keys', (kind) => {
    const authority = makeAuthority(kind);
    const key: KeyObject = generateKey(kind);
    const leaf = issueCertificate(authority, {
      publicKey: createPublicKey(key),
      role: 'server',
      names: ['db.example.com', '*.db.example.com', '192.0.2.1', '2001:db8::1'].map(parseName),
      commonName: 'db.example.com',
      days: 90,
    });
    const [ca, crt] = [save(authority.certificate.toString()), save(leaf.toString())];
    const strict = ['verify', '-x509_strict', '-CAfile', ca, '-purpose', 'sslserver'];
    for (const host of ['db.example.com', 'a.db.example.com'])
      expect(openssl([...strict, '-verify_hostname', host, crt]).toString()).toContain('OK');
    for (const address of ['192.0.2.1', '2001:db8::1'])
      expect(openssl([...strict, '-verify_ip', address, crt]).toString()).toContain('OK');
    expect(() => openssl([...strict, '-verify_hostname', 'b.a.db.example.com', crt])).toThrow(/mismatch/);
    expect(() => openssl(['verify', '-CAfile', ca, '-purpose', 'sslclient', crt])).toThrow(/purpose/);
  });

  it('accepts a server whose subject is empty, which makes its names critical', () => {
    const authority = makeAuthority();
    const publicKey = createPublicKey(generateKey('p256'));
    const leaf = issueCertificate(authority, {
      publicKey,
      role: 'server',
      names: [parseName('a.example')],
      days: 1,
    });
    const text = openssl(['x509', '-noout', '-text'], leaf.toString()).toString();
    expect(text).toMatch(/Subject Alternative Name: critical/);
    expect(
      openssl([
        'verify',
        '-x509_strict',
        '-CAfile',
        save(authority.certificate.toString()),
        save(leaf.toString()),
      ]).toString(),
    ).toContain('OK');
  });

  it('accepts a client with a common name only, and refuses it as a server', () => {
    const authority = makeAuthority();
    const [ca, crt] = [
      save(authority.certificate.toString()),
      save(makeLeaf(authority, 'client', []).toString()),
    ];
    expect(
      openssl(['verify', '-x509_strict', '-CAfile', ca, '-purpose', 'sslclient', crt]).toString(),
    ).toContain('OK');
    expect(() => openssl(['verify', '-CAfile', ca, '-purpose', 'sslserver', crt])).toThrow(/purpose/);
  });

  it('finds a foreign name under a development CA, and only that', () => {
    const authority = makeAuthority('p256', ['limited']);
    const ca = save(authority.certificate.toString());
    const good = makeLeaf(authority, 'server', [
      'localhost',
      'db.localhost',
      'build.example',
      '127.0.0.1',
      '::1',
    ]);
    expect(openssl(['verify', '-x509_strict', '-CAfile', ca, save(good.toString())]).toString()).toContain(
      'OK',
    );
    for (const name of ['db.example.com', '192.0.2.1', '::2'])
      expect(() =>
        openssl(['verify', '-CAfile', ca, save(makeLeaf(authority, 'server', [name]).toString())]),
      ).toThrow(/permitted subtree violation/);
  });

  it('says of the extensions what RFC 5280 wants', () => {
    const authority = makeAuthority('p256', ['limited']);
    const root = inOrder(openssl(['x509', '-noout', '-text'], authority.certificate.toString()).toString());
    expect(root).toContain('Version: 3');
    expect(root).toContain(
      'Basic Constraints: critical CA:TRUE X509v3 Key Usage: critical Certificate Sign, CRL Sign',
    );
    expect(root).toContain(
      'Name Constraints: critical Permitted: DNS:localhost DNS:build.example IP:127.0.0.0/255.0.0.0 IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF',
    );
    const leaf = inOrder(
      openssl(['x509', '-noout', '-text'], makeLeaf(authority, 'both', ['localhost']).toString()).toString(),
    );
    expect(leaf).toContain(
      'Basic Constraints: critical CA:FALSE X509v3 Key Usage: critical Digital Signature X509v3',
    );
    expect(leaf).toContain(
      'Extended Key Usage: TLS Web Server Authentication, TLS Web Client Authentication',
    );
    expect(leaf).toContain('Subject Alternative Name: DNS:localhost');
  });

  it('reads a list and obeys it', () => {
    const authority = makeAuthority();
    const [good, bad] = [makeLeaf(authority, 'client', []), makeLeaf(authority, 'client', [])];
    const crl = createCrl(authority, {
      number: 7,
      days: 7,
      revocations: [{ serial: bad.serialNumber, date: new Date(), reason: 'keyCompromise' }],
    });
    const [ca, list] = [save(authority.certificate.toString()), save(toPem('X509 CRL', crl.der))];
    const check = ['verify', '-x509_strict', '-crl_check', '-CAfile', ca, '-CRLfile', list];
    expect(openssl([...check, save(good.toString())]).toString()).toContain('OK');
    expect(() => openssl([...check, save(bad.toString())])).toThrow(/certificate revoked/);
    const text = inOrder(openssl(['crl', '-noout', '-text'], toPem('X509 CRL', crl.der)).toString());
    expect(text).toContain('Version 2');
    expect(text).toContain('X509v3 CRL Number: 7');
    expect(text).toContain('Key Compromise');
  });
});

describe('a certificate', () => {
  it('has a fresh serial of 16 bytes, and both of its ends count as part of its life', () => {
    const authority = makeAuthority();
    const leaves = Array.from({ length: 50 }, () => makeLeaf(authority, 'client', []));
    expect(new Set(leaves.map(({ serialNumber }) => serialNumber)).size).toBe(50);
    for (const leaf of leaves) {
      expect(leaf.serialNumber).toMatch(/^[0-7][0-9A-F]{31}$/);
      expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom) + 1000).toBe(90 * 86_400_000);
    }
  });

  it('never outlives its CA', () => {
    const authority = createAuthority({ commonName: 'short', key: generateKey('p256'), days: 10 });
    expect(makeLeaf(authority, 'client', []).validTo).toBe(authority.certificate.validTo);
  });

  it('of a CA beyond 2049 is written with a four-digit year', () => {
    const { certificate } = createAuthority({ commonName: 'long', key: generateKey('p256'), days: 365 * 30 });
    expect(new Date(certificate.validTo).getUTCFullYear()).toBeGreaterThan(2055);
    expect(
      certificate.raw.includes(Buffer.from(new Date(certificate.validTo).getUTCFullYear().toString())),
    ).toBe(true);
  });

  it('is issued only by a CA, with its own key', () => {
    const authority = makeAuthority();
    const leaf = makeLeaf(authority, 'client', []);
    const options = {
      publicKey: leaf.publicKey,
      role: 'client',
      names: [],
      commonName: 'x',
      days: 1,
    } as const;
    expect(() => issueCertificate({ certificate: leaf, key: authority.key }, options)).toThrow(
      /none of a CA/,
    );
    expect(() => issueCertificate({ ...authority, key: generateKey('p256') }, options)).toThrow(
      /does not belong/,
    );
  });
});

describe('a revocation list', () => {
  const authority = makeAuthority();
  const leaf = makeLeaf(authority, 'client', []);
  const make = (days: number) =>
    createCrl(authority, {
      number: 1,
      days,
      revocations: [{ serial: leaf.serialNumber, date: new Date(0) }],
    });

  it('survives writing and reading, as PEM and as DER', () => {
    const crl = make(7);
    for (const bytes of [crl.der, Buffer.from(toPem('X509 CRL', crl.der))]) {
      const [read] = readCrls(bytes, 'x.crl');
      expect(read).toEqual(crl);
      expect(findRevocation(read!, leaf)?.date).toEqual(new Date(0));
      expect(findRevocation(read!, makeLeaf(authority, 'client', []))).toBeUndefined();
    }
  });

  it('verifies against its own CA, not against one of the same name nor after a bit changed', () => {
    const crl = make(7);
    const other = makeAuthority();
    expect(verifyCrl(crl, authority.certificate)).toBe(true);
    expect(verifyCrl(crl, other.certificate)).toBe(false);
    const damaged = Buffer.from(crl.der);
    damaged[damaged.length - 3]! ^= 1;
    expect(verifyCrl(readCrls(damaged, 'x')[0]!, authority.certificate)).toBe(false);
  });

  it('is stale after nextUpdate', () => {
    expect(isStale(make(7))).toBe(false);
    expect(isStale(make(-1))).toBe(true);
  });
});

it('a certificate answers to node:crypto', () => {
  const authority = makeAuthority();
  const leaf: X509Certificate = makeLeaf(authority, 'server', ['localhost']);
  expect(leaf.checkIssued(authority.certificate)).toBe(true);
  expect(leaf.verify(authority.certificate.publicKey)).toBe(true);
  expect(leaf.checkHost('localhost')).toBe('localhost');
});
