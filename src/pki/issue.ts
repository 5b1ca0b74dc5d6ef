/** Makes certificates: a CA that signs itself, and the servers' and clients' that it signs. */
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  type Extension,
  Extensions,
  id_ce_subjectKeyIdentifier,
  Name,
  RelativeDistinguishedName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { GizmoError } from '../errors.js';
import {
  authorityKeyIdentifier,
  basicConstraints,
  caKeyUsage,
  extendedKeyUsage,
  keyIdentifier,
  leafKeyUsage,
  nameConstraints,
  type Role,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.js';
import { findWeakness, isKeyPair } from './key.js';
import type { NameLimits } from './limits.js';
import type { SubjectName } from './name.js';
import { signatureAlgorithm, signBytes, toArrayBuffer } from './signature.js';

/** A certificate that may sign others, with its key. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/** Days are of 86,400 s, and both ends count (BR 1.6.1, "validity period"). */
export interface Lifetime {
  readonly days: number;
  /** Default five minutes ago, for clocks that are behind. */
  readonly notBefore?: Date;
}

/**
 * A root: it signs itself, may sign certificates and revocation lists, and nothing else.
 * @throws GizmoError USAGE for a weak key or a name longer than 64 characters
 */
export function createAuthority(options: AuthorityOptions): Authority {
  const { key, commonName, limits } = options;
  const publicKey = createPublicKey(key);
  const subject = toName(commonName);
  const spki = toSpki(publicKey);
  const id = keyIdentifier(spki);
  const tbs = newCertificate(spki, key, options);
  tbs.subject = subject;
  tbs.issuer = subject;
  tbs.extensions = new Extensions([
    basicConstraints(true),
    caKeyUsage(),
    subjectKeyIdentifier(id),
    authorityKeyIdentifier(id),
    ...(limits === undefined ? [] : [nameConstraints(limits)]),
  ]);
  return { certificate: signCertificate(tbs, key), key };
}

export interface AuthorityOptions extends Lifetime {
  readonly commonName: string;
  /** Private key. */
  readonly key: KeyObject;
  readonly limits?: NameLimits;
}

/**
 * A certificate of a server or client. It never outlives its CA.
 * @throws GizmoError USAGE for a weak key, a common name that is too long, a server without names, a CA that may not sign
 */
export function issueCertificate({ certificate, key }: Authority, options: LeafOptions): X509Certificate {
  const { publicKey, role, names, commonName } = options;
  if (!certificate.ca) throw new GizmoError('USAGE', 'The certificate that is to sign is none of a CA.');
  if (!isKeyPair(key, certificate.publicKey))
    throw new GizmoError('USAGE', 'The key that is to sign does not belong to the certificate of the CA.');
  if (role !== 'client' && names.length === 0)
    throw new GizmoError('USAGE', 'A server needs a name that clients dial.');
  if (names.length === 0 && commonName === undefined) throw new GizmoError('USAGE', 'A client needs a name.');
  const issuer = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const spki = toSpki(publicKey);
  const tbs = newCertificate(spki, key, options, new Date(certificate.validTo));
  tbs.subject = toName(commonName);
  tbs.issuer = issuer.subject;
  tbs.extensions = new Extensions([
    basicConstraints(false),
    leafKeyUsage(publicKey.asymmetricKeyType === 'rsa' && role !== 'client'),
    extendedKeyUsage(role),
    ...(names.length === 0 ? [] : [subjectAltName(names, commonName === undefined)]),
    subjectKeyIdentifier(keyIdentifier(spki)),
    authorityKeyIdentifier(identifierOf(issuer)),
  ]);
  return signCertificate(tbs, key);
}

export interface LeafOptions extends Lifetime {
  readonly publicKey: KeyObject;
  readonly role: Role;
  /** Subject alternative names. */
  readonly names: readonly SubjectName[];
  /** Of the subject; without it the subject is empty. */
  readonly commonName?: string;
}

/** The longest common name (RFC 5280 appendix A.1, ub-common-name). */
export const COMMON_NAME_MAX = 64;

/** The part that both kinds share. Serial: 16 random bytes, positive (RFC 5280 §4.1.2.2; BR 7.1: 64 bits at least). */
function newCertificate(
  subjectPublicKeyInfo: SubjectPublicKeyInfo,
  signingKey: KeyObject,
  { days, notBefore = new Date(Date.now() - BACKDATE_MS) }: Lifetime,
  latest?: Date,
): TBSCertificate {
  const start = Math.floor(notBefore.getTime() / 1000) * 1000;
  const end = start + days * 86_400_000 - 1000;
  return new TBSCertificate({
    version: Version.v3,
    serialNumber: toArrayBuffer(newSerial()),
    signature: signatureAlgorithm(signingKey),
    validity: new Validity({
      notBefore: new Date(start),
      notAfter: new Date(latest === undefined ? end : Math.min(end, latest.getTime())),
    }),
    subjectPublicKeyInfo,
  });
}

const BACKDATE_MS = 5 * 60_000;

/** The first byte is 01 to 7f: positive, never shortened by DER, never zero. */
function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x01;
  return serial;
}

function signCertificate(tbsCertificate: TBSCertificate, key: KeyObject): X509Certificate {
  const tbs = AsnConvert.serialize(tbsCertificate);
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: tbsCertificate.signature,
    signatureValue: signBytes(tbs, key),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(certificate)));
}

function toSpki(publicKey: KeyObject): SubjectPublicKeyInfo {
  const weakness = findWeakness(publicKey);
  if (weakness !== undefined) throw new GizmoError('USAGE', `This key cannot be certified: ${weakness}.`);
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

function toName(commonName: string | undefined): Name {
  if (commonName === undefined) return new Name();
  if (commonName.length > COMMON_NAME_MAX)
    throw new GizmoError('USAGE', `The name "${commonName}" is longer than ${COMMON_NAME_MAX} characters.`);
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: COMMON_NAME, value })])]);
}

const COMMON_NAME = '2.5.4.3';

/** What the CA calls its own key, so that both sides match; from the key where it says nothing. */
export function identifierOf(issuer: TBSCertificate): Buffer {
  const own = issuer.extensions?.find(({ extnID }: Extension) => extnID === id_ce_subjectKeyIdentifier);
  if (own === undefined) return keyIdentifier(issuer.subjectPublicKeyInfo);
  return Buffer.from(AsnConvert.parse(own.extnValue.buffer, SubjectKeyIdentifier).buffer);
}
