/** What `gizmo pki inspect` tells about a certificate, a revocation list or a key. */
import type { X509Certificate } from 'node:crypto';
import { type Crl, isStale, normalizeSerial, type Revocation } from './crl.js';
import { readDetails, roleOf } from './details.js';
import { describeKey } from './key.js';
import { formatLimit } from './limits.js';
import { type Finding, lintCertificate } from './lint.js';
import { formatPin, spkiPin } from './pin.js';

export interface CertificateDescription {
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names. */
  readonly names: readonly string[];
  readonly use: string;
  readonly key: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Negative where it has expired. */
  readonly daysLeft: number;
  readonly serial: string;
  readonly fingerprint: string;
  readonly spki: string;
  readonly pin: string;
  /** Names a CA may sign; absent where any. */
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
  /** Present where the list of its CA, in the PKI directory, has it. */
  readonly revoked?: { readonly date: string; readonly reason?: string };
  readonly findings: readonly Finding[];
}

/** Everything worth knowing, and what strict clients would hold against it. */
export function describeCertificate(
  certificate: X509Certificate,
  revocation?: Revocation,
  now = new Date(),
): CertificateDescription {
  const { names, limits } = readDetails(certificate);
  const pin = spkiPin(certificate);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: names.map(({ value }) => value),
    use: useOf(certificate),
    key: describeKey(certificate.publicKey),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    daysLeft: Math.floor((Date.parse(certificate.validTo) - now.getTime()) / 86_400_000),
    serial: normalizeSerial(certificate.serialNumber),
    fingerprint: certificate.fingerprint256,
    spki: formatPin(pin, 'hex'),
    pin: formatPin(pin, 'curl'),
    ...(limits === undefined
      ? {}
      : {
          permitted: limits.permitted.map(formatLimit),
          excluded: limits.excluded.map((limit) =>
            limit.type === 'dns' && limit.value === '' ? 'all names' : formatLimit(limit),
          ),
        }),
    ...(revocation && { revoked: describeRevocation(revocation) }),
    findings: lintCertificate(certificate),
  };
}

/** A list as JSON can hold it. */
export function describeCrl(crl: Crl, now = new Date()) {
  return {
    number: crl.number,
    thisUpdate: crl.thisUpdate.toISOString(),
    ...(crl.nextUpdate === undefined ? {} : { nextUpdate: crl.nextUpdate.toISOString() }),
    stale: isStale(crl, now),
    revoked: crl.revocations.map((each) => ({ serial: each.serial, ...describeRevocation(each) })),
  };
}

function describeRevocation({ date, reason }: Revocation): { date: string; reason?: string } {
  return { date: date.toISOString(), ...(reason === undefined ? {} : { reason }) };
}

/** A distinguished name on one line. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function useOf(certificate: X509Certificate): string {
  if (certificate.ca) return 'CA';
  if (certificate.keyUsage === undefined) return 'server and client (it does not say)';
  return {
    server: 'server',
    client: 'client',
    both: 'server and client',
    other: 'neither server nor client',
  }[roleOf(certificate) ?? 'other'];
}
