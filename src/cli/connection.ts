/** Where to connect and as whom, from flags, URI, environment and stored login: whatever is given first in that order holds. */
import type { LoginTls, Trust } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { type ConnectionTls, resolveTls, type TlsFlags } from './connection-tls.js';
import { type ConnectionUri, parseConnectionUri } from './connection-uri.js';
import { type Environment, parsePort, readSetting } from './environment.js';

/**
 * @param login the stored login that is meant, if any: it says what nothing else does
 * @throws GizmoError USAGE for a contradiction, a malformed value or a file that cannot be read
 */
export function resolveConnection(
  flags: ConnectionFlags,
  uriText: string | undefined,
  env: Environment,
  login?: LoginDefaults,
): Connection {
  const uri = readUri(flags, uriText, env);
  const authType = flags['auth-type'] ?? uri.authType ?? 'password';
  if (authType !== 'password' && authType !== 'external')
    throw new GizmoError(
      'USAGE',
      `--auth-type is password, or external for the login by an identity provider; not "${authType}".`,
    );
  const named = namedPlace(flags, uri, env);
  const host = named.host ?? login?.host ?? 'localhost';
  return {
    host,
    port: named.port ?? login?.port ?? 31_337,
    username: named.username,
    uriPassword: uri.password,
    authType,
    tls: resolveTls(host, flags, uri, env, login),
    connectTimeoutMs: (flags['connect-timeout'] ?? 10) * 1000,
  };
}

/** @throws GizmoError USAGE for a malformed one, and for flags that say what it says */
export function readUri(
  flags: ConnectionFlags,
  uriText: string | undefined,
  env: Environment,
): ConnectionUri {
  const text = flags.uri ?? uriText ?? readSetting(env, 'URI');
  const fromFlag = flags.uri ?? uriText;
  // Parsed first: SQL in the place of the URI is the likelier mistake.
  const uri: ConnectionUri = text === undefined ? {} : parseConnectionUri(text);
  if (fromFlag !== undefined) refuseBoth(flags);
  return uri;
}

/** What flags, URI and environment say of place and user; nothing that they leave open. */
export function namedPlace(flags: ConnectionFlags, uri: ConnectionUri, env: Environment): NamedPlace {
  const envPort = readSetting(env, 'PORT');
  return {
    host: (flags.host ?? uri.host ?? readSetting(env, 'HOST'))?.replace(/^\[(.*)\]$/, '$1'),
    port: flags.port ?? uri.port ?? (envPort === undefined ? undefined : parsePort(envPort, 'GIZMO_PORT')),
    username: flags.username ?? uri.username ?? readSetting(env, 'USER', 'USERNAME'),
  };
}

export interface NamedPlace {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly username: string | undefined;
}

/** What a stored login says of the connection to its server. */
export interface LoginDefaults {
  readonly host: string;
  readonly port: number;
  readonly trust: Trust;
  readonly tls?: LoginTls;
}

/** The flags of every command that connects. */
export interface ConnectionFlags extends TlsFlags {
  readonly uri?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  readonly 'auth-type'?: string | undefined;
  readonly 'connect-timeout'?: number | undefined;
}

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  /** `external`: by the identity provider that the server names, and by nothing else. */
  readonly authType: 'password' | 'external';
  /** A password in a URI is accepted, though others can read it in the process list. */
  readonly uriPassword: string | undefined;
  /** `off` where TLS was refused, `plain` where nothing was said: then the server's own file may speak. */
  readonly tls: ConnectionTls | 'off' | 'plain';
  readonly connectTimeoutMs: number;
}

function refuseBoth(flags: ConnectionFlags): void {
  for (const name of ['host', 'port', 'username', 'tls', 'tls-roots', 'tls-skip-verify'] as const)
    if (flags[name] !== undefined)
      throw new GizmoError(
        'USAGE',
        `--${name} cannot be combined with a connection URI; put it into the URI.`,
      );
}
