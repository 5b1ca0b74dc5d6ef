/** Logins as JSON: the file of those that are known, and the secrets of one. What is not understood is not guessed at. */
import {
  LOGIN_METHODS,
  type LoginSummary,
  type LoginTls,
  type OidcLogin,
  parseServerName,
  STORE_KINDS,
  type StoredLogin,
  TRUST_LEVELS,
} from './stored-login.js';

/** The logins of one user, the preferred one of each server first. */
export interface LoginList {
  /** Name of the login that is meant where no server is named. */
  readonly active?: string;
  readonly logins: readonly LoginSummary[];
}

/** One line for each login, for those who look into the file. */
export function encodeLoginList({ active, logins }: LoginList): string {
  const head = `{ "version": 1,${active === undefined ? '' : ` "active": ${JSON.stringify(active)},`} "logins": [`;
  const lines = logins.map((login) => `  ${JSON.stringify(login)}`);
  return [head, lines.join(',\n'), '] }', ''].join('\n');
}

/** Undefined for what is no such list, or that of another version. */
export function decodeLoginList(text: string): LoginList | undefined {
  const file = parseObject(text);
  if (file?.version !== 1 || !Array.isArray(file.logins)) return undefined;
  const logins = file.logins.map(readSummary);
  const names = new Set(logins.map((login) => login?.name));
  if (!logins.every((login) => login !== undefined) || names.size !== logins.length) return undefined;
  return withParts({ logins }, { active: optionalText(file, 'active') });
}

/** The secrets of a login, and the server that they are for; undefined where it has none. */
export function encodeSecrets({ server, token, password, refreshToken }: StoredLogin): string | undefined {
  if (token === undefined && password === undefined && refreshToken === undefined) return undefined;
  return JSON.stringify({ server, token, password, refreshToken });
}

/** The login with its secrets; undefined for what is damaged or for another server. */
export function decodeSecrets(login: LoginSummary, text: string): StoredLogin | undefined {
  const secrets = parseObject(text);
  if (secrets?.server !== login.server) return undefined;
  return withParts(login, {
    token: optionalText(secrets, 'token'),
    password: optionalText(secrets, 'password'),
    refreshToken: optionalText(secrets, 'refreshToken'),
  });
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined; // Said by the callers, without the text.
  }
}

function asObject(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}

function readSummary(value: unknown): LoginSummary | undefined {
  const fields = asObject(value);
  if (fields === undefined) return undefined;
  const { name, server } = fields;
  const method = LOGIN_METHODS.find((each) => each === fields.method);
  const trust = TRUST_LEVELS.find((each) => each === fields.trust);
  if (typeof name !== 'string' || typeof server !== 'string' || parseServerName(server) === undefined)
    return undefined;
  if (method === undefined || trust === undefined) return undefined;
  return withParts(
    { name, server, method, trust },
    {
      user: optionalText(fields, 'user'),
      expiresAtS: optionalNumber(fields, 'expiresAtS'),
      oidc: optional(fields, 'oidc', readOidc),
      tls: optional(fields, 'tls', readTls),
      store:
        fields.store === undefined ? undefined : (STORE_KINDS.find((each) => each === fields.store) ?? null),
    },
  );
}

function readOidc(fields: Fields): OidcLogin | undefined {
  const { issuer, clientId, scopes, sends, exchangedByServer } = fields;
  if (typeof issuer !== 'string' || typeof clientId !== 'string' || typeof scopes !== 'string')
    return undefined;
  if ((sends !== 'id' && sends !== 'access') || typeof exchangedByServer !== 'boolean') return undefined;
  return withParts(
    { issuer, clientId, scopes, sends, exchangedByServer },
    {
      audience: optionalText(fields, 'audience'),
      redirectHost: optionalText(fields, 'redirectHost'),
      redirectPort: optionalNumber(fields, 'redirectPort'),
    },
  );
}

function readTls(fields: Fields): LoginTls | undefined {
  return withParts(
    {},
    {
      roots: optionalText(fields, 'roots'),
      pins: optionalText(fields, 'pins'),
      serverName: optionalText(fields, 'serverName'),
      cert: optionalText(fields, 'cert'),
      key: optionalText(fields, 'key'),
    },
  );
}

/** Null stands for a value of the wrong kind. */
type Optional<Value> = Value | undefined | null;

function optionalText(fields: Fields, name: string): Optional<string> {
  const value = fields[name];
  return value === undefined || typeof value === 'string' ? value : null;
}

function optionalNumber(fields: Fields, name: string): Optional<number> {
  const value = fields[name];
  return value === undefined || (typeof value === 'number' && Number.isFinite(value)) ? value : null;
}

function optional<Value>(
  fields: Fields,
  name: string,
  read: (fields: Fields) => Value | undefined,
): Optional<Value> {
  if (fields[name] === undefined) return undefined;
  const inner = asObject(fields[name]);
  return (inner === undefined ? undefined : read(inner)) ?? null;
}

/** Without what is undefined; undefined as a whole where something is of the wrong kind. */
function withParts<Base extends object, Parts extends object>(
  base: Base,
  parts: Parts,
): (Base & { [K in keyof Parts]?: NonNullable<Parts[K]> }) | undefined {
  const present: { [K in keyof Parts]?: NonNullable<Parts[K]> } = {};
  for (const key in parts) {
    const value = parts[key];
    if (value === null) return undefined;
    if (value !== undefined) present[key] = value as NonNullable<Parts[typeof key]>;
  }
  return { ...base, ...present };
}
