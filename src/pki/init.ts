/** Makes the CAs of a PKI directory. */
import type { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { GizmoError } from '../errors.js';
import { type AskPassphrase, type AuthorityName, authorityFiles } from './directory.js';
import { encryptPrivateKey, exportPrivateKey } from './encrypt-key.js';
import { createAuthority } from './issue.js';
import { generateKey, type KeyKind } from './key.js';
import { completeLimits, developmentLimits, formatLimit, type NameLimit, type NameLimits } from './limits.js';
import { formatPin, spkiPin } from './pin.js';
import { isPresent, makeDirectory, type NewFile, publishFiles, withLock } from './store.js';

/**
 * One CA for servers and one for clients, so that who may sign clients cannot make servers; or a single one for both.
 * The CA for servers is limited to names unless `production` says otherwise; who a client is called is not limited.
 * @throws GizmoError ALREADY_EXISTS where a CA is there already, USAGE
 */
export async function initAuthorities(options: InitOptions): Promise<InitResult> {
  const { directory, days, keyKind, singleCa } = options;
  refuseOverwriting(directory);
  const passphrase = await options.newPassphrase?.();
  makeDirectory(directory);
  return withLock(directory, async () => {
    refuseOverwriting(directory);
    const limits = limitsOf(options);
    const names: readonly AuthorityName[] = singleCa ? ['ca'] : ['server-ca', 'client-ca'];
    const files: NewFile[] = [];
    const authorities = names.map((name) => {
      const limited = name === 'client-ca' ? undefined : limits;
      const { certificate, key } = createAuthority({
        commonName: `${options.name} ${TITLES[name]}`,
        key: generateKey(keyKind),
        days,
        ...(limited === undefined ? {} : { limits: limited }),
      });
      const paths = authorityFiles(directory, name);
      const secret = passphrase === undefined ? exportPrivateKey(key) : encryptPrivateKey(key, passphrase);
      files.push({ path: paths.key, content: secret, secret: true });
      files.push({ path: paths.certificate, content: certificate.toString(), secret: false });
      return describe(name, paths, certificate, limited);
    });
    await publishFiles(files, false);
    return { directory, authorities };
  });
}

export interface InitOptions {
  readonly directory: string;
  /** Begins the CAs' common names. */
  readonly name: string;
  readonly days: number;
  readonly keyKind: KeyKind;
  readonly production: boolean;
  /** What may be signed besides loopback and this machine; with `production` all that may be. */
  readonly constrain: readonly NameLimit[];
  readonly singleCa: boolean;
  /** Where the keys are to be encrypted. */
  readonly newPassphrase?: () => ReturnType<AskPassphrase>;
}

export interface InitResult {
  readonly directory: string;
  readonly authorities: readonly AuthorityDescription[];
}

export interface AuthorityDescription {
  readonly name: AuthorityName;
  readonly certificate: string;
  readonly key: string;
  /** SHA-256 of the certificate, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
  /** The pin in hex and as curl takes it. */
  readonly spki: string;
  readonly pin: string;
  readonly notAfter: string;
  /** Names it may sign; absent where any. */
  readonly permitted?: readonly string[];
}

/** The longest beginning of a common name that leaves room for what follows. */
export const AUTHORITY_NAME_MAX = 64 - ' server CA'.length;

const TITLES = { 'server-ca': 'server CA', 'client-ca': 'client CA', ca: 'CA' };

function refuseOverwriting(directory: string): void {
  for (const name of ['server-ca', 'client-ca', 'ca'] as const) {
    const { certificate, key } = authorityFiles(directory, name);
    const there = [certificate, key].find(isPresent);
    if (there !== undefined)
      throw new GizmoError(
        'ALREADY_EXISTS',
        `There is a CA in ${directory} already (${there}); it is never overwritten. Name another directory with --dir.`,
      );
  }
}

function limitsOf({ production, constrain }: InitOptions): NameLimits | undefined {
  const permitted = [...(production ? [] : developmentLimits(hostname())), ...constrain];
  return permitted.length === 0 ? undefined : completeLimits(permitted);
}

function describe(
  name: AuthorityName,
  paths: { readonly certificate: string; readonly key: string },
  certificate: X509Certificate,
  limits: NameLimits | undefined,
): AuthorityDescription {
  const pin = spkiPin(certificate);
  return {
    name,
    certificate: paths.certificate,
    key: paths.key,
    fingerprint: certificate.fingerprint256,
    spki: formatPin(pin, 'hex'),
    pin: formatPin(pin, 'curl'),
    notAfter: new Date(certificate.validTo).toISOString(),
    ...(limits === undefined ? {} : { permitted: limits.permitted.map(formatLimit) }),
  };
}
