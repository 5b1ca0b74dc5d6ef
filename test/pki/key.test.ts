import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encryptPrivateKey } from '../../src/pki/encrypt-key.js';
import {
  describeKey,
  findWeakness,
  generateKey,
  isEncryptedKey,
  isKeyPair,
  parseKeyKind,
  readPrivateKey,
} from '../../src/pki/key.js';
import { isDer } from '../../src/pki/pem.js';

describe('a private key', () => {
  it.each(['p256', 'p384', 'p521', 'rsa2048', 'ed25519'] as const)(
    'of kind %s is read back, as DER, PEM and encrypted',
    (kind) => {
      const key = generateKey(kind);
      const der = key.export({ type: 'pkcs8', format: 'der' });
      expect(isDer(der)).toBe(true);
      expect(isKeyPair(readPrivateKey(der, 'k'), createPublicKey(key))).toBe(true);
      expect(readPrivateKey(Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })), 'k').equals(key)).toBe(
        true,
      );
      const encrypted = Buffer.from(encryptPrivateKey(key, 'grün und lang'));
      expect(isEncryptedKey(encrypted)).toBe(true);
      expect(readPrivateKey(encrypted, 'k', 'grün und lang').equals(key)).toBe(true);
      expect(() => readPrivateKey(encrypted, 'k', 'wrong')).toThrow(/does not open/);
      expect(() => readPrivateKey(encrypted, 'k')).toThrow(/needs its passphrase/);
      expect(isKeyPair(key, createPublicKey(key))).toBe(true);
      expect(isKeyPair(generateKey('p256'), createPublicKey(key))).toBe(false);
      expect(findWeakness(createPublicKey(key))).toBeUndefined();
    },
  );

  it('is read after another was compared with one of a different type', () => {
    const [ed25519, rsa] = [generateKey('ed25519'), generateKey('rsa2048')];
    expect(isKeyPair(generateKey('p256'), createPublicKey(rsa))).toBe(false);
    expect(isKeyPair(generateKey('p256'), createPublicKey(generateKey('p384')))).toBe(false);
    const der = ed25519.export({ type: 'pkcs8', format: 'der' });
    expect(isKeyPair(readPrivateKey(der, 'k'), createPublicKey(ed25519))).toBe(true);
  });

  it('is described in words', () => {
    expect(describeKey(generateKey('p256'))).toBe('P-256');
    expect(describeKey(generateKey('ed25519'))).toBe('Ed25519');
  });
});

it.each(['0', '0.1 is no DER', '', '-----BEGIN'])('%j is text', (text) =>
  expect(isDer(Buffer.from(text))).toBe(false),
);

it('a kind that there is not is answered with those that there are', () => {
  expect(parseKeyKind('P-256')).toBe('p256');
  expect(() => parseKeyKind('dsa')).toThrow(/p256, p384/);
});
