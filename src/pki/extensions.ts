/** The extensions of the certificates Gizmo makes (RFC 5280 §4.2), each as DER. */
import { createHash } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  ExtendedKeyUsage,
  Extension,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_clientAuth,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  type SubjectPublicKeyInfo,
} from '@peculiar/asn1-x509';
import type { NameLimits } from './limits.js';
import type { SubjectName } from './name.js';

/** What a certificate may be used for. */
export type Role = 'server' | 'client' | 'both';

/** RFC 7093 §2 method 1: the leftmost 160 bits of the SHA-256 of the key's bits. */
export function keyIdentifier({ subjectPublicKey }: SubjectPublicKeyInfo): Buffer {
  return createHash('sha256').update(Buffer.from(subjectPublicKey)).digest().subarray(0, 20);
}

/** Of a CA without a limit to the length of its chain, as BR 7.1.2.1.4 recommends for a root; or of a leaf. */
export function basicConstraints(isCa: boolean): Extension {
  return extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: isCa }));
}

/** Certificates and revocation lists, nothing else. */
export function caKeyUsage(): Extension {
  return extension(id_ce_keyUsage, true, new KeyUsage(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign));
}

/** Only a server's RSA key may also decrypt (TLS 1.2 without forward secrecy); EC keys never do. */
export function leafKeyUsage(isRsaServer: boolean): Extension {
  const bits = KeyUsageFlags.digitalSignature | (isRsaServer ? KeyUsageFlags.keyEncipherment : 0);
  return extension(id_ce_keyUsage, true, new KeyUsage(bits));
}

/** Never anyExtendedKeyUsage, code signing or e-mail. */
export function extendedKeyUsage(role: Role): Extension {
  const usages = {
    server: [id_kp_serverAuth],
    client: [id_kp_clientAuth],
    both: [id_kp_serverAuth, id_kp_clientAuth],
  };
  return extension(id_ce_extKeyUsage, false, new ExtendedKeyUsage(usages[role]));
}

/** Critical exactly where the subject is empty (RFC 5280 §4.2.1.6). */
export function subjectAltName(names: readonly SubjectName[], isCritical: boolean): Extension {
  return extension(id_ce_subjectAltName, isCritical, new SubjectAlternativeName(names.map(toGeneralName)));
}

/** Never critical, as RFC 5280 §4.2.1.2 wants. */
export function subjectKeyIdentifier(id: Buffer): Extension {
  return extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(toArray(id)));
}

/** By key alone, never by issuer and serial. */
export function authorityKeyIdentifier(id: Buffer): Extension {
  const value = new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(toArray(id)) });
  return extension(id_ce_authorityKeyIdentifier, false, value);
}

/** Critical, without minimum and maximum (RFC 5280 §4.2.1.10). */
export function nameConstraints({ permitted, excluded }: NameLimits): Extension {
  const value = new NameConstraints({
    ...(permitted.length === 0 ? {} : { permittedSubtrees: new GeneralSubtrees(permitted.map(toSubtree)) }),
    ...(excluded.length === 0 ? {} : { excludedSubtrees: new GeneralSubtrees(excluded.map(toSubtree)) }),
  });
  return extension(id_ce_nameConstraints, true, value);
}

/** Wraps a value that has an ASN.1 schema. */
export function extension(id: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function toGeneralName({ type, value }: SubjectName): GeneralName {
  switch (type) {
    case 'dns':
      return new GeneralName({ dNSName: value });
    case 'ip':
      return new GeneralName({ iPAddress: value });
    case 'email':
      return new GeneralName({ rfc822Name: value });
    case 'uri':
      return new GeneralName({ uniformResourceIdentifier: value });
  }
}

function toSubtree(limit: NameLimits['permitted'][number]): GeneralSubtree {
  const base =
    limit.type === 'dns'
      ? new GeneralName({ dNSName: limit.value })
      : new GeneralName({ iPAddress: `${limit.value}/${limit.mask}` });
  return new GeneralSubtree({ base });
}

function toArray(id: Buffer): ArrayBuffer {
  return new Uint8Array(id).buffer;
}
