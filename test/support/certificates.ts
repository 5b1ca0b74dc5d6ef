/** Certificates for tests, made when they are needed: what a server or client shows, and the authority that signed it. */
import { execFileSync } from 'node:child_process';
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority, issueCertificate } from '../../src/pki/issue.js';
import { generateKey } from '../../src/pki/key.js';
import type { NameLimits } from '../../src/pki/limits.js';
import { parseName } from '../../src/pki/name.js';
import { spkiPin } from '../../src/pki/pin.js';

/** What is shown in a handshake. */
export interface Identity {
  /** PEM. */
  readonly cert: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

/** An identity that an authority of these tests has signed. */
export interface IssuedIdentity extends Identity {
  readonly certificate: X509Certificate;
  /** Of the key, as 64 hex digits. */
  readonly pin: string;
}

/** An authority of its own, with a fresh key; it may sign what `limits` allow. */
export function makeAuthority(commonName: string, limits?: NameLimits): Authority {
  const life = { days: 3650, notBefore: daysAgo(10) };
  return createAuthority({
    commonName,
    key: generateKey('p256'),
    ...life,
    ...(limits === undefined ? {} : { limits }),
  });
}

/** PEM of an authority's certificate. */
export function pemOf({ certificate }: Authority): string {
  return certificate.toString();
}

export interface IdentityOptions {
  readonly role?: 'server' | 'client' | 'both';
  /** Subject alternative names; a server has those of loopback by default. */
  readonly names?: readonly string[];
  readonly commonName?: string;
  /** When it begins to be valid, in days from now. */
  readonly from?: number;
  /** How many whole days it is valid. */
  readonly days?: number;
  /** A fresh one by default. */
  readonly privateKey?: KeyObject;
}

/** A certificate of the authority, with its key. */
export function makeIdentity(authority: Authority, options: IdentityOptions = {}): IssuedIdentity {
  const {
    role = 'server',
    names = role === 'client' ? [] : LOOPBACK,
    commonName,
    from = -1,
    days = 9,
    privateKey = generateKey('p256'),
  } = options;
  const certificate = issueCertificate(authority, {
    publicKey: createPublicKey(privateKey),
    role,
    names: names.map(parseName),
    days,
    notBefore: daysAgo(-from),
    ...(commonName === undefined ? {} : { commonName }),
  });
  return {
    certificate,
    cert: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pin: spkiPin(certificate).toString('hex'),
  };
}

/** As `openssl req -x509` makes one, which is how the GizmoSQL guide does it: CA:TRUE, a common name, no other names. */
export function makeSelfSigned(commonName: string): Identity {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-self-signed-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const args = [
    'req',
    '-x509',
    ...kind,
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '365',
    '-subj',
    `/CN=${commonName}`,
  ];
  try {
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}
