import { createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createAuthority } from '../../src/pki/issue.js';
import { generateKey } from '../../src/pki/key.js';
import { formatPin, PIN_FORMATS, parsePin, pinsEqual, spkiPin } from '../../src/pki/pin.js';
import { hasOpenssl, openssl } from './openssl.js';

describe.skipIf(!hasOpenssl())("a pin equals openssl's pipeline", () => {
  it.each(['p256', 'p384', 'p521', 'rsa2048', 'ed25519'] as const)('for %s', (kind) => {
    const key = generateKey(kind);
    const { certificate } = createAuthority({ commonName: 'x', key, days: 1 });
    const publicKey = openssl(['x509', '-pubkey', '-noout'], certificate.toString());
    const der = openssl(['pkey', '-pubin', '-outform', 'DER'], publicKey);
    const hex = openssl(['dgst', '-sha256', '-hex'], der).toString().trim().split(' ').at(-1);
    for (const of of [certificate, key, createPublicKey(key)])
      expect(formatPin(spkiPin(of), 'hex')).toBe(hex);
    const base64 = openssl(['base64'], openssl(['dgst', '-sha256', '-binary'], der))
      .toString()
      .trim();
    expect(formatPin(spkiPin(certificate), 'curl')).toBe(`sha256//${base64}`);
  });
});

test('every form is read back as the same pin', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(...PIN_FORMATS),
      (pin, format) => {
        expect(pinsEqual(parsePin(formatPin(pin, format)), pin)).toBe(true);
      },
    ),
  );
});

test('hex may have colons and capitals', () => {
  const hex = `${'AB:'.repeat(31)}AB`;
  expect(formatPin(parsePin(hex), 'hex')).toBe('ab'.repeat(32));
});

test.each([
  '',
  'abc',
  'ab'.repeat(20),
  'sha256//abcd',
  `sha1//${'A'.repeat(43)}=`,
  `sha256//${'A'.repeat(44)}`,
])('"%s" is no pin', (text) => expect(() => parsePin(text)).toThrow(/is no pin/));
