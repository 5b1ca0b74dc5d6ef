/** The rules a certificate must keep to be accepted everywhere: RFC 5280 and what strict clients check of it. */
import type { X509Certificate } from 'node:crypto';
import {
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  Version,
} from '@peculiar/asn1-x509';
import { type CertificateDetails, readDetails, roleOf } from './details.js';
import { findWeakness } from './key.js';
import { parseName } from './name.js';

export interface Finding {
  /** An error breaks clients; a warning breaks some, or will. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** What is wrong with a certificate by itself; nothing when all is well. */
export function lintCertificate(certificate: X509Certificate): Finding[] {
  const details = readDetails(certificate);
  const isRoot = details.issuerDer.equals(details.subjectDer);
  const rules = [lintForm, lintExtensions, certificate.ca ? lintAuthority : lintLeaf];
  const findings = rules.flatMap((rule) => [...rule(details, certificate)]);
  const isCritical = (id: string) => details.extensions.some((each) => each.id === id && each.critical);
  if (!isRoot && details.authorityKeyId === undefined)
    findings.push(error('it does not say which key signed it (authority key identifier is missing)'));
  if (isCritical(id_ce_authorityKeyIdentifier) || isCritical(id_ce_subjectKeyIdentifier))
    findings.push(error('its key identifiers are critical'));
  return findings;
}

/** The longest life of a server's certificate that every client accepts (Apple 103769). */
export const SERVER_DAYS_MAX = 825;

/** The longest that public CAs are advised to give (BR 6.3.2). */
export const SERVER_DAYS_ADVISED = 199;

function* lintForm({ parsed }: CertificateDetails, certificate: X509Certificate): Iterable<Finding> {
  const { version, serialNumber, signature, validity } = parsed.tbsCertificate;
  const serial = Buffer.from(serialNumber);
  if (version !== Version.v3) yield error('it is not of version 3');
  if (serial.length > 20) yield error('its serial number is longer than 20 bytes');
  if (serial.every((byte) => byte === 0) || serial[0]! >= 0x80)
    yield error('its serial number is not positive');
  if (signature.algorithm !== parsed.signatureAlgorithm.algorithm)
    yield error('it names two signature algorithms');
  if (WEAK_SIGNATURES.has(signature.algorithm)) yield error('it is signed with SHA-1 or MD5');
  for (const { utcTime, generalTime } of [validity.notBefore, validity.notAfter])
    if (utcTime === undefined && generalTime !== undefined && generalTime.getUTCFullYear() < 2050)
      yield error('a date before 2050 is not written as UTCTime');
  if (validity.notAfter.getTime() <= validity.notBefore.getTime()) yield error('it ends before it begins');
  const weakness = findWeakness(certificate.publicKey);
  if (weakness !== undefined) yield error(`its key is weak: ${weakness}`);
  if (
    parsed.tbsCertificate.issuerUniqueID !== undefined ||
    parsed.tbsCertificate.subjectUniqueID !== undefined
  )
    yield error('it has a unique identifier of issuer or subject, which nobody uses');
}

const WEAK_SIGNATURES = new Set(['1.2.840.113549.1.1.5', '1.2.840.113549.1.1.4', '1.2.840.10045.4.1']);

function* lintExtensions({ extensions }: CertificateDetails): Iterable<Finding> {
  const ids = extensions.map(({ id }) => id);
  if (new Set(ids).size < ids.length) yield error('it has an extension twice');
}

function* lintAuthority(details: CertificateDetails, certificate: X509Certificate): Iterable<Finding> {
  const { keyUsage, extensions } = details;
  const isCritical = (id: string) => extensions.find((each) => each.id === id)?.critical;
  if (!isCritical(id_ce_basicConstraints)) yield error('its basic constraints are not critical');
  if (keyUsage === undefined) yield error('it has no key usage');
  else {
    if (!keyUsage.includes('keyCertSign')) yield error('its key usage does not let it sign certificates');
    if (!keyUsage.includes('crlSign')) yield warning('its key usage does not let it sign revocation lists');
    if (!isCritical(id_ce_keyUsage)) yield warning('its key usage is not critical');
  }
  if (details.subjectKeyId === undefined) yield error('its subject key identifier is missing');
  if (details.isSubjectEmpty) yield error('it has no subject');
  if (details.limits !== undefined && !isCritical(id_ce_nameConstraints))
    yield warning('its name constraints are not critical');
  if (certificate.keyUsage !== undefined && certificate.issuer === certificate.subject)
    yield warning('it is a root with an extended key usage');
}

function* lintLeaf(details: CertificateDetails, certificate: X509Certificate): Iterable<Finding> {
  const { names, keyUsage, basicConstraints, extensions, commonName } = details;
  const role = roleOf(certificate);
  const isServer = role === 'server' || role === 'both';
  if (basicConstraints?.pathLength !== undefined) yield error('it is no CA and limits the length of a chain');
  if (role === undefined) yield error('its extended key usage serves neither servers nor clients');
  if (certificate.keyUsage === undefined)
    yield warning('it does not say what it is for (extended key usage is missing)');
  if (keyUsage?.includes('keyCertSign'))
    yield error('it is no CA and its key usage lets it sign certificates');
  if (keyUsage !== undefined && !keyUsage.includes('digitalSignature'))
    yield error('its key usage does not let it sign, which TLS 1.3 needs');
  if (certificate.publicKey.asymmetricKeyType !== 'rsa' && keyUsage?.includes('keyEncipherment'))
    yield error('its key cannot encrypt, and its key usage says so');
  const san = extensions.find(({ id }) => id === id_ce_subjectAltName);
  if (san !== undefined && san.critical !== details.isSubjectEmpty)
    yield (details.isSubjectEmpty ? error : warning)(
      details.isSubjectEmpty
        ? 'its subject is empty and its names are not critical'
        : 'its names are critical',
    );
  if (isServer && certificate.keyUsage !== undefined) {
    if (!names.some(({ type }) => type === 'dns' || type === 'ip'))
      yield error('it names no host (subject alternative name): clients ignore the common name');
    else if (commonName !== undefined && !names.some(({ value }) => value === commonName.toLowerCase()))
      yield warning(`its common name "${commonName}" is none of its names`);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom) + 1000) / 86_400_000;
    if (days > SERVER_DAYS_MAX)
      yield error(`it lives ${Math.round(days)} days; Apple's clients accept ${SERVER_DAYS_MAX}`);
    else if (days > SERVER_DAYS_ADVISED)
      yield warning(`it lives ${Math.round(days)} days; public CAs may give 200`);
  }
  for (const name of names) {
    const fault = faultOf(name.value);
    if (fault !== undefined) yield error(fault);
  }
  if (new Set(names.map(({ type, value }) => `${type}:${value}`)).size < names.length)
    yield warning('it has a name twice');
}

function faultOf(value: string): string | undefined {
  try {
    return parseName(value).value === value ? undefined : `its name "${value}" is not in its plain form`;
  } catch (cause) {
    return cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
  }
}

function error(message: string): Finding {
  return { severity: 'error', message };
}

function warning(message: string): Finding {
  return { severity: 'warning', message };
}
