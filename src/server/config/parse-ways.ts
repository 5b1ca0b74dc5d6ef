/** Which ways in the settings open: those that `--auth` names, or those that are configured. */
import type { WaysIn } from './config.js';
import { readFile } from './read-file.js';
import type { TokenConfig } from './token-config.js';
import { usage } from './usage.js';

/** The settings that say how to come in, as given. */
export interface RawWays {
  /** Ways in by name; undefined: those that are configured. */
  readonly auth?: string;
  readonly 'server-token-file'?: string;
  readonly 'mtls-principal'?: readonly string[];
  readonly 'oauth-client-id'?: string;
}

/** Shorter ones can be guessed. */
const SERVER_TOKEN_CHARS_MIN = 16;
/** What a Bearer credential can hold (RFC 6750, b64token). */
const SERVER_TOKEN = /^[\w.~+/-]+=*$/;

/** A start-up token where no other way is open, or the operator's own. Throws GizmoError USAGE. */
export function parseWays(
  raw: RawWays,
  password: string | undefined,
  token: TokenConfig | undefined,
): WaysIn {
  const named = readNames(raw.auth);
  const hasOther = (way: string) => named?.some((it) => it !== way) ?? false;
  const mapped = raw['mtls-principal'] !== undefined && raw['mtls-principal'].length > 0;
  const ownToken = raw['server-token-file'] !== undefined;
  // Beside another way in, by which an administrator comes, they are those of users and API tokens.
  if (named?.includes('password') && password === undefined && !ownToken && !hasOther('password'))
    throw usage('--auth password needs a password: give GIZMO_PASSWORD or --password-file FILE.');
  if (named?.includes('token') && token === undefined && !ownToken && !hasOther('token'))
    throw usage('--auth token needs --token-allowed-issuer and --token-allowed-audience.');
  if (named !== undefined && !named.includes('token') && raw['oauth-client-id'] !== undefined)
    throw usage(
      `--oauth-client-id is of no use with --auth ${raw.auth}: people come back from the provider with a token. Add token to it.`,
    );
  if (named !== undefined && !named.includes('mtls') && mapped)
    throw usage(
      `--mtls-principal is of no use with --auth ${raw.auth}. Add mtls to it, or leave one of them out.`,
    );
  const ways = {
    password: password !== undefined && (named?.includes('password') ?? true),
    certificate: named?.includes('mtls') ?? mapped,
    token: token !== undefined && (named?.includes('token') ?? true),
    users: named?.includes('password') ?? true,
    apiTokens: named?.includes('token') ?? true,
  };
  return { ...ways, startupToken: ownToken || !(ways.password || ways.certificate || ways.token) };
}

/** The operator's own start-up token. Throws GizmoError USAGE. */
export function readServerToken(raw: RawWays): string | undefined {
  const file = raw['server-token-file'];
  if (file === undefined) return undefined;
  const token = readFile('server-token-file', file).replace(/\r?\n$/, '');
  if (token.length < SERVER_TOKEN_CHARS_MIN || !SERVER_TOKEN.test(token))
    throw usage(
      `--server-token-file ${file}: at least ${SERVER_TOKEN_CHARS_MIN} letters, digits and . _ ~ + / - in one line.`,
    );
  if (token.startsWith('gzm_') || token.split('.').length === 3)
    throw usage(
      `--server-token-file ${file}: this looks like an API token or a JWT. Make one that does not.`,
    );
  return token;
}

function readNames(auth: string | undefined): readonly string[] | undefined {
  const named = auth?.split(',').map((word) => word.trim().toLowerCase());
  const unknown = named?.find((word) => !['mtls', 'password', 'token'].includes(word));
  if (unknown !== undefined || named?.length === 0)
    throw usage(`--auth ${auth}: name one or more of mtls, password and token, separated by commas.`);
  return named;
}
