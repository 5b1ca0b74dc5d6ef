/** Takes a login back at the identity provider (RFC 7009), so that a copy of its tokens is worth nothing either. */
import { tokenRevocation } from 'openid-client';
import { explainProvider } from '../../oidc/explain-provider.js';
import { openProvider } from '../../oidc/open-provider.js';
import type { StoredLogin } from '../credentials/stored-login.js';

/** `undefined`: taken back. Otherwise why it was not, as a sentence. */
export async function revokeLogin(login: StoredLogin, signal?: AbortSignal): Promise<string | undefined> {
  const { oidc, refreshToken } = login;
  if (oidc === undefined || refreshToken === undefined)
    return 'There is nothing that an identity provider could take back.';
  if (oidc.exchangedByServer)
    return `The identity provider ${oidc.issuer} takes tokens back only from whoever has the secret of the OAuth client; the refresh token stays good until it expires.`;
  try {
    const provider = await openProvider({ issuer: oidc.issuer, clientId: oidc.clientId, signal });
    if (provider.serverMetadata().revocation_endpoint === undefined)
      return `The identity provider ${oidc.issuer} takes no tokens back; the refresh token stays good until it expires.`;
    await tokenRevocation(provider, refreshToken, { token_type_hint: 'refresh_token' });
    return undefined;
  } catch (error) {
    return explainProvider(error, oidc.issuer).message;
  }
}
