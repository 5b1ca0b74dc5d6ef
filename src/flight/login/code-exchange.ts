/**
 * The two actions by which a server that holds the secret of an OAuth client lends it to whoever has a code or a
 * refresh token: bodies and answers are JSON. Nobody has to be logged in for them.
 */
import { GizmoError } from '../../errors.js';
import { REDIRECT_HOSTS, REDIRECT_PATH } from './login-settings.js';

/** The action for a code. */
export const EXCHANGE_ACTION = 'ExchangeOAuthCode';
/** The action for a refresh token. */
export const REFRESH_ACTION = 'RefreshOAuthToken';

/** What is asked for (RFC 6749 §4.1.3 with RFC 7636 §4.5, and RFC 6749 §6), without the client's own part. */
export type TokenRequest =
  | {
      readonly grant: 'authorization_code';
      readonly code: string;
      readonly codeVerifier: string;
      readonly redirectUri: string;
    }
  | { readonly grant: 'refresh_token'; readonly refreshToken: string };

/** What is answered: the tokens of RFC 6749 §5.1 and OpenID Connect Core 1.0 §3.1.3.3, and nothing else. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly scope?: string;
}

/** Codes and refresh tokens of providers that pack a JWT into them are of a few thousand characters. */
const TOKEN_CHARS_MAX = 16_384;

/** The body of the action that the grant belongs to. */
export function encodeTokenRequest(request: TokenRequest): Uint8Array {
  const { grant: _, ...fields } = request;
  return Buffer.from(JSON.stringify(fields));
}

/**
 * Reads the body of the action `type`; only what a loopback client of this user could send passes.
 * @throws GizmoError INVALID_ARGUMENT for anything malformed
 */
export function decodeTokenRequest(type: string, body: Uint8Array): TokenRequest {
  const fields = parse(body);
  if (type === REFRESH_ACTION) {
    const { refreshToken } = fields;
    if (!isToken(refreshToken)) throw malformed('refreshToken');
    return { grant: 'refresh_token', refreshToken };
  }
  const { code, codeVerifier, redirectUri } = fields;
  if (!isToken(code)) throw malformed('code');
  // RFC 7636 §4.1
  if (typeof codeVerifier !== 'string' || !/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier))
    throw malformed('codeVerifier');
  if (typeof redirectUri !== 'string' || !isLoopbackRedirect(redirectUri)) throw malformed('redirectUri');
  return { grant: 'authorization_code', code, codeVerifier, redirectUri };
}

/** Whether a redirect URI leads to a program on the user's own machine, and to nothing else (RFC 8252 §7.3). */
export function isLoopbackRedirect(text: string): boolean {
  const hosts = REDIRECT_HOSTS.map((host) => (host.includes(':') ? `[${host}]` : host));
  return hosts.some((host) => {
    const rest = text.startsWith(`http://${host}`) ? text.slice(`http://${host}`.length) : undefined;
    return rest !== undefined && /^(:[1-9]\d{0,4})?\/callback$/.test(rest) && rest.endsWith(REDIRECT_PATH);
  });
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new GizmoError('INVALID_ARGUMENT', 'The body of this action is a JSON object.');
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TOKEN_CHARS_MAX && /^[\x21-\x7e]+$/.test(value);
}

function malformed(field: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `The field "${field}" is missing or malformed.`);
}
