import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encryptPrivateKey } from '../../../../src/pki/encrypt-key.js';
import { developmentAuthority } from '../../../../src/server/listener/tls/development-authority.js';
import {
  developmentIdentity,
  temporaryAuthority,
} from '../../../../src/server/listener/tls/development-identity.js';
import { warningsOf } from '../../../../src/server/listener/tls/tls-store.js';
import { createTestPki, type TestPki } from '../../../support/test-pki.js';

const DAY_MS = 86_400_000;
let directory: string;
let pki: TestPki;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gizmo-development-'));
  pki = createTestPki();
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  pki.remove();
});

describe('the certificate that a server makes for itself', () => {
  const now = Date.now();
  const authority = temporaryAuthority();
  const identityAt = developmentIdentity(authority);

  it('is for loopback, by a CA that may sign for no other machine', () => {
    const { certificates, roots, warnings } = identityAt(now);
    const leaf = new X509Certificate(certificates);
    expect(leaf.checkHost('localhost')).toBe('localhost');
    expect([leaf.checkIP('127.0.0.1'), leaf.checkIP('::1')]).toEqual(['127.0.0.1', '::1']);
    expect(leaf.verify(authority.certificate.publicKey)).toBe(true);
    expect(roots).toBe(authority.certificate.toString());
    expect(warnings).toEqual([]);
  });

  it('is renewed after two thirds of its life, with the same pin, and nobody is warned', () => {
    const first = identityAt(now);
    expect(identityAt(now + 59 * DAY_MS)).toBe(first);
    const second = identityAt(now + 61 * DAY_MS);
    expect(second.pin).toBe(first.pin);
    expect(second.notAfterMs).toBeGreaterThan(first.notAfterMs + 50 * DAY_MS);
    const material = { identity: first, clients: undefined, context: {} };
    expect(warningsOf(material, first.notAfterMs - DAY_MS)).toEqual([]);
    expect(warningsOf(material, first.notAfterMs + 1)).toEqual([expect.stringMatching(/expired on/)]);
  });
});

describe('the CA behind --tls auto', () => {
  it('is made once, also by two servers that start together, and found again', async () => {
    const path = join(directory, 'pki');
    const [one, two] = await Promise.all([developmentAuthority(path), developmentAuthority(path)]);
    const three = await developmentAuthority(path);
    expect(one.certificate.raw).toEqual(two.certificate.raw);
    expect(one.certificate.raw).toEqual(three.certificate.raw);
  });

  it('with an encrypted key is refused with the way on', async () => {
    pki.write('server-ca.key', encryptPrivateKey(pki.serverCa.key, 'secret'));
    await expect(developmentAuthority(pki.directory)).rejects.toThrow(/encrypted.*gizmo pki issue/);
  });
});

describe('a certificate that somebody else must renew', () => {
  it('is warned of 30 days ahead', () => {
    const identity = { ...developmentIdentity(temporaryAuthority())(Date.now()), renewAtMs: undefined };
    const material = { identity, clients: undefined, context: {} };
    expect(warningsOf(material, identity.notAfterMs - 31 * DAY_MS)).toEqual([]);
    expect(warningsOf(material, identity.notAfterMs - 29 * DAY_MS)).toEqual([
      expect.stringMatching(/expires on .* in 29 days/),
    ]);
  });
});
