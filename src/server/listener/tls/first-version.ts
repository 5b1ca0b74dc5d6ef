import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, Version } from '@peculiar/asn1-x509';

/** Whether a certificate is of X.509 version 1, as `openssl x509 -req` makes them: without any extension. */
export function isFirstVersion({ raw }: X509Certificate): boolean {
  return AsnConvert.parse(raw, Certificate).tbsCertificate.version === Version.v1;
}
