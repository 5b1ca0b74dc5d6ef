import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCsr } from '../../src/pki/csr.js';
import { formatPin, spkiPin } from '../../src/pki/pin.js';
import { hasOpenssl, openssl } from './openssl.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-csr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasOpenssl())("openssl's requests", () => {
  it.each([
    ['ec', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ['rsa', '-newkey', 'rsa:2048'],
    ['ed25519', '-newkey', 'ed25519'],
  ])('of %s keys are read', (name, ...newkey) => {
    const key = join(folder, `${name}.key`);
    const san = 'subjectAltName=DNS:db.example.com,IP:192.0.2.1,email:ada@example.com';
    const pem = openssl([
      'req',
      '-new',
      ...newkey,
      '-nodes',
      '-keyout',
      key,
      '-subj',
      '/CN=db',
      '-addext',
      san,
    ]);
    const csr = readCsr(pem, 'x.csr');
    expect(csr.requestedNames).toEqual(['db.example.com', '192.0.2.1', 'ada@example.com', 'db']);
    const der = openssl(['pkey', '-in', key, '-pubout', '-outform', 'DER']);
    const hex = openssl(['dgst', '-sha256', '-hex'], der).toString().trim().split(' ').at(-1);
    expect(formatPin(spkiPin(csr.publicKey), 'hex')).toBe(hex);
    expect(readCsr(openssl(['req', '-outform', 'DER'], pem), 'x.csr').requestedNames).toHaveLength(4);
  });

  it('whose signature is not by their own key are refused', () => {
    const key = join(folder, 'other.key');
    const der = openssl([
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-subj',
      '/CN=x',
      '-outform',
      'DER',
    ]);
    der[der.length - 20]! ^= 1;
    expect(() => readCsr(der, 'x.csr')).toThrow(/not signed by its own key/);
  });
});

it.each([
  ['', /it is empty/],
  ['hello', /it is not PEM/],
  ['-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n', /cut off/],
  ['-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----\n', /not base64/],
  ['-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n', /cannot be read/],
  ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', /only a private key/],
])('%j is refused with its reason', (text, reason) => {
  expect(() => readCsr(Buffer.from(text), 'x.csr')).toThrow(reason);
});
