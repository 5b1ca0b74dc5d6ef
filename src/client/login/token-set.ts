/** What a provider answers to a grant, and what of it goes to the server. */
import { decodeJwt } from 'jose';
import { GizmoError } from '../../errors.js';
import { tokenExpiry } from '../credentials/token-expiry.js';

/** Tokens of RFC 6749 §5.1 and OpenID Connect Core 1.0 §3.1.3.3. */
export interface TokenSet {
  readonly access_token: string;
  readonly id_token?: string | undefined;
  readonly refresh_token?: string | undefined;
}

/** The token that goes to the server. */
export interface ServerToken {
  readonly token: string;
  readonly sends: 'id' | 'access';
  /** Seconds since 1970; undefined where the token does not say. */
  readonly expiresAtS: number | undefined;
}

/**
 * The ID token, unless the access token is a JWT (RFC 9068) of the issuer for the audience that the server asks for.
 * @throws GizmoError UNAUTHENTICATED where there is neither
 */
export function serverTokenOf(tokens: TokenSet, issuer: string, audience: string): ServerToken {
  const access = readClaims(tokens.access_token);
  const audiences: readonly unknown[] = Array.isArray(access?.aud) ? access.aud : [access?.aud];
  if (access !== undefined && access.iss === issuer && audiences.includes(audience))
    return { token: tokens.access_token, sends: 'access', expiresAtS: tokenExpiry(tokens.access_token) };
  if (tokens.id_token !== undefined)
    return { token: tokens.id_token, sends: 'id', expiresAtS: tokenExpiry(tokens.id_token) };
  throw new GizmoError(
    'UNAUTHENTICATED',
    `The identity provider ${issuer} gave no token that the server takes. Log in again: gizmo auth login.`,
  );
}

function readClaims(token: string) {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // Access tokens need be no JWT.
  }
}
