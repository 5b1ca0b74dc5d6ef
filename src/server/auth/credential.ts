/** What a caller presents, read from headers and handshake payloads without judging it. */
import { decodeJwt } from 'jose';
import { GizmoError } from '../../errors.js';

/** A header longer than this is no credential; JWTs with many groups stay well below. */
const CREDENTIAL_CHARS_MAX = 32_768;

export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/**
 * Reads an `authorization` header: `Basic` (RFC 7617, padding optional because Go and ADBC leave it out; the
 * first ':' splits, so that passwords may contain one) or `Bearer` (RFC 6750). Throws UNAUTHENTICATED for
 * anything else.
 */
export function parseAuthorization(header: string): Credential {
  const match = /^(basic|bearer) +(\S+) *$/i.exec(header.length > CREDENTIAL_CHARS_MAX ? '' : header);
  if (match === null) {
    throw new GizmoError('UNAUTHENTICATED', 'The authorization header must be "Basic …" or "Bearer …".');
  }
  const [, scheme = '', value = ''] = match;
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value };
  const decoded = decodeBasic(value);
  const colon = decoded?.indexOf(':') ?? -1;
  if (decoded === undefined || colon < 0) {
    throw new GizmoError(
      'UNAUTHENTICATED',
      'The Basic credential must be base64 of "username:password" in UTF-8.',
    );
  }
  return basicCredential(decoded.slice(0, colon), decoded.slice(colon + 1));
}

/** Undefined for what is no base64, or no UTF-8 in it: guessed at, two credentials would be one. */
function decodeBasic(value: string): string | undefined {
  if (!/^[\w+/-]*={0,2}$/.test(value)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64'));
  } catch {
    return undefined; // Said by the caller, without the value.
  }
}

/**
 * Which method a credential looks as if it were of, and whose it says it is, for the log of what is refused. Nobody has
 * proved any of that. Never any part of a secret.
 */
export function looksLike(credential: Credential): { readonly method: string; readonly user?: string } {
  if (credential.kind === 'bearer') return tokenLooksLike(credential.token);
  const { username, password } = credential;
  return username === 'token' ? tokenLooksLike(password) : { method: 'password', user: username };
}

function tokenLooksLike(token: string): { method: string; user?: string } {
  const method = tokenKind(token);
  if (method !== 'token') return { method };
  try {
    const { email, sub } = decodeJwt(token);
    const user = typeof email === 'string' ? email : sub;
    return { method, ...(typeof user === 'string' && { user: user.slice(0, NAME_CHARS_MAX) }) };
  } catch {
    return { method }; // Three words with dots between, and no token.
  }
}

const NAME_CHARS_MAX = 256;

function tokenKind(token: string): string {
  if (token.startsWith('gzm_')) return 'api-token';
  if (token.startsWith('gzs_')) return 'startup-token';
  return token.split('.', 4).length === 3 ? 'token' : 'bearer';
}

/** A username and a password, wherever they came from. */
export function basicCredential(username: string, password: string): Credential {
  if (username === '' || password === '') {
    throw new GizmoError('UNAUTHENTICATED', 'No username or no password supplied.');
  }
  return { kind: 'basic', username, password };
}
