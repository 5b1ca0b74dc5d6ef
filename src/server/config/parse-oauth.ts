/** From what the --oauth flags say to an OAuthConfig, or to a sentence that names the flag that is wrong. */
import { REDIRECT_HOSTS } from '../../flight/login/login-settings.js';
import { isProtectedUrl } from '../../oidc/safe-url.js';
import type { OAuthConfig } from './oauth-config.js';
import { readFile } from './read-file.js';
import { usage } from './usage.js';

/** The OAuth flags as given, and the issuer that they go with. */
export interface RawOAuthSettings {
  readonly 'token-allowed-issuer'?: string;
  readonly 'oauth-client-id'?: string;
  readonly 'oauth-client-secret'?: string;
  readonly 'oauth-client-secret-file'?: string;
  readonly 'oauth-scopes'?: string;
  readonly 'oauth-redirect-host'?: string;
  readonly 'oauth-redirect-port'?: number;
}

/** Throws GizmoError USAGE with the flag to change in the sentence; undefined where there is no login by browser. */
export function parseOAuth(raw: RawOAuthSettings): OAuthConfig | undefined {
  const clientId = raw['oauth-client-id'];
  if (clientId === undefined) {
    const other = OTHERS.find((flag) => raw[flag] !== undefined);
    if (other === undefined) return undefined;
    throw usage(
      `--${other} needs --oauth-client-id: the name that the identity provider knows the client by.`,
    );
  }
  if (!isPrintable(clientId)) throw usage('--oauth-client-id is empty, too long or has control characters.');
  const issuer = raw['token-allowed-issuer'];
  if (issuer === undefined || issuer === '')
    throw usage('--oauth-client-id needs --token-allowed-issuer: the identity provider where people log in.');
  if (!isProtectedUrl(issuer))
    throw usage(
      `--token-allowed-issuer ${issuer}: people are sent there to log in, so it has to be an https:// address.`,
    );
  const scopes = raw['oauth-scopes'];
  if (scopes !== undefined && !scopes.split(/[ ,]+/).includes('openid'))
    throw usage(
      `--oauth-scopes ${scopes}: openid has to be among them, or there is no token that says who logs in.`,
    );
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: readSecret(raw),
    scopes: scopes?.split(/[ ,]+/).join(' '),
    redirectHost: parseHost(raw['oauth-redirect-host'] ?? '127.0.0.1'),
    redirectPort: parsePort(raw['oauth-redirect-port'] ?? 0),
  });
}

const OTHERS = [
  'oauth-client-secret',
  'oauth-client-secret-file',
  'oauth-scopes',
  'oauth-redirect-host',
  'oauth-redirect-port',
] as const;

function readSecret(raw: RawOAuthSettings): string | undefined {
  const file = raw['oauth-client-secret-file'];
  if (file !== undefined && raw['oauth-client-secret'] !== undefined)
    throw usage('Both a client secret and --oauth-client-secret-file are given. Keep one.');
  const secret =
    file === undefined
      ? raw['oauth-client-secret']
      : readFile('oauth-client-secret-file', file).replace(/\r?\n$/, '');
  if (secret !== undefined && !isPrintable(secret))
    throw usage(
      'The client secret is empty, too long or has control characters. Leave it out for a public client.',
    );
  return secret;
}

function isPrintable(text: string): boolean {
  return text !== '' && text.length <= 1024 && !/[\0-\x1f\x7f]/.test(text);
}

function parseHost(text: string): OAuthConfig['redirectHost'] {
  const host = REDIRECT_HOSTS.find((it) => it === text.toLowerCase().replace(/^\[(.*)\]$/, '$1'));
  if (host !== undefined) return host;
  throw usage(
    `--oauth-redirect-host ${text}: the browser comes back to the user's own machine. Choose 127.0.0.1, ::1 or localhost.`,
  );
}

function parsePort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usage(`--oauth-redirect-port ${port}: give a port, or 0 for any free one.`);
}
