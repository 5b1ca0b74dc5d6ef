/** The certificate authorities this machine trusts, as its administrator has set them. Read only where TLS is used. */
import { type Dirent, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { GizmoError } from '../../errors.js';
import { splitCertificates } from './split-certificates.js';
import { readKeychains, readWindowsStores } from './system-roots-tools.js';

/**
 * PEM certificates, each once. `SSL_CERT_FILE` and `SSL_CERT_DIR` (OpenSSL's variables) replace the bundle and the
 * directories of the system; `NODE_EXTRA_CA_CERTS` (Node's) adds to them. Where there is no store at all, Node's own
 * list, which `warn` is told.
 * @throws GizmoError USAGE for a variable that names what cannot be read
 */
export function readSystemRoots(
  warn?: (sentence: string) => void,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: directories, NODE_EXTRA_CA_CERTS: extra } = environment;
  const named = file || directories;
  const found = new Set(named ? readNamed(file, directories, platform) : readStore(platform));
  if (found.size === 0) {
    if (named) throw new GizmoError('USAGE', `There is no certificate in what ${VARIABLES} name.`);
    warn?.(
      "This machine has no certificate store that could be found: Node's built-in list of authorities is used. " +
        'Name your own with --tls-roots or SSL_CERT_FILE.',
    );
    for (const certificate of tls.rootCertificates) found.add(certificate);
  }
  if (extra) for (const certificate of readFile(extra, 'NODE_EXTRA_CA_CERTS')) found.add(certificate);
  return [...found];
}

const VARIABLES = 'SSL_CERT_FILE and SSL_CERT_DIR';

/** As in OpenSSL one variable leaves the other's default in place. */
function readNamed(
  file: string | undefined,
  directories: string | undefined,
  platform: NodeJS.Platform,
): string[] {
  const separator = platform === 'win32' ? ';' : ':';
  const fromFile = file ? readFile(file, 'SSL_CERT_FILE') : readFirst(BUNDLES);
  const folders = directories ? directories.split(separator).filter((folder) => folder !== '') : DIRECTORIES;
  const required = directories ? 'SSL_CERT_DIR' : undefined;
  return [...fromFile, ...folders.flatMap((folder) => readDirectory(folder, required))];
}

/** Node knows the stores of macOS and Windows from 22.15 on; of Linux it knows less than is read here. */
function readStore(platform: NodeJS.Platform): string[] {
  if (platform === 'darwin' || platform === 'win32') {
    const known = readFromNode();
    if (known.length > 0) return known;
    return platform === 'darwin' ? readKeychains() : readWindowsStores();
  }
  const files = [...readFirst(BUNDLES), ...DIRECTORIES.flatMap((folder) => readDirectory(folder))];
  return files.length > 0 ? files : readFromNode();
}

const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine, Arch, Gentoo, NixOS
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL
  '/etc/pki/tls/certs/ca-bundle.crt', // older Fedora, RHEL
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/var/lib/ca-certificates/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // OpenBSD, Alpine
  '/usr/local/etc/ssl/cert.pem', // FreeBSD
];

const DIRECTORIES = ['/etc/ssl/certs', '/etc/pki/tls/certs', '/system/etc/security/cacerts'];

/** A store of more than this is none: the largest known has 150 certificates in 250 KB. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
const FILES_MAX = 4096;

function readFirst(paths: readonly string[]): string[] {
  for (const path of paths) {
    const certificates = readIfPresent(path);
    if (certificates.length > 0) return certificates;
  }
  return [];
}

function readFile(path: string, variable: string): string[] {
  try {
    return certificatesIn(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GizmoError('USAGE', `${variable} names ${path}, which cannot be read: ${why}.`, { cause });
  }
}

function readIfPresent(path: string): string[] {
  try {
    return certificatesIn(path);
  } catch {
    return []; // Another system's place, or not for us to read: what it holds is not trusted.
  }
}

/** Hash links point at a neighbour that is read anyway. `variable` is named where the folder must be there. */
function readDirectory(folder: string, variable?: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if (variable === undefined) return [];
    throw new GizmoError('USAGE', `${variable} names ${folder}, which cannot be read.`, { cause });
  }
  return entries
    .filter((entry) => !entry.isDirectory() && !isHashLink(folder, entry))
    .slice(0, FILES_MAX)
    .flatMap((entry) => readIfPresent(join(folder, entry.name)));
}

function isHashLink(folder: string, entry: Dirent): boolean {
  return entry.isSymbolicLink() && !readlinkSync(join(folder, entry.name)).includes('/');
}

function certificatesIn(path: string): string[] {
  const stats = statSync(path);
  if (!stats.isFile()) throw new Error('it is no file');
  if (stats.size > FILE_BYTES_MAX) throw new Error('it is too large');
  return splitCertificates(readFileSync(path, 'latin1'));
}

function readFromNode(): string[] {
  const read: unknown = Reflect.get(tls, 'getCACertificates');
  if (typeof read !== 'function') return [];
  const certificates: unknown = read('system');
  return Array.isArray(certificates) ? certificates.filter((each) => typeof each === 'string') : [];
}
