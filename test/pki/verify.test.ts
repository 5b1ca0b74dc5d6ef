/** The own judge of certificates against OpenSSL's, and each rule against a certificate that breaks it. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { createCrl } from '../../src/pki/crl.js';
import { createAuthority, issueCertificate } from '../../src/pki/issue.js';
import { generateKey } from '../../src/pki/key.js';
import { completeLimits, formatLimit, isPermitted, parseLimit } from '../../src/pki/limits.js';
import { lintCertificate } from '../../src/pki/lint.js';
import { parseName } from '../../src/pki/name.js';
import { verifyCertificate } from '../../src/pki/verify.js';
import { hasOpenssl, openssl } from './openssl.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = generateKey('p256');
const publicKey = createPublicKey(key);
const authority = createAuthority({ commonName: 'root', key: generateKey('p256'), days: 3650 });
const namesake = createAuthority({ commonName: 'root', key: generateKey('p256'), days: 3650 });
const limited = createAuthority({
  commonName: 'limited',
  key: generateKey('p256'),
  days: 3650,
  limits: completeLimits(['example.com', '10.0.0.0/8'].map(parseLimit)),
});
const leafOf = (
  of = authority,
  name = 'db.example.com',
  role: 'server' | 'client' = 'server',
  notBefore?: Date,
) =>
  issueCertificate(of, {
    publicKey,
    role,
    names: [parseName(name)],
    commonName: name,
    days: 30,
    ...(notBefore === undefined ? {} : { notBefore }),
  });
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000);
const revokedLeaf = leafOf();
const crl = createCrl(authority, {
  number: 1,
  days: 7,
  revocations: [{ serial: revokedLeaf.serialNumber, date: new Date() }],
});

describe('verifyCertificate', () => {
  const cases: readonly (readonly [
    string,
    Omit<Parameters<typeof verifyCertificate>[0], 'roots' | 'crls'> & { roots?: X509Certificate[] },
    RegExp | undefined,
  ])[] = [
    ['a good one', { chain: [leafOf()], host: 'db.example.com', purpose: 'server' }, undefined],
    ['one of a CA of the same name', { chain: [leafOf(namesake)] }, /No CA that is trusted here signed/],
    [
      'one whose CA came along and is not trusted',
      { chain: [leafOf(namesake), namesake.certificate] },
      /No CA that is trusted/,
    ],
    ['an expired one', { chain: [leafOf(authority, 'x.example', 'server', day(-31))] }, /it expired on/],
    ['one of tomorrow', { chain: [leafOf(authority, 'x.example', 'server', day(1))] }, /it is valid from/],
    ['one for another host', { chain: [leafOf()], host: 'db.example.org' }, /not for "db.example.org"/],
    [
      'one for another address',
      { chain: [leafOf(authority, '10.0.0.1')], host: '10.0.0.2' },
      /not for "10.0.0.2"/,
    ],
    [
      "a client's as a server's",
      { chain: [leafOf(authority, 'a.example', 'client')], purpose: 'server' },
      /excludes a server/,
    ],
    ['a CA as a server', { chain: [authority.certificate], purpose: 'server' }, /it is a CA/],
    [
      'a leaf that signed',
      { chain: [leafOf({ certificate: authority.certificate, key: authority.key })], roots: [leafOf()] },
      /No CA/,
    ],
    ['a revoked one', { chain: [revokedLeaf] }, /it was revoked/],
    ['one with a stale list', { chain: [leafOf()], now: day(8) }, /list of .* is out of date/],
    [
      'a name the CA may not sign',
      { chain: [leafOf(limited, 'db.example.org')] },
      /may not sign "db.example.org"/,
    ],
    ['an address the CA may not sign', { chain: [leafOf(limited, '11.0.0.1')] }, /may not sign "11.0.0.1"/],
    ['a name the CA may sign', { chain: [leafOf(limited, 'db.example.com')] }, undefined],
  ];
  it.each(cases)('%s', (_, options, reason) => {
    const roots = options.roots ?? [authority.certificate, limited.certificate];
    const { ok, errors } = verifyCertificate({ ...options, roots, crls: [crl] });
    expect(ok).toBe(reason === undefined);
    if (reason === undefined) expect(errors).toEqual([]);
    else expect(errors.join('\n')).toMatch(reason);
  });
});

describe.skipIf(!hasOpenssl())('lintCertificate', () => {
  const make = (
    subject: string,
    extensions: readonly string[],
    args: readonly string[] = [],
  ): X509Certificate => {
    const config = join(folder, 'x.cnf');
    writeFileSync(
      config,
      `[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n${subject}\n[ext]\n${extensions.join('\n')}\n`,
    );
    const base = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      join(folder, 'k'),
      '-config',
      config,
    ];
    return new X509Certificate(openssl([...base, '-extensions', 'ext', '-days', '30', ...args]));
  };
  const server = [
    'basicConstraints=critical,CA:FALSE',
    'extendedKeyUsage=serverAuth',
    'subjectAltName=DNS:a.example.com',
  ];
  it.each<[string, string, string[], string[], RegExp]>([
    ['SHA-1', 'CN=a.example.com', server, ['-sha1'], /signed with SHA-1/],
    [
      'no names',
      'CN=a',
      ['extendedKeyUsage=serverAuth', 'basicConstraints=CA:FALSE'],
      [],
      /it names no host/,
    ],
    ['a long life', 'CN=a.example.com', server, ['-days', '900'], /lives 900 days/],
    [
      'an underscore',
      'CN=a_b.example.com',
      [...server.slice(0, 2), 'subjectAltName=DNS:a_b.example.com'],
      [],
      /underscore/,
    ],
    [
      'capitals',
      'CN=A.example.com',
      [...server.slice(0, 2), 'subjectAltName=DNS:A.example.com'],
      [],
      /not in its plain form/,
    ],
    [
      'a signing leaf',
      'CN=a.example.com',
      [...server, 'keyUsage=keyCertSign'],
      [],
      /is no CA and its key usage lets it sign/,
    ],
    [
      'no digital signature',
      'CN=a.example.com',
      [...server, 'keyUsage=keyEncipherment'],
      [],
      /does not let it sign, which TLS 1.3 needs/,
    ],
    [
      'code signing',
      'CN=a.example.com',
      ['basicConstraints=CA:FALSE', 'extendedKeyUsage=codeSigning'],
      [],
      /neither servers nor clients/,
    ],
    [
      'no critical constraints',
      'CN=a',
      ['basicConstraints=CA:TRUE', 'keyUsage=critical,keyCertSign'],
      [],
      /not critical/,
    ],
    ['a CA without key usage', 'CN=a', ['basicConstraints=critical,CA:TRUE'], [], /has no key usage/],
    [
      'a huge serial',
      'CN=a.example.com',
      server,
      ['-set_serial', `0x${'7'.repeat(42)}`],
      /longer than 20 bytes/,
    ],
  ])('finds %s', (_, subject, extensions, args, reason) => {
    const findings = lintCertificate(make(subject, extensions, args));
    expect(findings.map(({ message }) => message).join('\n')).toMatch(reason);
  });

  it('finds nothing in what Gizmo makes', () => {
    for (const each of [
      authority.certificate,
      limited.certificate,
      leafOf(),
      leafOf(authority, 'a.example.com', 'client'),
    ])
      expect(lintCertificate(each)).toEqual([]);
  });
});

describe('limits', () => {
  it.each([
    ['example.com', 'db.example.com', true],
    ['example.com', 'example.com', true],
    ['example.com', '*.example.com', true],
    ['example.com', 'badexample.com', false],
    ['db.example.com', '*.example.com', false],
    ['.example.com', 'a.example.com', true],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/8', 'example.com', false],
    ['10.0.0.0/8', '::a00:1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['192.0.2.7', '192.0.2.8', false],
  ])('%s and %s: %s', (limit, name, expected) => {
    expect(isPermitted(completeLimits([parseLimit(limit)]), parseName(name))).toBe(expected);
  });

  it.each(['', 'a b', '10.0.0.0/33', '::/129', '10.0.0.0/x', '1.2.3'])('"%s" is none', (text) => {
    expect(() => parseLimit(text)).toThrow(/is no network|neither a host name nor a network/);
  });

  test('a network has no bits behind its mask, and holds the address it was made of', () => {
    const network = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(network, ([address, mask]) => {
        const limit = parseLimit(`${address}/${mask}`);
        expect(parseLimit(formatLimit(limit))).toEqual(limit);
        expect(isPermitted({ permitted: [limit], excluded: [] }, parseName(address))).toBe(true);
      }),
    );
  });
});
