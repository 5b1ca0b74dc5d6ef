/** The certificate that a server makes for itself, for development: good for loopback and this machine's name. */
import { createPublicKey } from 'node:crypto';
import { hostname } from 'node:os';
import { type Authority, createAuthority, issueCertificate } from '../../../pki/issue.js';
import { generateKey } from '../../../pki/key.js';
import { completeLimits, developmentLimits } from '../../../pki/limits.js';
import { isHostName, parseName, uniqueNames } from '../../../pki/name.js';
import { spkiPin } from '../../../pki/pin.js';
import type { ServerIdentity } from './server-identity.js';

const AUTHORITY_DAYS = 3650;
const DAYS = 90;
const DAY_MS = 86_400_000;

/** A CA that lives in this process only. */
export function temporaryAuthority(): Authority {
  return createAuthority({
    commonName: 'gizmo development server CA',
    key: generateKey('p256'),
    days: AUTHORITY_DAYS,
    limits: completeLimits(developmentLimits(hostname())),
  });
}

/**
 * Makes the identity, and another once two thirds of its life are over; the key, and with it the pin, stays. The key
 * never leaves the process.
 */
export function developmentIdentity(authority: Authority): (nowMs: number) => ServerIdentity {
  const key = generateKey('p256');
  const publicKey = createPublicKey(key);
  const host = hostname().toLowerCase();
  const names = uniqueNames(
    ['localhost', '127.0.0.1', '::1', ...(isHostName(host) ? [host] : [])].map(parseName),
  );
  let current: ServerIdentity | undefined;

  return (nowMs) => {
    if (current !== undefined && nowMs < (current.renewAtMs ?? 0)) return current;
    const notBefore = new Date(nowMs - BACKDATE_MS);
    const leaf = issueCertificate(authority, {
      publicKey,
      role: 'server',
      names,
      commonName: 'localhost',
      days: DAYS,
      notBefore,
    });
    const notAfterMs = Date.parse(leaf.validTo);
    current = {
      certificates: leaf.toString(),
      key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      pin: spkiPin(leaf).toString('hex'),
      notAfterMs,
      roots: authority.certificate.toString(),
      renewAtMs: Math.min(nowMs + (DAYS * DAY_MS * 2) / 3, notAfterMs - DAY_MS),
      warnings: [],
    };
    return current;
  };
}

/** For clocks that are behind. */
const BACKDATE_MS = 5 * 60_000;
