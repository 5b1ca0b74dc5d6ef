/** Certificate requests (PKCS#10, RFC 2986): what they ask for, and whether who asks holds the key. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { CertificationRequest, type CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Extensions, id_ce_subjectAltName, SubjectAlternativeName } from '@peculiar/asn1-x509';
import { GizmoError } from '../errors.js';
import { isDer, readLabelled, reasonOf } from './pem.js';
import { verifyBytes } from './signature.js';

/** Of a request nothing but the key is certified; its names are for showing. */
export interface Csr {
  readonly publicKey: KeyObject;
  /** As text, not checked. */
  readonly requestedNames: readonly string[];
}

/**
 * The request of a PEM or DER file.
 * @throws GizmoError USAGE for a file without one, or one whose signature is not by its own key
 */
export function readCsr(bytes: Uint8Array, source: string): Csr {
  const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
  const der = isDer(bytes)
    ? Buffer.from(bytes)
    : readLabelled(bytes, source, labels, 'certificate request (CSR)')[0]!;
  try {
    const request = AsnConvert.parse(der, CertificationRequest);
    const info = request.certificationRequestInfo;
    const spki = Buffer.from(AsnConvert.serialize(info.subjectPKInfo));
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = request.certificationRequestInfoRaw ?? AsnConvert.serialize(info);
    if (!verifyBytes(signed, request.signatureAlgorithm, request.signature, publicKey))
      throw new GizmoError(
        'USAGE',
        `The request in ${source} is not signed by its own key, or with a hash as weak as SHA-1: make it anew.`,
      );
    return { publicKey, requestedNames: namesOf(info) };
  } catch (cause) {
    if (cause instanceof GizmoError) throw cause;
    throw new GizmoError('USAGE', `The request in ${source} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const COMMON_NAME = '2.5.4.3';

function namesOf({ subject, attributes = [] }: Partial<CertificationRequestInfo>): string[] {
  const requested = attributes.find(({ type }) => type === EXTENSION_REQUEST)?.values[0];
  const extensions = requested === undefined ? [] : AsnConvert.parse(requested, Extensions);
  const san = extensions.find(({ extnID }) => extnID === id_ce_subjectAltName);
  const alternatives =
    san === undefined ? [] : AsnConvert.parse(san.extnValue.buffer, SubjectAlternativeName);
  const names = alternatives.map(
    (each) => each.dNSName ?? each.iPAddress ?? each.rfc822Name ?? each.uniformResourceIdentifier,
  );
  const common = (subject ?? []).flat().filter(({ type }) => type === COMMON_NAME);
  const all = [...names, ...common.map(({ value }) => value.toString())];
  return [...new Set(all.filter((name) => name !== undefined))];
}
