/** The certificate authorities this machine trusts: those of Node and those its administrator installed. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** One PEM bundle. */
export function readSystemRoots(): Uint8Array {
  return Buffer.from([...rootCertificates, ...SYSTEM_BUNDLES.map(readIfPresent)].join('\n'));
}

const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine, Arch
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // macOS, BSD
];

function readIfPresent(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // Another system's place.
  }
}
