/** A PKI directory: which files hold its CAs, their revocation lists, and the record of what they signed. */
import type { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { GizmoError } from '../errors.js';
import type { Authority } from './issue.js';
import { isEncryptedKey, isKeyPair, readPrivateKey } from './key.js';
import { readCertificates } from './pem.js';
import { appendLine, isPresent, readIfPresent, readInput } from './store.js';

/** Which CA: that of servers, that of clients, or the one of `--single-ca`. */
export type AuthorityName = 'server-ca' | 'client-ca' | 'ca';

const AUTHORITY_NAMES: readonly AuthorityName[] = ['server-ca', 'client-ca', 'ca'];

/** Files of one CA. */
export function authorityFiles(directory: string, name: AuthorityName) {
  const path = join(directory, name);
  return { certificate: `${path}.crt`, key: `${path}.key`, crl: `${path}.crl` };
}

/** The CAs a directory holds, without their keys. */
export function listAuthorities(directory: string): { name: AuthorityName; chain: X509Certificate[] }[] {
  return AUTHORITY_NAMES.flatMap((name) => {
    const path = authorityFiles(directory, name).certificate;
    const bytes = readIfPresent(path, 'the certificate of the CA');
    return bytes === undefined ? [] : [{ name, chain: readCertificates(bytes, path) }];
  });
}

/**
 * The CA for servers or for clients.
 * @throws GizmoError USAGE where there is none
 */
export function chooseAuthority(directory: string, role: 'server' | 'client'): AuthorityName {
  const names: readonly AuthorityName[] = [`${role}-ca`, 'ca'];
  const found = names.find((name) => isPresent(authorityFiles(directory, name).certificate));
  if (found !== undefined) return found;
  throw new GizmoError(
    'USAGE',
    `There is no CA for ${role}s in ${directory}. Make one: gizmo pki init --dir ${directory}`,
  );
}

/**
 * A CA with its key.
 * @param askPassphrase called where the key is encrypted
 * @throws GizmoError USAGE, UNAUTHENTICATED as in readPrivateKey
 */
export async function loadAuthority(
  directory: string,
  name: AuthorityName,
  askPassphrase: AskPassphrase,
): Promise<LoadedAuthority> {
  const files = authorityFiles(directory, name);
  const chain = readCertificates(
    readInput(files.certificate, 'the certificate of the CA'),
    files.certificate,
  );
  const certificate = chain[0]!;
  const bytes = readInput(files.key, 'the key of the CA');
  const passphrase = isEncryptedKey(bytes) ? await askPassphrase(`Passphrase of ${files.key}: `) : undefined;
  const key = readPrivateKey(bytes, files.key, passphrase);
  if (!isKeyPair(key, certificate.publicKey))
    throw new GizmoError('USAGE', `${files.key} is not the key of ${files.certificate}.`);
  if (new Date(certificate.validTo) < new Date())
    throw new GizmoError(
      'USAGE',
      `The CA ${files.certificate} expired on ${certificate.validTo}. Make a new one with gizmo pki init.`,
    );
  return { name, certificate, key, chain };
}

/** Asks for a passphrase; the text is the prompt. */
export type AskPassphrase = (prompt: string) => Promise<string>;

export interface LoadedAuthority extends Authority {
  readonly name: AuthorityName;
  /** Its own certificate and those above it, as its file has them. */
  readonly chain: readonly X509Certificate[];
}

/** Certificates between the leaf and the root, which servers send along. */
export function intermediatesOf(chain: readonly X509Certificate[]): X509Certificate[] {
  return chain.filter((certificate) => certificate.subject !== certificate.issuer);
}

/** One certificate that a CA of the directory signed. */
export interface IssuedRecord {
  readonly serial: string;
  readonly authority: AuthorityName;
  readonly names: readonly string[];
  readonly notAfter: string;
  /** Pin of its key in hex: renewed certificates share it. */
  readonly spki: string;
  /** Absolute path of the certificate's file. */
  readonly path: string;
}

/** Adds to the record, which `renew --all` and `revoke` read. */
export function recordIssued(directory: string, record: IssuedRecord): void {
  appendLine(join(directory, RECORD), JSON.stringify(record));
}

/** Everything on record, oldest first; lines that are damaged are skipped. */
export function readIssued(directory: string): IssuedRecord[] {
  const lines = readIfPresent(join(directory, RECORD), 'the record of certificates')?.toString() ?? '';
  return lines.split('\n').flatMap((line) => {
    const record = parseRecord(line);
    return record === undefined ? [] : [record];
  });
}

const RECORD = 'issued.jsonl';

function parseRecord(line: string): IssuedRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // The last line of a full disk.
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [serial, path, notAfter] = ['serial', 'path', 'notAfter'].map((name) => fields.get(name));
  const authority = AUTHORITY_NAMES.find((name) => name === fields.get('authority'));
  const names = fields.get('names');
  if (typeof serial !== 'string' || typeof path !== 'string' || typeof notAfter !== 'string')
    return undefined;
  if (authority === undefined || !Array.isArray(names)) return undefined;
  return { serial, authority, names: names.map(String), notAfter, spki: String(fields.get('spki')), path };
}
