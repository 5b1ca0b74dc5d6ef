/** What the server tells strangers about logging in: nothing but what a client needs to begin. */
import type { LoginMethod, LoginSettings } from '../../flight/login/login-settings.js';
import type { ServerConfig } from '../config/config.js';

const DEFAULT_SCOPES = 'openid profile email';

/**
 * The published part of the configuration; never the secret of the OAuth client.
 * @param hasPasswords whether somebody can come in by a password now, beside the administrator of the configuration
 */
export function loginSettingsOf(
  { ways, oauth, token }: Pick<ServerConfig, 'ways' | 'oauth' | 'token'>,
  hasPasswords: boolean,
): LoginSettings {
  const methods: LoginMethod[] = [
    // The start-up token is a password, too.
    ...(ways.password || ways.startupToken || hasPasswords ? (['password'] as const) : []),
    ...(ways.token || ways.startupToken ? (['token'] as const) : []),
    ...(ways.certificate ? (['mtls'] as const) : []),
    ...(oauth !== undefined && token !== undefined ? (['external'] as const) : []),
  ];
  if (oauth === undefined || token === undefined) return { methods };
  return {
    methods,
    oauth: {
      issuer: oauth.issuer,
      clientId: oauth.clientId,
      scopes: oauth.scopes ?? DEFAULT_SCOPES,
      audience: token.audience,
      exchangedByServer: oauth.clientSecret !== undefined,
      redirectHost: oauth.redirectHost,
      redirectPort: oauth.redirectPort,
    },
  };
}
