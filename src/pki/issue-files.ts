/** Issues a certificate from a PKI directory and writes it beside its key. */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { GizmoError } from '../errors.js';
import { readCsr } from './csr.js';
import { readDetails } from './details.js';
import {
  type AskPassphrase,
  authorityFiles,
  chooseAuthority,
  intermediatesOf,
  type LoadedAuthority,
  loadAuthority,
  recordIssued,
} from './directory.js';
import { exportPrivateKey } from './encrypt-key.js';
import type { Role } from './extensions.js';
import { COMMON_NAME_MAX, issueCertificate } from './issue.js';
import { generateKey, type KeyKind } from './key.js';
import { formatLimit, isPermitted } from './limits.js';
import { lintCertificate, SERVER_DAYS_ADVISED, SERVER_DAYS_MAX } from './lint.js';
import { isHostName, parseName, type SubjectName, uniqueNames } from './name.js';
import { formatPin, spkiPin } from './pin.js';
import { isOpenToOthers, isPresent, type NewFile, publishFiles, readInput, withLock } from './store.js';

/**
 * Writes PREFIX.crt (the certificate and those between it and the root), PREFIX.key unless a request brought the key,
 * and PREFIX.p12 if asked. The certificate is linted first.
 * @throws GizmoError USAGE for names, days, a request or a CA that will not do; ALREADY_EXISTS without `replace`
 */
export async function issueToFiles(options: IssueOptions): Promise<IssueResult> {
  const { directory, role, days, csr } = options;
  checkDays(role, days);
  const request = csr === undefined ? undefined : readCsr(readInput(csr, 'the request'), csr);
  if (request !== undefined && options.pkcs12Passphrase !== undefined)
    throw new GizmoError('USAGE', '--pkcs12 needs the private key, which a request does not bring.');
  const subject = subjectOf(options, request?.requestedNames ?? []);
  const prefix = options.out ?? join(directory, fileNameOf(subject.title));
  const files = { certificate: `${prefix}.crt`, key: `${prefix}.key`, pkcs12: `${prefix}.p12` };
  if (!options.replace)
    refuseOverwriting(request === undefined ? [files.certificate, files.key] : [files.certificate]);
  const name = chooseAuthority(directory, role === 'client' ? 'client' : 'server');
  const authority = await loadAuthority(directory, name, options.askPassphrase);
  refuseForeignNames(authority, subject.names, directory);

  const key = request === undefined ? generateKey(options.keyKind) : undefined;
  const publicKey = request?.publicKey ?? createPublicKey(key!);
  const certificate = issueCertificate(authority, { publicKey, role, days, ...subject });
  const { warnings } = checkIssued(certificate);
  const chain = [certificate, ...intermediatesOf(authority.chain)];
  const output: NewFile[] = [];
  if (key !== undefined) output.push({ path: files.key, content: exportPrivateKey(key), secret: true });
  output.push({ path: files.certificate, content: chain.map(String).join(''), secret: false });
  const passphrase = await options.pkcs12Passphrase?.();
  if (key !== undefined && passphrase !== undefined) {
    const { toPkcs12 } = await import('./pkcs12.js');
    const bundle = [certificate, ...authority.chain];
    output.push({
      path: files.pkcs12,
      content: toPkcs12(key, bundle, passphrase, subject.title),
      secret: true,
    });
  }
  // On record first: what is not on record cannot be revoked.
  await withLock(directory, async () => {
    recordIssued(directory, recordOf(certificate, authority, files.certificate));
    await publishFiles(output, options.replace);
  });
  const secret = authorityFiles(directory, name).key;
  if (isOpenToOthers(secret)) warnings.push(`Others can read ${secret}. Close it with: chmod 600 ${secret}`);
  if (Date.parse(authority.certificate.validTo) === Date.parse(certificate.validTo) && days > 1)
    warnings.push('It ends with its CA, earlier than was asked for.');
  return {
    ...describeIssued(certificate, authority, directory),
    certificate: files.certificate,
    ...(key === undefined ? {} : { key: files.key }),
    ...(passphrase === undefined ? {} : { pkcs12: files.pkcs12 }),
    role,
    warnings: [...adviceOf(role, days, publicKey), ...warnings],
  };
}

export interface IssueOptions {
  readonly directory: string;
  readonly role: Role;
  /** As they were typed. Of a client the first is its principal. */
  readonly names: readonly string[];
  readonly days: number;
  readonly keyKind: KeyKind;
  /** Path of a request whose key is to be certified; `-` is standard input. */
  readonly csr?: string;
  /** Path without its ending. */
  readonly out?: string;
  readonly replace: boolean;
  readonly pkcs12Passphrase?: () => Promise<string>;
  readonly askPassphrase: AskPassphrase;
}

export interface IssuedDescription {
  readonly serial: string;
  readonly names: readonly string[];
  readonly notAfter: string;
  readonly fingerprint: string;
  readonly spki: string;
  readonly pin: string;
  /** Path of the certificate of the CA that signed. */
  readonly ca: string;
}

export interface IssueResult extends IssuedDescription {
  readonly certificate: string;
  readonly key?: string;
  readonly pkcs12?: string;
  readonly role: Role;
  readonly warnings: readonly string[];
}

