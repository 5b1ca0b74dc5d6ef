/** What the library's `connect` takes, and what it means. */
import { GizmoError } from '../errors.js';
import { nearest } from '../nearest.js';
import { isLoopback } from '../runtime-file.js';
import { DEFAULT_PORT, parseLocation } from './connect/location.js';
import type { ClientCertificate, ConnectOptions, Credentials, TlsOptions } from './connect/options.js';

export interface ClientOptions {
  /** `localhost` by default. */
  readonly host?: string;
  /** 31,337 by default. */
  readonly port?: number;
  /**
   * True and TlsOptions encrypt, and verify the server; false does neither. By default everything but this machine
   * itself is reached by TLS.
   */
  readonly tls?: boolean | TlsOptions;
  /** With a password: who logs in. With a token: the name shown in messages. */
  readonly username?: string;
  readonly password?: string;
  /** A bearer token, sent as it is. */
  readonly token?: string;
  /** Time for TCP, TLS and login together; 10,000 by default. */
  readonly connectTimeoutMs?: number;
  /** Largest message accepted, in bytes; unlimited by default. */
  readonly receiveBytesMax?: number;
  /** Sent with every call: what a proxy or another server asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether cookies that the server sets are sent back, by which some servers know a session. True by default. */
  readonly cookies?: boolean;
  /**
   * Whether parts of a result are fetched from other servers that the first one names, with the same credentials. True
   * by default.
   */
  readonly followLocations?: boolean;
  /** Told what the user should know and cannot see, such as that this machine has no certificate store. */
  readonly warn?: (sentence: string) => void;
  /** Aborting it ends the attempt to connect. */
  readonly signal?: AbortSignal;
}

/**
 * @param location such as `grpc+tls://db.example.com:31337`, as ADBC and pyarrow write it
 * @throws GizmoError USAGE for a malformed location, options that contradict it or each other, or that there are not
 */
export function resolveOptions(location: string | undefined, options: ClientOptions): ConnectOptions {
  refuseUnknown(options, OPTIONS, '');
  if (typeof options.tls === 'object') {
    refuseUnknown(options.tls, TLS_OPTIONS, 'tls.');
    refuseUnknown(options.tls.clientCertificate ?? {}, CERTIFICATE_OPTIONS, 'tls.clientCertificate.');
  }
  const place = location === undefined ? undefined : placeOf(location);
  if (place !== undefined && (options.host !== undefined || options.port !== undefined))
    throw new GizmoError('USAGE', 'Give host and port, or a location; not both.');
  const { host = place?.host ?? 'localhost', port = place?.port ?? DEFAULT_PORT } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new GizmoError('USAGE', `A port is a number from 1 to 65535, not ${port}.`);
  const tls = options.tls ?? place?.tls ?? !isLoopback(host);
  if (place?.tls === true && tls === false)
    throw new GizmoError('USAGE', 'The location says grpc+tls and the options say no TLS.');
  const { connectTimeoutMs, receiveBytesMax, headers, cookies, followLocations, warn } = options;
  return {
    ...given({ connectTimeoutMs, receiveBytesMax, headers, cookies, followLocations, warn }),
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    tls: tls === true ? {} : tls === false ? undefined : tls,
    credentials: credentialsOf(options),
  };
}

const OPTIONS: Readonly<Record<keyof ClientOptions, true>> = {
  host: true,
  port: true,
  tls: true,
  username: true,
  password: true,
  token: true,
  connectTimeoutMs: true,
  receiveBytesMax: true,
  headers: true,
  cookies: true,
  followLocations: true,
  warn: true,
  signal: true,
};
const TLS_OPTIONS: Readonly<Record<keyof TlsOptions, true>> = {
  roots: true,
  pins: true,
  serverName: true,
  skipVerify: true,
  clientCertificate: true,
};
const CERTIFICATE_OPTIONS: Readonly<Record<keyof ClientCertificate, true>> = {
  cert: true,
  key: true,
  passphrase: true,
};

/** JavaScript says nothing of a name that nobody reads: `pasword` would connect as nobody. */
function refuseUnknown(given: object, known: Readonly<Record<string, true>>, prefix: string): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return;
  const near = nearest(unknown, Object.keys(known));
  const hint =
    near === undefined ? `There are ${Object.keys(known).join(', ')}.` : `Did you mean ${prefix}${near}?`;
  throw new GizmoError('USAGE', `connect has no option ${prefix}${unknown}. ${hint}`);
}

/** Without what is undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const parts: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key in options) {
    const value = options[key];
    if (value !== undefined) parts[key] = value as Exclude<T[typeof key], undefined>;
  }
  return parts;
}

function placeOf(location: string) {
  const place = parseLocation(location);
  if (place !== undefined) return place;
  // It may hold a password, so that it is not repeated.
  throw new GizmoError(
    'USAGE',
    'The location is malformed. It looks like grpc+tls://host:31337 or grpc://host:31337.',
  );
}

function credentialsOf({ username, password, token }: ClientOptions): Credentials {
  if (token !== undefined && password !== undefined)
    throw new GizmoError('USAGE', 'Give a password or a token, not both.');
  if (token !== undefined)
    return { kind: 'bearer', token, ...(username === undefined ? {} : { user: username }) };
  if ((username === undefined) !== (password === undefined))
    throw new GizmoError('USAGE', 'username and password belong together: give both.');
  if (username === undefined || password === undefined) return { kind: 'none' };
  return { kind: 'password', user: username, password };
}
