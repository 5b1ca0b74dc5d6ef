/** Login at the identity provider that a server names, to the point where the server has taken the token. */

import type { Configuration } from 'openid-client';
import { GizmoError } from '../../errors.js';
import {
  decodeLoginSettings,
  type LoginSettings,
  type OAuthSettings,
  type RedirectHost,
} from '../../flight/login/login-settings.js';
import { openProvider } from '../../oidc/open-provider.js';
import { isLoopbackUrl } from '../../oidc/safe-url.js';
import { isLoopback } from '../../runtime-file.js';
import type { Credentials } from '../connect/options.js';
import { serverAddress } from '../connect/server-address.js';
import { askStranger, connect } from '../connect.js';
import type { LoginServer } from '../credentials/login-server.js';
import type { OidcLogin } from '../credentials/stored-login.js';
import { logInByDevice } from './device-login.js';
import type { LoginUi } from './login-ui.js';
import { exchangeByServer } from './server-exchange.js';
import { serverTokenOf, type TokenSet } from './token-set.js';
import { logInByBrowser, type WebLogin } from './web-login.js';

export interface ProviderLoginOptions {
  readonly server: LoginServer;
  /** Undefined: in a browser where one can be opened, else on another device where the provider offers that. */
  readonly method?: 'web' | 'device' | undefined;
  /** In the place of what the server says. */
  readonly redirectHost?: RedirectHost | undefined;
  readonly redirectPort?: number | undefined;
  readonly ui: LoginUi;
  readonly signal: AbortSignal;
}

/** A login that the server has accepted. */
export interface ProviderLogin {
  readonly method: 'web' | 'device';
  /** Whom the server takes the bearer for, and what it lets them do. */
  readonly user: string | undefined;
  readonly role: string | undefined;
  readonly token: string;
  readonly expiresAtS: number | undefined;
  readonly refreshToken: string | undefined;
  readonly oidc: OidcLogin;
}

/**
 * Asks the server for its provider, logs in there, and tries the token at the server before anybody is told that it
 * went well.
 * @throws GizmoError FAILED_PRECONDITION where the server has no such login, UNAUTHENTICATED where anyone refuses
 */
export async function logInAtProvider(options: ProviderLoginOptions): Promise<ProviderLogin> {
  const { server, ui, signal } = options;
  const settings = oauthOf(await askHowToLogIn(server, signal), server);
  const { issuer, clientId, scopes, audience, exchangedByServer } = settings;
  const provider = await openProvider({
    issuer,
    clientId,
    signal,
    ...(exchangedByServer ? { exchange: exchangeByServer(server, signal) } : {}),
  });
  const method = options.method ?? chooseMethod(provider, settings, ui);
  const redirect = {
    redirectHost: options.redirectHost ?? settings.redirectHost,
    redirectPort: options.redirectPort ?? settings.redirectPort,
  };
  // A server that nobody should trust may ask for tokens that are good elsewhere: what it asks for is shown.
  ui.say(
    `Logging in to ${serverAddress(server.host, server.port)} at ${issuer}\n(client ${clientId}, scopes ${scopes})`,
  );
  const login = await (method === 'web'
    ? logInByBrowser({ provider, issuer, scopes, ...redirect, ui, signal })
    : byDevice(provider, settings, scopes, ui, signal));
  let outcome: 'success' | 'failure' = 'failure';
  try {
    const { token, sends, expiresAtS } = serverTokenOf(login.tokens, issuer, audience);
    const who = await proveLogin(server, { kind: 'bearer', token, source: issuer }, signal);
    outcome = 'success';
    return {
      ...who,
      method,
      token,
      expiresAtS,
      refreshToken: login.tokens.refresh_token,
      oidc: { issuer, clientId, scopes, audience, sends, exchangedByServer, ...redirect },
    };
  } finally {
    await login.finish(outcome);
  }
}

/**
 * What the server says about logging in.
 * @throws GizmoError FAILED_PRECONDITION where it is no server that says so
 */
export async function askHowToLogIn(server: LoginServer, signal?: AbortSignal): Promise<LoginSettings> {
  const text = await askStranger(
    server,
    (channel, timeoutMs) => channel.loginSettings(timeoutMs, signal),
    signal,
  ).catch((error: unknown) => {
    if (error instanceof GizmoError && REFUSALS.has(error.code)) return undefined;
    throw error;
  });
  if (text !== undefined) return decodeLoginSettings(text);
  throw new GizmoError(
    'UNAUTHENTICATED',
    `The server at ${serverAddress(server.host, server.port)} does not say how one logs in: it is another kind of server, or an older one. Log in with --password or --token-file.`,
  );
}

/** What servers answer that take the question for a login. */
const REFUSALS: ReadonlySet<string> = new Set([
  'UNAUTHENTICATED',
  'UNIMPLEMENTED',
  'INVALID_ARGUMENT',
  'PERMISSION_DENIED',
]);

/** Logs in and out again; who the server says that was. */
export async function proveLogin(
  server: LoginServer,
  credentials: Credentials,
  signal?: AbortSignal,
): Promise<{ readonly user: string | undefined; readonly role: string | undefined }> {
  const client = await connect({ ...server, credentials }, signal);
  const { user, role } = client;
  await client.close();
  return { user, role };
}

/** A server may name a provider of this machine only where it is of this machine itself. */
function oauthOf({ oauth }: LoginSettings, { host, port, tls }: LoginServer): OAuthSettings {
  const where = serverAddress(host, port);
  if (oauth === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The server at ${where} has no login by an identity provider: its operator has set no --oauth-client-id. Log in with --password, --token-file or --mtls.`,
    );
  if (isLoopback(host)) return oauth;
  if (tls === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      `Tokens of an identity provider are not sent to ${where} without TLS.`,
    );
  if (isLoopbackUrl(oauth.issuer))
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The server at ${where} names an identity provider on your own machine.`,
    );
  return oauth;
}

/** Without a display an address to paste still works, wherever the browser is. */
function chooseMethod(
  provider: Configuration,
  { exchangedByServer }: OAuthSettings,
  ui: LoginUi,
): 'web' | 'device' {
  const { device_authorization_endpoint: device, authorization_endpoint: web } = provider.serverMetadata();
  const canDevice = device !== undefined && !exchangedByServer;
  if (web === undefined && canDevice) return 'device';
  return ui.open === undefined && canDevice ? 'device' : 'web';
}

async function byDevice(
  provider: Configuration,
  { issuer, exchangedByServer }: OAuthSettings,
  scopes: string,
  ui: LoginUi,
  signal: AbortSignal,
): Promise<WebLogin> {
  if (exchangedByServer)
    throw new GizmoError(
      'UNAUTHENTICATED',
      'This server keeps the secret of its OAuth client, and exchanges codes of a browser only. Log in with --web.',
    );
  if (provider.serverMetadata().device_authorization_endpoint === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The identity provider ${issuer} has no device login. Log in with --web.`,
    );
  const tokens: TokenSet = await logInByDevice({ provider, issuer, scopes, ui, signal });
  return { tokens, finish: async () => undefined };
}
