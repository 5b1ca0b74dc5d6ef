/** The server's own certificate and key: read, and judged before anybody depends on them. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { GizmoError } from '../../../errors.js';
import { findWeakness, isEncryptedKey, isKeyPair, readPrivateKey } from '../../../pki/key.js';
import { readCertificates, toPem } from '../../../pki/pem.js';
import { spkiPin } from '../../../pki/pin.js';
import { isFirstVersion } from './first-version.js';
import { readTlsFile } from './read-file.js';

export interface ServerIdentity {
  /** PEM: the server's certificate, then those that lead to its CA. */
  readonly certificates: string;
  /** PEM, unencrypted. */
  readonly key: string;
  /** Hex SHA-256 of the certificate's SubjectPublicKeyInfo. */
  readonly pin: string;
  readonly notAfterMs: number;
  /** PEM of what clients of this user are to trust; undefined where that is for others to say. */
  readonly roots: string | undefined;
  /** From then on it should be replaced by the one who made it; undefined where that is somebody else. */
  readonly renewAtMs: number | undefined;
  /** What should be better, in sentences. */
  readonly warnings: readonly string[];
}

/** @throws GizmoError USAGE, with the fix, for files that cannot serve */
export function readServerIdentity(certFile: string, keyFile: string, nowMs: number): ServerIdentity {
  const certificates = readCertificates(readTlsFile(certFile, '--tls'), certFile);
  const [leaf] = certificates;
  const key = readKey(keyFile);
  if (leaf === undefined) throw refuse(certFile, 'holds no certificate');
  assertUsable(certFile, keyFile, certificates, leaf, key, nowMs);
  return {
    certificates: certificates.map(({ raw }) => toPem('CERTIFICATE', raw)).join(''),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pin: spkiPin(leaf).toString('hex'),
    notAfterMs: Date.parse(leaf.validTo),
    roots: undefined,
    renewAtMs: undefined,
    warnings: [...warnOfCertificate(certFile, leaf), ...warnOfKeyFile(keyFile)],
  };
}

function readKey(keyFile: string): KeyObject {
  const bytes = readTlsFile(keyFile, '--tls');
  if (isEncryptedKey(bytes)) {
    throw refuse(
      keyFile,
      `is encrypted, and a server starts with nobody there to type its passphrase. Decrypt it into a file of mode 600: openssl pkey -in ${keyFile} -out server.key`,
    );
  }
  return readPrivateKey(bytes, keyFile);
}

function assertUsable(
  certFile: string,
  keyFile: string,
  certificates: readonly X509Certificate[],
  leaf: X509Certificate,
  key: KeyObject,
  nowMs: number,
): void {
  if (!isKeyPair(key, leaf.publicKey)) {
    throw certificates.some((it) => isKeyPair(key, it.publicKey))
      ? refuse(certFile, 'has another certificate before the server’s own. Put the server’s first')
      : new GizmoError(
          'USAGE',
          `The key in ${keyFile} does not belong to the certificate in ${certFile}. Give the two that were made together.`,
        );
  }
  const weakness = findWeakness(leaf.publicKey);
  if (weakness !== undefined) throw refuse(certFile, `has a weak key: ${weakness}. ${ISSUE_ANOTHER}`);
  if (Date.parse(leaf.validTo) <= nowMs)
    throw refuse(certFile, `expired on ${leaf.validTo}. Renew it: gizmo pki renew ${certFile}`);
  if (Date.parse(leaf.validFrom) > nowMs)
    throw refuse(certFile, `is not valid before ${leaf.validFrom}. Check the clock of this machine`);
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.some((it) => SERVER_USAGES.has(it))) {
    throw refuse(
      certFile,
      `is not meant for servers (its extended key usage lacks serverAuth). ${ISSUE_ANOTHER}`,
    );
  }
}

/** serverAuth and anyExtendedKeyUsage (RFC 5280 §4.2.1.12). */
const SERVER_USAGES = new Set(['1.3.6.1.5.5.7.3.1', '2.5.29.37.0']);
const ISSUE_ANOTHER = 'Make another: gizmo pki issue localhost';

/** Flaws of the recipes in the field: many clients take them, strict ones do not. */
function warnOfCertificate(certFile: string, leaf: X509Certificate): string[] {
  const flaws = [
    isFirstVersion(leaf) && 'it is an X.509 version 1 certificate',
    leaf.ca && 'it is a CA (CA:TRUE), which rustls and others refuse as a server',
    leaf.subjectAltName === undefined &&
      'it has no subject alternative names, only a CN, which most clients ignore',
  ].filter((flaw) => flaw !== false);
  if (flaws.length === 0) return [];
  return [`${certFile} will not do for every client: ${flaws.join('; ')}. Better: gizmo pki issue localhost`];
}

function warnOfKeyFile(keyFile: string): string[] {
  const isOpen = process.platform !== 'win32' && (statSync(keyFile).mode & 0o077) !== 0;
  return isOpen ? [`Others can read the private key in ${keyFile}. Close it with: chmod 600 ${keyFile}`] : [];
}

function refuse(path: string, what: string): GizmoError {
  return new GizmoError('USAGE', `${path} ${what}.`);
}
