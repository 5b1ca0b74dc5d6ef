/**
 * What a server tells anybody who asks how one logs in: a handshake as the user `__discover__` with no password, the
 * name that GizmoSQL uses for it. The answer is JSON in one message and in the header `x-gizmo-login`. Nothing in it is secret.
 */
import { GizmoError } from '../../errors.js';

/** The user of a handshake that asks for the settings instead of logging in; nobody can be called so. */
export const DISCOVER_USER = '__discover__';
/** The header of the answer, beside its payload. */
export const LOGIN_SETTINGS_HEADER = 'x-gizmo-login';

export type LoginMethod = 'password' | 'token' | 'mtls' | 'external';

export interface LoginSettings {
  readonly methods: readonly LoginMethod[];
  /** Present with the method `external`: the OpenID provider of the browser and device logins. */
  readonly oauth?: OAuthSettings;
}

export interface OAuthSettings {
  /** Issuer identifier, where the provider's metadata are found (OpenID Connect Discovery 1.0 §4). */
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces. */
  readonly scopes: string;
  /** The `aud` claim that the server asks for. */
  readonly audience: string;
  /** Codes are exchanged by the server, which has the client's secret, and not by its clients. */
  readonly exchangedByServer: boolean;
  /** Where the browser is sent back to: host of a loopback address. */
  readonly redirectHost: RedirectHost;
  /** 0 for whichever is free (RFC 8252 §7.3). */
  readonly redirectPort: number;
}

/** What a redirect URI of a native application may name (RFC 8252 §7.3, §8.3). */
export const REDIRECT_HOSTS = ['127.0.0.1', '::1', 'localhost'] as const;
export type RedirectHost = (typeof REDIRECT_HOSTS)[number];

/** The path of every redirect URI: `http://127.0.0.1:PORT/callback`. */
export const REDIRECT_PATH = '/callback';

const METHODS: readonly string[] = ['password', 'token', 'mtls', 'external'] satisfies LoginMethod[];
const TEXT_CHARS_MAX = 2048;

/** ASCII, so that it can stand in a header. */
export function encodeLoginSettings(settings: LoginSettings): string {
  return JSON.stringify(settings).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Reads what a server answered; methods that this version does not know are left out.
 * @throws GizmoError FAILED_PRECONDITION for what is no such answer
 */
export function decodeLoginSettings(text: string): LoginSettings {
  const { methods, oauth } = fieldsOf(parse(text));
  if (!Array.isArray(methods)) throw malformed();
  const known = methods.filter((it): it is LoginMethod => METHODS.includes(it));
  return { methods: known, ...(oauth === undefined ? {} : { oauth: readOAuth(fieldsOf(oauth)) }) };
}

function readOAuth(fields: Readonly<Record<string, unknown>>): OAuthSettings {
  const { redirectHost, redirectPort } = fields;
  const host = REDIRECT_HOSTS.find((it) => it === redirectHost);
  const port = typeof redirectPort === 'number' && Number.isInteger(redirectPort) ? redirectPort : -1;
  if (host === undefined || port < 0 || port > 65_535) throw malformed();
  return {
    issuer: textOf(fields.issuer),
    clientId: textOf(fields.clientId),
    scopes: textOf(fields.scopes),
    audience: textOf(fields.audience),
    exchangedByServer: fields.exchangedByServer === true,
    redirectHost: host,
    redirectPort: port,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw malformed();
  return { ...value };
}

/** Printable: what a server says is shown to people and sent to others. */
function textOf(value: unknown): string {
  if (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= TEXT_CHARS_MAX &&
    !/[\0-\x1f\x7f-\x9f]/.test(value)
  )
    return value;
  throw malformed();
}

function malformed(cause?: unknown): GizmoError {
  return new GizmoError('FAILED_PRECONDITION', 'The server says in no known form how one logs in.', {
    cause,
  });
}
