/** When a token says that it expires; nothing here decides whether it is good. */

/** No date is later (ECMA-262 §21.4.1.1). */
const TIME_S_MAX = 8.64e12;

/** Claim `exp` (RFC 7519 §4.1.4), in seconds since 1970; undefined for a token that is no JWT or has none. */
export function tokenExpiry(token: string): number | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
    return typeof exp === 'number' && Math.abs(exp) <= TIME_S_MAX ? exp : undefined;
  } catch {
    return undefined; // Dots alone make no JWT.
  }
}
