/** Whether a connection is encrypted, and what proves the two ends: from flags, URI, environment, stored login and the host. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoginTls, Trust } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { isLoopback } from '../runtime-file.js';
import type { ConnectionUri } from './connection-uri.js';
import { type Environment, readSetting, readSwitch } from './environment.js';
import { whyUnreadable } from './why-unreadable.js';

/** The flags of TLS, of every command that connects. */
export interface TlsFlags {
  readonly tls?: boolean | undefined;
  /** Consent to sending everything unencrypted; it is typed or it is not given. */
  readonly plaintext?: boolean | undefined;
  readonly 'tls-roots'?: string | undefined;
  readonly 'tls-skip-verify'?: boolean | undefined;
  readonly 'tls-pin'?: string | undefined;
  readonly 'tls-server-name'?: string | undefined;
  readonly 'mtls-cert'?: string | undefined;
  readonly 'mtls-key'?: string | undefined;
}

export interface ConnectionTls {
  readonly roots?: Uint8Array;
  readonly skipVerify: boolean;
  readonly pins?: readonly string[];
  readonly serverName?: string;
  readonly clientCertificate?: {
    readonly cert: Uint8Array;
    readonly key: Uint8Array;
    readonly keyPath: string;
  };
}

/**
 * `off` by the user's word, `plain` because nothing was said about a host that is this machine; TLS otherwise.
 * @throws GizmoError USAGE for a contradiction, a file that cannot be read, and for plaintext to another machine
 *   without `--plaintext`
 */
export function resolveTls(
  host: string,
  flags: TlsFlags,
  uri: ConnectionUri,
  env: Environment,
  login?: { readonly trust: Trust; readonly tls?: LoginTls },
): ConnectionTls | 'off' | 'plain' {
  const { wish: said, typed } = gather(flags, uri, env);
  const wish = login?.tls === undefined ? said : complete(said, login.tls);
  if (flags.plaintext === true) {
    if (flags.tls === true || uri.tls === true || typed !== undefined)
      throw new GizmoError('USAGE', `--plaintext goes without TLS, which ${typed ?? '--tls'} asks for.`);
    return 'off';
  }
  const encrypted = login === undefined || login.trust === 'plaintext' ? undefined : true;
  const asked = flags.tls ?? uri.tls ?? readSwitch(env, 'TLS') ?? encrypted;
  if (asked === false) {
    if (typed !== undefined)
      throw new GizmoError('USAGE', `TLS is switched off, yet ${typed} is given for it.`);
    if (isLoopback(host)) return 'off';
    throw new GizmoError(
      'USAGE',
      `Without TLS anyone on the way to ${host} can read the password and the data. Type --plaintext if the network itself is safe.`,
    );
  }
  if (asked === undefined && !wantsTls(wish) && isLoopback(host)) return 'plain';
  return readFiles(wish);
}

/**
 * The same as a stored login keeps it: what proves the two ends, by absolute paths.
 * @param before what the login that is replaced has of it
 */
export function loginTlsOf(
  flags: TlsFlags,
  uri: ConnectionUri,
  env: Environment,
  before: LoginTls = {},
): LoginTls {
  const { roots, pins, serverName, cert, key } = complete(gather(flags, uri, env).wish, before);
  return {
    ...(roots === undefined ? {} : { roots: resolve(roots) }),
    ...(pins === undefined ? {} : { pins }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(cert === undefined ? {} : { cert: resolve(cert) }),
    ...(key === undefined ? {} : { key: resolve(key) }),
  };
}

/** What is said of the server's proof, or of the client's, replaces all that the login has of it. */
function complete(said: Wish, stored: LoginTls): Wish {
  const hasProof = said.roots !== undefined || said.pins !== undefined || said.skipVerify;
  const hasCertificate = said.cert !== undefined || said.key !== undefined || said.skipVerify;
  return {
    skipVerify: said.skipVerify,
    serverName: said.serverName ?? stored.serverName,
    ...(hasProof ? { roots: said.roots, pins: said.pins } : { roots: stored.roots, pins: stored.pins }),
    ...(hasCertificate ? { cert: said.cert, key: said.key } : { cert: stored.cert, key: stored.key }),
  };
}

interface Wish {
  readonly roots: string | undefined;
  readonly skipVerify: boolean;
  readonly pins: string | undefined;
  readonly serverName: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Whoever names a proof, in whatever way, wants it to be asked for: a pin that nobody looks at protects nothing. */
function wantsTls({ skipVerify, ...proofs }: Wish): boolean {
  return skipVerify || Object.values(proofs).some((value) => value !== undefined);
}

/** `typed` is the first flag or parameter that makes sense with TLS only, which `--plaintext` contradicts. */
function gather(
  flags: TlsFlags,
  uri: ConnectionUri,
  env: Environment,
): { wish: Wish; typed: string | undefined } {
  const given = {
    'tls-roots': flags['tls-roots'] ?? uri.tlsRoots,
    'tls-pin': flags['tls-pin'] ?? uri.tlsPin,
    'tls-server-name': flags['tls-server-name'] ?? uri.tlsServerName,
    'mtls-cert': flags['mtls-cert'] ?? uri.mtlsCert,
    'mtls-key': flags['mtls-key'] ?? uri.mtlsKey,
  };
  const skip = flags['tls-skip-verify'] ?? uri.tlsSkipVerify;
  const [first] = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  );
  return {
    typed: first ?? (skip === true ? '--tls-skip-verify' : undefined),
    wish: {
      roots: given['tls-roots'] ?? readSetting(env, 'TLS_ROOTS'),
      skipVerify: skip ?? readSwitch(env, 'TLS_SKIP_VERIFY') ?? false,
      pins: given['tls-pin'] ?? readSetting(env, 'TLS_PIN'),
      serverName: given['tls-server-name'] ?? readSetting(env, 'TLS_SERVER_NAME'),
      cert: given['mtls-cert'] ?? readSetting(env, 'MTLS_CERT'),
      key: given['mtls-key'] ?? readSetting(env, 'MTLS_KEY'),
    },
  };
}

function readFiles({ roots, skipVerify, pins, serverName, cert, key }: Wish): ConnectionTls {
  if ((cert === undefined) !== (key === undefined))
    throw new GizmoError('USAGE', '--mtls-cert and --mtls-key belong together: give both.');
  if (skipVerify && cert !== undefined)
    throw new GizmoError(
      'USAGE',
      '--tls-skip-verify cannot be combined with a client certificate, which anyone in between could ask for: ' +
        'trust the server instead, with --tls-roots <ca-or-self-signed-cert>.pem.',
    );
  return {
    skipVerify,
    ...(roots === undefined ? {} : { roots: readBytes(roots, '--tls-roots') }),
    ...(pins === undefined ? {} : { pins: splitPins(pins) }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(cert === undefined || key === undefined
      ? {}
      : {
          clientCertificate: {
            cert: readBytes(cert, '--mtls-cert'),
            key: readBytes(key, '--mtls-key'),
            keyPath: key,
          },
        }),
  };
}

/** Between pins stand `;`, `,` or white space; what `gizmo pki spki` prints is one key's pin twice, on two lines. */
function splitPins(text: string): string[] {
  return text.split(/[;,\s]+/).filter((pin) => pin !== '');
}

function readBytes(path: string, flag: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new GizmoError('USAGE', `${flag} ${path}: ${whyUnreadable(cause)}.`, { cause });
  }
}
