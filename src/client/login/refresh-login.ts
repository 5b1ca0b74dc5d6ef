/** New tokens for a stored login, by its refresh token (RFC 6749 §6), which rotates (RFC 9700 §4.14.2). */
import { refreshTokenGrant } from 'openid-client';
import { GizmoError } from '../../errors.js';
import { explainProvider } from '../../oidc/explain-provider.js';
import { openProvider } from '../../oidc/open-provider.js';
import { isStale } from '../credentials/is-stale.js';
import type { LoginServer } from '../credentials/login-server.js';
import type { Logins } from '../credentials/logins.js';
import {
  type LoginSummary,
  loginCommand,
  type OidcLogin,
  type StoredLogin,
} from '../credentials/stored-login.js';
import { exchangeByServer } from './server-exchange.js';
import { serverTokenOf, type TokenSet } from './token-set.js';

export interface RefreshOptions {
  /** As the login's server is reached. */
  readonly server: LoginServer;
  /** Also where what there is lasts longer. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The login with tokens that are good, stored before it is answered. While one process renews a login the others wait,
 * and then use what it got: a refresh token is good once.
 * @throws GizmoError UNAUTHENTICATED where only a new login helps, UNAVAILABLE where the provider cannot be reached
 */
export async function refreshLogin(
  logins: Logins,
  login: LoginSummary,
  { server, force = false, signal }: RefreshOptions,
): Promise<StoredLogin> {
  return logins.exclusively(login.name, async () => {
    const stored = await logins.load(logins.named(login.name) ?? login);
    if (!force && !isStale(stored)) return stored;
    const { oidc, refreshToken } = stored;
    if (oidc === undefined || refreshToken === undefined) throw expired(stored);
    const tokens = await requestTokens(oidc, refreshToken, server, signal).catch((error: unknown) => {
      throw error instanceof GizmoError && error.code === 'UNAUTHENTICATED' ? over(stored, error) : error;
    });
    const { token, sends, expiresAtS } = serverTokenOf(tokens, oidc.issuer, oidc.audience ?? oidc.clientId);
    const { expiresAtS: _, ...lasting } = stored;
    const renewed: StoredLogin = {
      ...lasting,
      token,
      refreshToken: tokens.refresh_token ?? refreshToken,
      oidc: { ...oidc, sends },
      ...(expiresAtS === undefined ? {} : { expiresAtS }),
    };
    await logins.renew(renewed);
    return renewed;
  });
}

async function requestTokens(
  oidc: OidcLogin,
  refreshToken: string,
  server: LoginServer,
  signal: AbortSignal | undefined,
): Promise<TokenSet> {
  const { issuer, clientId, exchangedByServer } = oidc;
  const provider = await openProvider({
    issuer,
    clientId,
    signal,
    ...(exchangedByServer ? { exchange: exchangeByServer(server, signal) } : {}),
  });
  try {
    return await refreshTokenGrant(provider, refreshToken);
  } catch (reason) {
    if (signal?.aborted) throw signal.reason;
    throw explainProvider(reason, issuer);
  }
}

/** The provider has forgotten the refresh token, or taken it back. */
function over(login: StoredLogin, cause: GizmoError): GizmoError {
  return new GizmoError(
    'UNAUTHENTICATED',
    `The stored login ${login.name} cannot be renewed. ${cause.message.replace(/\.$/, '')}. Log in again: ${loginCommand(login)}`,
    { cause },
  );
}

function expired(login: StoredLogin): GizmoError {
  const { name, expiresAtS } = login;
  const when = expiresAtS === undefined ? '' : ` at ${new Date(expiresAtS * 1000).toISOString()}`;
  return new GizmoError(
    'UNAUTHENTICATED',
    `The stored login ${name} cannot be renewed${when === '' ? '' : ` and ends${when}`}. Log in again: ${loginCommand(login)}`,
  );
}