/** Of a certificate that was just made. */
export function describeIssued(
  certificate: X509Certificate,
  { name }: LoadedAuthority,
  directory: string,
): IssuedDescription {
  const pin = spkiPin(certificate);
  return {
    serial: certificate.serialNumber,
    names: namesOf(certificate),
    notAfter: new Date(certificate.validTo).toISOString(),
    fingerprint: certificate.fingerprint256,
    spki: formatPin(pin, 'hex'),
    pin: formatPin(pin, 'curl'),
    ca: join(directory, `${name}.crt`),
  };
}

/** The entry of the record. */
export function recordOf(certificate: X509Certificate, { name }: LoadedAuthority, path: string) {
  return {
    serial: certificate.serialNumber,
    authority: name,
    names: namesOf(certificate),
    notAfter: new Date(certificate.validTo).toISOString(),
    spki: formatPin(spkiPin(certificate), 'hex'),
    path: resolve(path),
  };
}

/**
 * Lints what is about to be written.
 * @throws GizmoError INTERNAL for an error: Gizmo must not make such certificates
 */
export function checkIssued(certificate: X509Certificate): { warnings: string[] } {
  const findings = lintCertificate(certificate);
  const fault = findings.find(({ severity }) => severity === 'error');
  if (fault !== undefined)
    throw new GizmoError(
      'INTERNAL',
      `The new certificate breaks a rule and was not written: ${fault.message}.`,
    );
  return {
    warnings: findings.filter(({ message }) => !message.includes('days')).map(({ message }) => `${message}.`),
  };
}

/** @throws GizmoError USAGE for names that the CA's constraints exclude, naming both flags that help */
export function refuseForeignNames(
  authority: LoadedAuthority,
  names: readonly SubjectName[],
  directory: string,
): void {
  const { limits } = readDetails(authority.certificate);
  const foreign = limits && names.find((name) => !isPermitted(limits, name));
  if (limits === undefined || foreign === undefined) return;
  throw new GizmoError(
    'USAGE',
    `The CA in ${directory} may not sign "${foreign.value}", only ${limits.permitted.map(formatLimit).join(', ')}. ` +
      `Make another CA: gizmo pki init --dir DIR --constrain ${foreign.value.replace(/^\*\./, '')} (this name besides), or --production (any name).`,
  );
}

/** @throws GizmoError USAGE */
export function checkDays(role: Role, days: number): void {
  if (role !== 'client' && days > SERVER_DAYS_MAX)
    throw new GizmoError(
      'USAGE',
      `A server's certificate lives at most ${SERVER_DAYS_MAX} days: Apple's clients accept no more. Renew it instead.`,
    );
}

function adviceOf(role: Role, days: number, { asymmetricKeyType }: KeyObject): string[] {
  const warnings: string[] = [];
  if (role !== 'client' && days > SERVER_DAYS_ADVISED)
    warnings.push(`It lives ${days} days; more than ${SERVER_DAYS_ADVISED} are too many for some clients.`);
  if (asymmetricKeyType === 'ed25519')
    warnings.push('Many TLS clients, browsers among them, do not accept Ed25519 keys.');
  return warnings;
}

function refuseOverwriting(paths: readonly string[]): void {
  const there = paths.find(isPresent);
  if (there !== undefined)
    throw new GizmoError(
      'ALREADY_EXISTS',
      `${there} exists already. Renew it (gizmo pki renew), name another place with --out, or replace it with --force.`,
    );
}

/**
 * Of a server each word is a name that clients dial, and the first of them that fits the common name. Of a client the
 * first word is the principal, any text; if it is an address, URI or name with a dot it is an alternative name too.
 */
function subjectOf(
  { role, names: words, csr }: IssueOptions,
  requested: readonly string[],
): { title: string; names: SubjectName[]; commonName?: string } {
  const title = words[0];
  if (title === undefined) {
    const wish = requested.length === 0 ? 'NAME' : requested.join(' ');
    const hint =
      csr === undefined
        ? ''
        : `: the request's own wishes are not followed unseen. To follow them add ${wish}`;
    throw new GizmoError(
      'USAGE',
      `Say which names to certify${hint || ', such as db.example.com or localhost'}.`,
    );
  }
  if (role !== 'client') {
    const names = uniqueNames(words.map(parseName));
    const common = names.find(
      ({ type, value }) => (type === 'dns' || type === 'ip') && value.length <= COMMON_NAME_MAX,
    );
    return { title, names, ...(common === undefined ? {} : { commonName: common.value }) };
  }
  if (/[\x00-\x1f\x7f]/.test(title) || title.trim() !== title || title === '')
    throw new GizmoError(
      'USAGE',
      `"${title}" cannot be a client's name: it is empty, or has spaces at its ends or control characters.`,
    );
  const isAlternative = /[.@:]/.test(title) && !/\s/.test(title) && isName(title);
  return {
    title,
    commonName: title,
    names: uniqueNames((isAlternative ? words : words.slice(1)).map(parseName)),
  };
}

function isName(text: string): boolean {
  if (isHostName(text)) return true;
  try {
    parseName(text);
    return true;
  } catch {
    return false; // A principal of another form.
  }
}

/** `*.db.example.com` becomes `_wildcard.db.example.com`. */
function fileNameOf(title: string): string {
  return title
    .replace(/^\*/, '_wildcard')
    .replace(/[^\w.@-]/g, '_')
    .replace(/^\./, '_');
}

function namesOf(certificate: X509Certificate): string[] {
  const { names, commonName } = readDetails(certificate);
  return names.length === 0 && commonName !== undefined ? [commonName] : names.map(({ value }) => value);
}
