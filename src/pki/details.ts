/** What node:crypto does not tell about a certificate: its extensions, read from the DER. */
import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  type Extension,
  type GeneralName,
  type GeneralSubtrees,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_nameConstraints,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  NameConstraints,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { GizmoError } from '../errors.js';
import type { Role } from './extensions.js';
import type { NameLimit, NameLimits } from './limits.js';
import type { SubjectName } from './name.js';
import { reasonOf } from './pem.js';

export interface CertificateDetails {
  readonly extensions: readonly { readonly id: string; readonly critical: boolean }[];
  readonly commonName: string | undefined;
  readonly isSubjectEmpty: boolean;
  /** Alternative names of the kinds Gizmo knows. */
  readonly names: readonly SubjectName[];
  /** Absent where the extension is. */
  readonly keyUsage?: readonly string[];
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  readonly limits?: NameLimits;
  readonly subjectKeyId?: string;
  readonly authorityKeyId?: string;
  readonly issuerDer: Buffer;
  readonly subjectDer: Buffer;
  readonly parsed: Certificate;
}

/** @throws GizmoError USAGE for extensions that cannot be read */
export function readDetails({ raw }: X509Certificate): CertificateDetails {
  try {
    return read(AsnConvert.parse(raw, Certificate));
  } catch (cause) {
    throw new GizmoError(
      'USAGE',
      `The certificate has an extension that cannot be read: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** By its extended key usage; a certificate without one may be both. Undefined where it is neither. */
export function roleOf(certificate: X509Certificate): Role | undefined {
  // Node calls the extended key usage `keyUsage`.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages === undefined) return 'both';
  const [server, client] = [usages.includes(SERVER_AUTH), usages.includes(CLIENT_AUTH)];
  if (server && client) return 'both';
  if (server) return 'server';
  return client ? 'client' : undefined;
}

function read(parsed: Certificate): CertificateDetails {
  const { extensions = [], subject, issuer } = parsed.tbsCertificate;
  const find = (id: string): ArrayBuffer | undefined =>
    extensions.find(({ extnID }: Extension) => extnID === id)?.extnValue.buffer;
  const [san, ku, bc, nc] = [
    id_ce_subjectAltName,
    id_ce_keyUsage,
    id_ce_basicConstraints,
    id_ce_nameConstraints,
  ].map(find);
  const [ski, aki] = [id_ce_subjectKeyIdentifier, id_ce_authorityKeyIdentifier].map(find);
  const subjectKeyId = ski && hex(AsnConvert.parse(ski, SubjectKeyIdentifier).buffer);
  const authorityKeyId = aki && hex(AsnConvert.parse(aki, AuthorityKeyIdentifier).keyIdentifier?.buffer);
  return {
    extensions: extensions.map(({ extnID, critical }: Extension) => ({ id: extnID, critical })),
    commonName: subject
      .flat()
      .find(({ type }) => type === '2.5.4.3')
      ?.value.toString(),
    isSubjectEmpty: subject.length === 0,
    names: san === undefined ? [] : AsnConvert.parse(san, SubjectAlternativeName).flatMap(toSubjectName),
    ...(ku === undefined ? {} : { keyUsage: AsnConvert.parse(ku, KeyUsage).toJSON() }),
    ...(bc === undefined ? {} : { basicConstraints: toConstraints(AsnConvert.parse(bc, BasicConstraints)) }),
    ...(nc === undefined ? {} : { limits: toLimits(AsnConvert.parse(nc, NameConstraints)) }),
    ...(subjectKeyId === undefined ? {} : { subjectKeyId }),
    ...(authorityKeyId === undefined ? {} : { authorityKeyId }),
    issuerDer: Buffer.from(AsnConvert.serialize(issuer)),
    subjectDer: Buffer.from(AsnConvert.serialize(subject)),
    parsed,
  };
}

function hex(bytes: ArrayBuffer | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex').toUpperCase();
}

function toConstraints({ cA, pathLenConstraint }: BasicConstraints) {
  return { ca: cA, ...(pathLenConstraint === undefined ? {} : { pathLength: pathLenConstraint }) };
}

function toSubjectName(name: GeneralName): SubjectName[] {
  if (name.dNSName !== undefined) return [{ type: 'dns', value: name.dNSName }];
  if (name.iPAddress !== undefined) return [{ type: 'ip', value: canonicalIp(name.iPAddress) }];
  if (name.rfc822Name !== undefined) return [{ type: 'email', value: name.rfc822Name }];
  const uri = name.uniformResourceIdentifier;
  return uri === undefined ? [] : [{ type: 'uri', value: uri }];
}

/** As parseName writes it. */
function canonicalIp(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function toLimits({ permittedSubtrees, excludedSubtrees }: NameConstraints): NameLimits {
  return { permitted: toLimitList(permittedSubtrees), excluded: toLimitList(excludedSubtrees) };
}

function toLimitList(subtrees: GeneralSubtrees | undefined): NameLimit[] {
  return (subtrees ?? []).flatMap(({ base }): NameLimit[] => {
    if (base.dNSName !== undefined)
      return [{ type: 'dns', value: base.dNSName.replace(/^\./, '').toLowerCase() }];
    const [address, mask] = base.iPAddress?.split('/') ?? [];
    return address === undefined ? [] : [{ type: 'ip', value: canonicalIp(address), mask: Number(mask) }];
  });
}
