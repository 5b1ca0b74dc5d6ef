/** Revokes certificates, and keeps the revocation lists of a PKI directory fresh. */
import type { X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';
import {
  type Crl,
  createCrl,
  findRevocation,
  normalizeSerial,
  type Revocation,
  type RevocationReason,
  readCrls,
  verifyCrl,
} from './crl.js';
import {
  type AskPassphrase,
  type AuthorityName,
  authorityFiles,
  type LoadedAuthority,
  listAuthorities,
  loadAuthority,
  readIssued,
} from './directory.js';
import { readCertificates, toPem } from './pem.js';
import { formatPin, spkiPin } from './pin.js';
import { findCertificateFile } from './renewal.js';
import { publishFiles, readIfPresent, readInput, withLock } from './store.js';

export interface CrlTarget {
  readonly directory: string;
  /** Until the list is out of date. */
  readonly days: number;
  /** A second place to write it to. */
  readonly out?: string;
  readonly askPassphrase: AskPassphrase;
}

export interface CrlResult {
  readonly ca: AuthorityName;
  readonly crl: string;
  /** The second place, where there is one. */
  readonly copy?: string;
  readonly number: number;
  readonly nextUpdate: string;
  /** All on the list. */
  readonly revoked: number;
}

export interface RevokeResult extends CrlResult {
  /** Those that were not on it before. */
  readonly added: readonly string[];
}

/**
 * Puts certificates on the list of the CA that signed them. One that is on it already stays as it is. Of a file all
 * that were made for its key and have not expired are revoked: who has the key can use those from before a renewal.
 * @param words paths, names in the directory, or serial numbers in hex of certificates on record
 * @throws GizmoError USAGE for a word that names no certificate of a CA in the directory, NOT_FOUND for such a serial
 */
export async function revokeCertificates(
  words: readonly string[],
  reason: RevocationReason | undefined,
  target: CrlTarget,
): Promise<RevokeResult[]> {
  const { directory } = target;
  const found = words.flatMap((word) => resolveSerials(directory, word));
  const authorities = [...new Set(found.map(({ authority }) => authority))];
  const results: RevokeResult[] = [];
  for (const name of authorities) {
    const serials = found.filter(({ authority }) => authority === name).map(({ serial }) => serial);
    results.push(await updateCrl(name, target, new Set(serials), reason));
  }
  return results;
}

/** Makes the list of a CA anew, with the same entries and a later end; an empty one where there was none. */
export async function refreshCrl(name: AuthorityName, target: CrlTarget): Promise<CrlResult> {
  const { added: _, ...result } = await updateCrl(name, target, new Set(), undefined);
  return result;
}

async function updateCrl(
  name: AuthorityName,
  target: CrlTarget,
  serials: ReadonlySet<string>,
  reason: RevocationReason | undefined,
): Promise<RevokeResult> {
  const { directory, days, out, askPassphrase } = target;
  const authority = await loadAuthority(directory, name, askPassphrase);
  const path = authorityFiles(directory, name).crl;
  return withLock(directory, async () => {
    const old = readOwnCrl(path, authority);
    const date = new Date();
    const added = [...serials].filter((serial) => old?.serials.has(serial) !== true);
    const fresh = added.map((serial) => ({ serial, date, ...(reason === undefined ? {} : { reason }) }));
    const revocations = [...(old?.revocations ?? []), ...fresh];
    const crl = createCrl(authority, { number: (old?.number ?? 0) + 1, days, revocations });
    const content = toPem('X509 CRL', crl.der);
    const paths = out === undefined ? [path] : [path, out];
    await publishFiles(
      paths.map((each) => ({ path: each, content, secret: false })),
      true,
    );
    const nextUpdate = crl.nextUpdate?.toISOString() ?? '';
    const copy = out === undefined ? {} : { copy: out };
    return {
      ca: name,
      crl: path,
      ...copy,
      number: crl.number,
      nextUpdate,
      revoked: revocations.length,
      added,
    };
  });
}

/** What the lists of a PKI directory say of a certificate; undefined for one that is not on the list of its CA. */
export function findRevocationIn(directory: string, certificate: X509Certificate): Revocation | undefined {
  for (const { name, chain } of listAuthorities(directory)) {
    if (!certificate.verify(chain[0]!.publicKey)) continue;
    const path = authorityFiles(directory, name).crl;
    const bytes = readIfPresent(path, 'the revocation list');
    const lists = bytes === undefined ? [] : readCrls(bytes, path);
    for (const crl of lists) {
      const found = verifyCrl(crl, chain[0]!) ? findRevocation(crl, certificate) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Only a list that the CA itself signed goes on: anything else would launder entries, or lose them. */
function readOwnCrl(path: string, authority: LoadedAuthority): Crl | undefined {
  const bytes = readIfPresent(path, 'the revocation list');
  if (bytes === undefined) return undefined;
  const [crl] = readCrls(bytes, path);
  if (crl !== undefined && verifyCrl(crl, authority.certificate)) return crl;
  throw new GizmoError(
    'USAGE',
    `${path} is not signed by the CA beside it. Put the right list there, or remove it.`,
  );
}

interface Revocable {
  readonly serial: string;
  readonly authority: AuthorityName;
}

function resolveSerials(directory: string, word: string): Revocable[] {
  const path = findCertificateFile(directory, word);
  if (path !== undefined) return ofFile(directory, path);
  const serial = normalizeSerial(word);
  const record = readIssued(directory).find((each) => normalizeSerial(each.serial) === serial);
  if (record !== undefined) return [{ serial, authority: record.authority }];
  throw new GizmoError(
    'NOT_FOUND',
    `"${word}" is neither the file, nor the name, nor the serial number of a certificate of ${directory}.`,
  );
}

function ofFile(directory: string, path: string): Revocable[] {
  const certificate = readCertificates(readInput(path, 'the certificate'), path)[0]!;
  const issuer = listAuthorities(directory).find(({ chain }) => certificate.verify(chain[0]!.publicKey));
  if (issuer === undefined || isSame(issuer.chain[0], certificate))
    throw new GizmoError('USAGE', `No CA in ${directory} signed ${path}, so none can revoke it.`);
  const spki = formatPin(spkiPin(certificate), 'hex');
  const siblings = readIssued(directory).filter(
    (each) => each.spki === spki && each.authority === issuer.name && new Date(each.notAfter) > new Date(),
  );
  return [certificate.serialNumber, ...siblings.map(({ serial }) => serial)].map((serial) => ({
    serial: normalizeSerial(serial),
    authority: issuer.name,
  }));
}

function isSame(a: X509Certificate | undefined, b: X509Certificate): boolean {
  return a?.fingerprint256 === b.fingerprint256;
}

/** Makes each list anew that is past half of its time, with as much time as it had. */
export async function refreshDueCrls(
  { directory, askPassphrase }: Pick<CrlTarget, 'directory' | 'askPassphrase'>,
  now = new Date(),
): Promise<CrlResult[]> {
  const results: CrlResult[] = [];
  for (const { name } of listAuthorities(directory)) {
    const path = authorityFiles(directory, name).crl;
    const bytes = readIfPresent(path, 'the revocation list');
    const crl = bytes === undefined ? undefined : readCrls(bytes, path)[0];
    if (crl === undefined) continue;
    const life = (crl.nextUpdate?.getTime() ?? 0) - crl.thisUpdate.getTime();
    if (now.getTime() < crl.thisUpdate.getTime() + life / 2) continue;
    const days = Math.max(1, Math.round(life / 86_400_000));
    results.push(await refreshCrl(name, { directory, days, askPassphrase }));
  }
  return results;
}
