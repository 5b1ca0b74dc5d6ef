/** Whether a certificate would be accepted: its chain, its names, its purpose, and what strict clients check. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Crl, findRevocation, isStale, verifyCrl } from './crl.js';
import { oneLine } from './describe.js';
import { readDetails, roleOf } from './details.js';
import { formatLimit, isPermitted } from './limits.js';
import { lintCertificate } from './lint.js';

export interface VerifyOptions {
  /** The certificate in question first, then those that came with it. */
  readonly chain: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
  readonly purpose?: 'server' | 'client';
  /** Name or address that is dialled. */
  readonly host?: string;
  readonly crls: readonly Crl[];
  readonly now?: Date;
}

export interface Verdict {
  readonly ok: boolean;
  /** Subjects from the certificate to the root, as far as it could be followed. */
  readonly path: readonly string[];
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** RFC 5280 §6.1 as far as TLS needs it, and the rules of lintCertificate for each certificate on the path. */
export function verifyCertificate(options: VerifyOptions): Verdict {
  const { now = new Date(), crls } = options;
  const [leaf] = options.chain;
  if (leaf === undefined) return { ok: false, path: [], errors: ['There is no certificate.'], warnings: [] };
  const { path, isTrusted } = buildPath(leaf, options);
  const errors: string[] = [];
  const warnings: string[] = [];
  if (!isTrusted) errors.push(`No CA that is trusted here signed ${titleOf(path.at(-1))}.`);
  for (const [depth, certificate] of path.entries()) {
    const title = titleOf(certificate);
    errors.push(...checkDates(certificate, now).map((reason) => `${title}: ${reason}.`));
    if (depth > 0)
      errors.push(...checkAuthority(certificate, depth, path).map((reason) => `${title}: ${reason}.`));
    for (const { severity, message } of lintCertificate(certificate))
      (severity === 'error' ? errors : warnings).push(`${title}: ${message}.`);
    const issuer = path[depth + 1];
    if (issuer !== undefined) errors.push(...checkRevocation(certificate, issuer, crls, now));
  }
  errors.push(...checkUse(leaf, path, options));
  return {
    ok: errors.length === 0,
    path: path.map(titleOf),
    errors: [...new Set(errors)],
    warnings: [...new Set(warnings)],
  };
}

const DEPTH_MAX = 10;

function buildPath(leaf: X509Certificate, { chain, roots }: VerifyOptions) {
  const path = [leaf];
  for (let current = leaf; path.length <= DEPTH_MAX; ) {
    if (roots.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256))
      return { path, isTrusted: true };
    const issuer = [...roots, ...chain].find(
      (candidate) => !path.includes(candidate) && isIssuer(candidate, current),
    );
    if (issuer === undefined) break;
    path.push(issuer);
    current = issuer;
  }
  return { path, isTrusted: false };
}

function isIssuer(candidate: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(candidate) && certificate.verify(candidate.publicKey);
}

function checkDates({ validFrom, validTo }: X509Certificate, now: Date): string[] {
  if (now < new Date(validFrom)) return [`it is valid from ${validFrom} only`];
  return now > new Date(validTo) ? [`it expired on ${validTo}`] : [];
}

/** @param depth of the CA: what stands before it on the path is below it */
function checkAuthority(
  authority: X509Certificate,
  depth: number,
  path: readonly X509Certificate[],
): string[] {
  const { basicConstraints, limits } = readDetails(authority);
  const faults: string[] = [];
  if (!authority.ca) faults.push('it is no CA and signed a certificate');
  const room = basicConstraints?.pathLength;
  if (room !== undefined && depth - 1 > room)
    faults.push(`it allows ${room} CAs below it, and there are ${depth - 1}`);
  if (limits === undefined) return faults;
  for (const name of path.slice(0, depth).flatMap((each) => readDetails(each).names))
    if (!isPermitted(limits, name))
      faults.push(`it may not sign "${name.value}", only ${limits.permitted.map(formatLimit).join(', ')}`);
  return faults;
}

function checkRevocation(
  certificate: X509Certificate,
  issuer: X509Certificate,
  crls: readonly Crl[],
  now: Date,
): string[] {
  return crls
    .filter((crl) => verifyCrl(crl, issuer))
    .flatMap((crl) => {
      const revocation = findRevocation(crl, certificate);
      const stale = isStale(crl, now) ? [`The revocation list of ${titleOf(issuer)} is out of date.`] : [];
      if (revocation === undefined) return stale;
      const reason = revocation.reason === undefined ? '' : ` (${revocation.reason})`;
      return [
        ...stale,
        `${titleOf(certificate)}: it was revoked on ${revocation.date.toISOString()}${reason}.`,
      ];
    });
}

function checkUse(
  leaf: X509Certificate,
  path: readonly X509Certificate[],
  { purpose, host }: VerifyOptions,
): string[] {
  const faults: string[] = [];
  if (purpose !== undefined) {
    if (leaf.ca)
      faults.push(
        'it is a CA, and strict clients (rustls) accept none as a server or client: issue one with gizmo pki issue',
      );
    const wrong = path.find(
      (each) => each.keyUsage !== undefined && ![purpose, 'both'].includes(roleOf(each) ?? ''),
    );
    if (wrong !== undefined) faults.push(`the extended key usage of ${titleOf(wrong)} excludes a ${purpose}`);
  }
  if (host !== undefined && !matches(leaf, host)) {
    const names = readDetails(leaf).names.map(({ value }) => value);
    faults.push(
      `it is not for "${host}", only for ${names.length === 0 ? 'nothing that it names' : names.join(', ')}`,
    );
  }
  return faults.map((fault) => `${titleOf(leaf)}: ${fault}.`);
}

/** By the alternative names alone, as clients do (RFC 9525). */
function matches(leaf: X509Certificate, host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return leaf.checkIP(bare) !== undefined;
  return leaf.checkHost(bare, { subject: 'never' }) !== undefined;
}

function titleOf(certificate: X509Certificate | undefined): string {
  if (certificate === undefined) return 'the certificate';
  return oneLine(certificate.subject) || `serial ${certificate.serialNumber}`;
}
