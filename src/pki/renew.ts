/** Renews certificates: the same names, use and, unless told otherwise, key; a fresh serial and life. */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { GizmoError } from '../errors.js';
import { findRevocation, readCrls } from './crl.js';
import { readDetails, roleOf } from './details.js';
import {
  type AskPassphrase,
  authorityFiles,
  intermediatesOf,
  type LoadedAuthority,
  listAuthorities,
  loadAuthority,
  readIssued,
  recordIssued,
} from './directory.js';
import { exportPrivateKey } from './encrypt-key.js';
import { issueCertificate } from './issue.js';
import {
  checkDays,
  checkIssued,
  describeIssued,
  type IssuedDescription,
  recordOf,
  refuseForeignNames,
} from './issue-files.js';
import { generateKey, type KeyKind } from './key.js';
import { readCertificates } from './pem.js';
import { type Before, dueDate } from './renewal.js';
import { isPresent, type NewFile, publishFiles, readIfPresent, readInput, withLock } from './store.js';

export interface RenewOptions {
  readonly directory: string;
  /** Default as long as before. */
  readonly days?: number;
  /** Make a new key too, of the old one's kind unless `keyKind` says another. */
  readonly rekey: boolean;
  readonly keyKind?: KeyKind;
  /** Path without its ending to write to; default in place. */
  readonly out?: string;
  readonly askPassphrase: AskPassphrase;
}

export interface RenewResult extends IssuedDescription {
  readonly certificate: string;
  readonly key?: string;
  readonly previousSerial: string;
  readonly warnings: readonly string[];
}

/**
 * Renews the certificate in a file, in place: replaced by rename, never half written.
 * @throws GizmoError USAGE for a certificate that no CA of the directory signed, or whose names it may not sign;
 *   FAILED_PRECONDITION for a revoked one
 */
export async function renewFile(path: string, options: RenewOptions): Promise<RenewResult> {
  const { directory, rekey } = options;
  const old = readCertificates(readInput(path, 'the certificate'), path)[0]!;
  const authority = await loadIssuer(old, path, options);
  refuseRevoked(old, path, directory, authority);
  const { names, commonName } = readDetails(old);
  refuseForeignNames(authority, names, directory);
  const role = roleOf(old) ?? 'both';
  const days = options.days ?? lifeOf(old);
  checkDays(role, days);
  const prefix = options.out ?? path.replace(/\.(crt|pem|cer)$/, '');
  const target = { certificate: options.out === undefined ? path : `${prefix}.crt`, key: `${prefix}.key` };
  const key = rekey ? generateKey(options.keyKind ?? kindOf(old.publicKey)) : undefined;
  const certificate = issueCertificate(authority, {
    publicKey: key === undefined ? old.publicKey : createPublicKey(key),
    role,
    names,
    days,
    ...(commonName === undefined ? {} : { commonName }),
  });
  const { warnings } = checkIssued(certificate);
  const chain = [certificate, ...intermediatesOf(authority.chain)];
  const files: NewFile[] = [{ path: target.certificate, content: chain.map(String).join(''), secret: false }];
  if (key !== undefined) files.unshift({ path: target.key, content: exportPrivateKey(key), secret: true });
  await withLock(directory, async () => {
    recordIssued(directory, recordOf(certificate, authority, target.certificate));
    await publishFiles(files, true);
  });
  return {
    ...describeIssued(certificate, authority, directory),
    certificate: target.certificate,
    ...(isPresent(target.key) ? { key: target.key } : {}),
    previousSerial: old.serialNumber,
    warnings,
  };
}

export interface RenewAllResult {
  readonly renewed: readonly RenewResult[];
  /** Not due yet. */
  readonly kept: readonly { readonly certificate: string; readonly due: string }[];
  readonly failed: readonly { readonly certificate: string; readonly reason: string }[];
}

/** Every certificate on record that is due; what fails does not keep the others from it. Files that are gone are none of its business. */
export async function renewAll(
  before: Before,
  options: RenewOptions,
  now = new Date(),
): Promise<RenewAllResult> {
  const result = {
    renewed: [] as RenewResult[],
    kept: [] as RenewAllResult['kept'][number][],
    failed: [] as RenewAllResult['failed'][number][],
  };
  const paths = new Set(readIssued(options.directory).map(({ path }) => path));
  for (const path of paths) {
    if (!isPresent(path)) continue;
    try {
      const certificate = readCertificates(readInput(path, 'the certificate'), path)[0]!;
      const due = dueDate(certificate, before);
      if (now < due) result.kept.push({ certificate: path, due: due.toISOString() });
      else result.renewed.push(await renewFile(path, options));
    } catch (cause) {
      if (!(cause instanceof GizmoError) || cause.code === 'CANCELLED') throw cause;
      result.failed.push({ certificate: path, reason: cause.message });
    }
  }
  return result;
}

async function loadIssuer(
  old: X509Certificate,
  path: string,
  options: RenewOptions,
): Promise<LoadedAuthority> {
  const { directory, askPassphrase } = options;
  const issuer = listAuthorities(directory).find(({ chain }) => old.verify(chain[0]!.publicKey));
  if (issuer === undefined || old.ca)
    throw new GizmoError(
      'USAGE',
      `No CA in ${directory} signed ${path}. Issue a new certificate with gizmo pki issue.`,
    );
  return loadAuthority(directory, issuer.name, askPassphrase);
}

function refuseRevoked(
  old: X509Certificate,
  path: string,
  directory: string,
  { name }: LoadedAuthority,
): void {
  const file = authorityFiles(directory, name).crl;
  const bytes = readIfPresent(file, 'the revocation list');
  const isRevoked =
    bytes !== undefined && readCrls(bytes, file).some((crl) => findRevocation(crl, old) !== undefined);
  if (isRevoked)
    throw new GizmoError(
      'FAILED_PRECONDITION',
      `${path} is revoked and is not renewed. Issue a new one with gizmo pki issue.`,
    );
}

function lifeOf({ validFrom, validTo }: X509Certificate): number {
  return Math.max(1, Math.round((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000));
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails: details }: KeyObject): KeyKind {
  if (asymmetricKeyType === 'ed25519') return 'ed25519';
  if (asymmetricKeyType !== 'rsa')
    return details?.namedCurve === 'secp384r1'
      ? 'p384'
      : details?.namedCurve === 'secp521r1'
        ? 'p521'
        : 'p256';
  const bits = details?.modulusLength ?? 0;
  return bits > 3072 ? 'rsa4096' : bits > 2048 ? 'rsa3072' : 'rsa2048';
}
