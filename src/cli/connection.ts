/** Where to connect and as whom, from flags, URI and environment: whatever is given first in that order holds. */
import { readFileSync } from 'node:fs';
import { GizmoError } from '../errors.js';
import { type ConnectionUri, parseConnectionUri } from './connection-uri.js';
import { type Environment, parsePort, readSetting, readSwitch } from './environment.js';

/** @throws GizmoError USAGE for a contradiction, a malformed value or a file that cannot be read */
export function resolveConnection(
  flags: ConnectionFlags,
  uriText: string | undefined,
  env: Environment,
): Connection {
  const text = flags.uri ?? uriText ?? readSetting(env, 'URI');
  const fromFlag = flags.uri ?? uriText;
  if (fromFlag !== undefined) refuseBoth(flags);
  const uri: ConnectionUri = text === undefined ? {} : parseConnectionUri(text);
  const authType = flags['auth-type'] ?? uri.authType ?? 'password';
  if (authType !== 'password')
    throw new GizmoError(
      'USAGE',
      `The authentication type ${authType} is not in this version yet; it has password.`,
    );
  const envPort = readSetting(env, 'PORT');
  return {
    host: (flags.host ?? uri.host ?? readSetting(env, 'HOST') ?? 'localhost').replace(/^\[(.*)\]$/, '$1'),
    port: flags.port ?? uri.port ?? (envPort === undefined ? 31_337 : parsePort(envPort, 'GIZMO_PORT')),
    username: flags.username ?? uri.username ?? readSetting(env, 'USER', 'USERNAME'),
    uriPassword: uri.password,
    tls: resolveTls(flags, uri, env),
    connectTimeoutMs: (flags['connect-timeout'] ?? 10) * 1000,
  };
}

/** The flags of every command that connects. */
export interface ConnectionFlags {
  readonly uri?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly 'tls-roots'?: string | undefined;
  readonly 'tls-skip-verify'?: boolean | undefined;
  readonly 'mtls-cert'?: string | undefined;
  readonly 'mtls-key'?: string | undefined;
  readonly 'auth-type'?: string | undefined;
  readonly 'connect-timeout'?: number | undefined;
}

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  /** A password in a URI is accepted, though others can read it in the process list. */
  readonly uriPassword: string | undefined;
  readonly tls: ConnectionTls | undefined;
  readonly connectTimeoutMs: number;
}

export interface ConnectionTls {
  readonly roots?: Uint8Array;
  readonly skipVerify: boolean;
  readonly clientCertificate?: { readonly cert: Uint8Array; readonly key: Uint8Array };
}

function refuseBoth(flags: ConnectionFlags): void {
  for (const name of ['host', 'port', 'username', 'tls', 'tls-roots', 'tls-skip-verify'] as const)
    if (flags[name] !== undefined)
      throw new GizmoError(
        'USAGE',
        `--${name} cannot be combined with a connection URI; put it into the URI.`,
      );
}

/** Whoever names roots or a client certificate wants TLS; `--no-tls` with them is a contradiction. */
function resolveTls(flags: ConnectionFlags, uri: ConnectionUri, env: Environment): ConnectionTls | undefined {
  const roots = flags['tls-roots'] ?? uri.tlsRoots ?? readSetting(env, 'TLS_ROOTS');
  const skipVerify =
    flags['tls-skip-verify'] ?? uri.tlsSkipVerify ?? readSwitch(env, 'TLS_SKIP_VERIFY') ?? false;
  const cert = flags['mtls-cert'] ?? readSetting(env, 'MTLS_CERT');
  const key = flags['mtls-key'] ?? readSetting(env, 'MTLS_KEY');
  const asked = flags.tls ?? uri.tls ?? readSwitch(env, 'TLS');
  const implied =
    flags['tls-roots'] ?? uri.tlsRoots ?? flags['tls-skip-verify'] ?? uri.tlsSkipVerify ?? cert ?? key;
  if ((cert === undefined) !== (key === undefined))
    throw new GizmoError('USAGE', '--mtls-cert and --mtls-key belong together: give both.');
  if (asked === false && (flags['tls-roots'] ?? cert) !== undefined)
    throw new GizmoError('USAGE', 'TLS is switched off, yet certificates are given for it.');
  if (skipVerify && cert !== undefined)
    throw new GizmoError(
      'USAGE',
      '--tls-skip-verify cannot be combined with a client certificate; name the authority with --tls-roots.',
    );
  if (!(asked ?? (implied !== undefined && implied !== false))) return undefined;
  return {
    skipVerify,
    ...(roots === undefined ? {} : { roots: readBytes(roots, '--tls-roots') }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertificate: { cert: readBytes(cert, '--mtls-cert'), key: readBytes(key, '--mtls-key') } }),
  };
}

function readBytes(path: string, flag: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const why =
      cause instanceof Error ? cause.message.replace(/^[A-Z]+: ([^,]*),.*$/, '$1') : 'it cannot be read';
    throw new GizmoError('USAGE', `${flag} ${path}: ${why}.`, { cause });
  }
}
