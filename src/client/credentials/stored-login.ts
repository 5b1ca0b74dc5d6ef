/** The nouns of a login that outlives the command it was made by. */

import { isLoopback } from '../../runtime-file.js';
import { serverAddress } from '../connect/server-address.js';

/** What is no secret: who is logged in where and how, and where the secret lies. */
export interface LoginSummary {
  /** What its user calls it; {@link LoginSummary.server} unless a profile was named. */
  readonly name: string;
  /** `host:port` as {@link serverName} writes it. What is stored goes to this server and to no other. */
  readonly server: string;
  readonly user?: string;
  readonly method: LoginMethod;
  /** How the server was proven when the login was made; it is never sent over a connection proven less. */
  readonly trust: Trust;
  /** When what is sent to the server expires, in seconds since 1970. */
  readonly expiresAtS?: number;
  readonly oidc?: OidcLogin;
  /** What the connection was made with, so that the next one needs no flags. */
  readonly tls?: LoginTls;
  /** Where the secret lies; absent where there is none, as with a client certificate. */
  readonly store?: StoreKind;
}

/** The same with its secrets; in memory for as long as one command needs it. */
export interface StoredLogin extends LoginSummary {
  /** The bearer token for the server: an ID, access or API token. */
  readonly token?: string;
  readonly password?: string;
  /** For the identity provider, never for the server. */
  readonly refreshToken?: string;
}

/** `token` is one that the user brought along. */
export type LoginMethod = (typeof LOGIN_METHODS)[number];
/** In the order help shows them. */
export const LOGIN_METHODS = ['web', 'device', 'password', 'token', 'mtls'] as const;

/** From the strongest to the weakest. */
export type Trust = (typeof TRUST_LEVELS)[number];
/** A certificate or a pin that holds; TLS that verifies nothing; no TLS. */
export const TRUST_LEVELS = ['verified', 'unverified', 'plaintext'] as const;

export type StoreKind = (typeof STORE_KINDS)[number];
/** The values of `--credential-store`. */
export const STORE_KINDS = ['keychain', 'file', 'memory'] as const;

/** What refreshing and revoking need to know of an OpenID Connect login (OpenID Connect Core 1.0, RFC 8252). */
export interface OidcLogin {
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly audience?: string;
  /** Which of the two tokens goes to the server. */
  readonly sends: 'id' | 'access';
  /** Whether the server exchanges codes and refresh tokens, because only it knows the client's secret. */
  readonly exchangedByServer: boolean;
  readonly redirectHost?: string;
  readonly redirectPort?: number;
}

/** Paths are absolute; pins as `--tls-pin` takes them. */
export interface LoginTls {
  readonly roots?: string;
  readonly pins?: string;
  readonly serverName?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** `db.example:31337`, `[::1]:31337`: in lower case, as names of hosts are compared. */
export function serverName(host: string, port: number): string {
  return serverAddress(host.toLowerCase(), port);
}

/** The other way round; undefined for what is no such name. */
export function parseServerName(server: string): { host: string; port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(server) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/**
 * Whether a stored login may go over a connection: to its own server, proven no less than when it was made, and never
 * unencrypted to another machine.
 */
export function mayTravel(login: LoginSummary, server: string, link: Trust): boolean {
  if (server !== login.server) return false;
  if (link === 'plaintext' && !isLoopback(parseServerName(server)?.host ?? '')) return false;
  return TRUST_LEVELS.indexOf(link) <= TRUST_LEVELS.indexOf(login.trust);
}

/** What to type to make a login anew, in its place. */
export function loginCommand({ name, server }: Pick<LoginSummary, 'name' | 'server'>): string {
  return `gizmo auth login ${name === server ? server : `--profile ${name}`}`;
}

/** Without its secrets. */
export function summaryOf(login: StoredLogin): LoginSummary {
  const { token: _token, password: _password, refreshToken: _refreshToken, ...summary } = login;
  return summary;
}
