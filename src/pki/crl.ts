/** Certificate revocation lists (RFC 5280 §5): making, reading and verifying them. */
import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  CertificateList,
  CRLNumber,
  CRLReason,
  CRLReasons,
  type Extension,
  id_ce_cRLNumber,
  id_ce_cRLReasons,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from '@peculiar/asn1-x509';
import { GizmoError } from '../errors.js';
import { authorityKeyIdentifier, extension } from './extensions.js';
import { type Authority, identifierOf } from './issue.js';
import { isDer, readLabelled, reasonOf } from './pem.js';
import { signatureAlgorithm, signBytes, toArrayBuffer, verifyBytes } from './signature.js';

/** Why a certificate is revoked (RFC 5280 §5.3.1), without those that Gizmo cannot mean. */
export const REVOCATION_REASONS = [
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
] as const;

export type RevocationReason = (typeof REVOCATION_REASONS)[number];

export interface Revocation {
  /** As {@link normalizeSerial} has it. */
  readonly serial: string;
  readonly date: Date;
  /** As the list says it; absent where it gives none. */
  readonly reason?: string;
}

/** A list that was read; whether its CA signed it is for `verifyCrl`. */
export interface Crl {
  readonly der: Buffer;
  readonly number: number;
  readonly thisUpdate: Date;
  /** After it the list is stale. Absent in lists that break RFC 5280 §5.1.2.5. */
  readonly nextUpdate?: Date;
  readonly revocations: readonly Revocation[];
  /** For looking up a certificate's `serialNumber`. */
  readonly serials: ReadonlySet<string>;
}

/**
 * A list signed by its CA: version 2, with key identifier and number; no reason where none is given.
 * @param options.number greater than that of the list before
 */
export function createCrl({ certificate, key }: Authority, options: CrlOptions): Crl {
  const { number, revocations, days, thisUpdate = new Date() } = options;
  const issuer = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: signatureAlgorithm(key),
    issuer: issuer.subject,
    thisUpdate: new Time(thisUpdate),
    nextUpdate: new Time(new Date(thisUpdate.getTime() + days * 86_400_000)),
    // An empty list must be absent.
    ...(revocations.length === 0 ? {} : { revokedCertificates: revocations.map(toEntry) }),
    crlExtensions: [
      authorityKeyIdentifier(identifierOf(issuer)),
      extension(id_ce_cRLNumber, false, new CRLNumber(number)),
    ],
  });
  const list = new CertificateList({
    tbsCertList,
    signatureAlgorithm: tbsCertList.signature,
    signature: signBytes(AsnConvert.serialize(tbsCertList), key),
  });
  return parse(Buffer.from(AsnConvert.serialize(list)), 'the new list');
}

export interface CrlOptions {
  readonly number: number;
  readonly revocations: readonly Revocation[];
  /** Until nextUpdate. */
  readonly days: number;
  readonly thisUpdate?: Date;
}

/**
 * Each list of a PEM file, or the one of a DER file; at least one.
 * @throws GizmoError USAGE for anything else, and for a list with a critical extension, which could mean anything
 */
export function readCrls(bytes: Uint8Array, source: string): Crl[] {
  const ders = isDer(bytes)
    ? [Buffer.from(bytes)]
    : readLabelled(bytes, source, ['X509 CRL'], 'revocation list (CRL)');
  return ders.map((der) => parse(der, source));
}

/** Whether a list was issued and signed by this CA, by name and by key. */
export function verifyCrl(crl: Crl, ca: X509Certificate): boolean {
  const list = AsnConvert.parse(crl.der, CertificateList);
  const subject = AsnConvert.parse(ca.raw, Certificate).tbsCertificate.subject;
  const sameName = Buffer.from(AsnConvert.serialize(list.tbsCertList.issuer)).equals(
    Buffer.from(AsnConvert.serialize(subject)),
  );
  return (
    sameName &&
    verifyBytes(
      list.tbsCertListRaw ?? new ArrayBuffer(0),
      list.signatureAlgorithm,
      list.signature,
      ca.publicKey,
    )
  );
}

/** Whether nextUpdate is past; a list without one is stale from the start. */
export function isStale(crl: Crl, now = new Date()): boolean {
  return crl.nextUpdate === undefined || crl.nextUpdate < now;
}

/** The entry of a certificate, where it has one. */
export function findRevocation(crl: Crl, { serialNumber }: X509Certificate): Revocation | undefined {
  const serial = normalizeSerial(serialNumber);
  return crl.serials.has(serial) ? crl.revocations.find((each) => each.serial === serial) : undefined;
}

/** Hex in capitals without colons, two digits a byte and no bytes of zero before the first, as openssl prints it. */
export function normalizeSerial(hex: string): string {
  const digits = hex
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '')
    .toUpperCase();
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

function parse(der: Buffer, source: string): Crl {
  let list: CertificateList;
  try {
    list = AsnConvert.parse(der, CertificateList);
  } catch (cause) {
    throw new GizmoError('USAGE', `${source} holds no readable revocation list: ${reasonOf(cause)}.`, {
      cause,
    });
  }
  const { thisUpdate, nextUpdate, revokedCertificates = [], crlExtensions = [] } = list.tbsCertList;
  const critical = [
    ...crlExtensions,
    ...revokedCertificates.flatMap((each) => each.crlEntryExtensions ?? []),
  ].find((each) => each.critical);
  if (critical !== undefined)
    throw new GizmoError(
      'USAGE',
      `${source} has the critical extension ${critical.extnID}, which Gizmo does not know: use a complete list of one CA.`,
    );
  const number = crlExtensions.find(({ extnID }) => extnID === id_ce_cRLNumber);
  const revocations = revokedCertificates.map(fromEntry);
  return {
    der,
    number: number === undefined ? 0 : Number(AsnConvert.parse(number.extnValue.buffer, CRLNumber).value),
    thisUpdate: thisUpdate.getTime(),
    ...(nextUpdate === undefined ? {} : { nextUpdate: nextUpdate.getTime() }),
    revocations,
    serials: new Set(revocations.map(({ serial }) => serial)),
  };
}

function toEntry({ serial, date, reason }: Revocation): RevokedCertificate {
  const code = REVOCATION_REASONS.find((each) => each === reason);
  return new RevokedCertificate({
    userCertificate: serialToDer(serial),
    revocationDate: new Time(date),
    ...(code === undefined
      ? {}
      : { crlEntryExtensions: [extension(id_ce_cRLReasons, false, new CRLReason(CRLReasons[code]))] }),
  });
}

function fromEntry({
  userCertificate,
  revocationDate,
  crlEntryExtensions = [],
}: RevokedCertificate): Revocation {
  const reason = crlEntryExtensions.find(({ extnID }: Extension) => extnID === id_ce_cRLReasons);
  return {
    serial: normalizeSerial(Buffer.from(userCertificate).toString('hex')),
    date: revocationDate.getTime(),
    ...(reason === undefined
      ? {}
      : { reason: AsnConvert.parse(reason.extnValue.buffer, CRLReason).toString() }),
  };
}

/** An INTEGER is signed: a leading zero keeps a serial positive. */
function serialToDer(serial: string): ArrayBuffer {
  const bytes = Buffer.from(normalizeSerial(serial), 'hex');
  return toArrayBuffer(bytes[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}
