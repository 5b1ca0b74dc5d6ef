/** From what flags and environment say to a ServerConfig, or to a sentence that names the flag that is wrong. */
import { DISCOVER_USER } from '../../flight/login/login-settings.js';
import { isLoopback } from '../../runtime-file.js';
import type { LogFormat, LogLevel } from '../telemetry/logger.js';
import type { ServerConfig } from './config.js';
import { DEFAULT_GRACE_S, GRACEFUL_GRACE_S } from './grace.js';
import { parseDatabaseGrants, parseDefaultAccess } from './parse-database-grants.js';
import { parseFiles, type RawFileSettings } from './parse-files.js';
import { parseHooks, type RawHookSettings } from './parse-hooks.js';
import { parseLimits, type RawLimitSettings } from './parse-limits.js';
import { parseOAuth, type RawOAuthSettings } from './parse-oauth.js';
import { parseTls, type RawTlsSettings } from './parse-tls.js';
import { parseToken, type RawTokenSettings } from './parse-token.js';
import { parseWays, type RawWays, readServerToken } from './parse-ways.js';
import { readFile } from './read-file.js';
import { usage } from './usage.js';
import { bytes, choice, integer, seconds } from './values.js';

/** Settings as given, by flag name without dashes; numbers and booleans already of their type. */
export interface RawServerSettings
  extends RawTlsSettings,
    RawTokenSettings,
    RawOAuthSettings,
    RawLimitSettings,
    RawHookSettings,
    RawFileSettings,
    RawWays {
  readonly 'database-grant'?: readonly string[];
  readonly 'default-access'?: string;
  readonly hostname?: string;
  readonly port?: number;
  readonly 'allow-insecure'?: boolean;
  readonly backend?: string;
  readonly database?: string;
  readonly 'state-dir'?: string;
  readonly readonly?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly 'password-file'?: string;
  readonly 'secret-key'?: string;
  readonly 'init-sql-commands'?: string;
  readonly 'init-sql-commands-file'?: string;
  readonly 'memory-limit'?: string;
  readonly 'storage-version'?: string;
  readonly 'allow-extensions'?: boolean;
  readonly 'allow-extension'?: readonly string[];
  readonly 'max-sessions'?: number;
  readonly 'max-sessions-per-user'?: number;
  readonly 'session-idle-timeout'?: number;
  readonly 'session-max-lifetime'?: number;
  readonly 'session-follow-token'?: boolean;
  readonly 'idle-in-transaction-timeout'?: number;
  readonly 'temp-file-limit'?: string;
  readonly 'max-metadata-size'?: number;
  readonly 'graceful-shutdown'?: boolean;
  readonly 'shutdown-grace-period-seconds'?: number;
  readonly 'log-level'?: string;
  readonly 'auth-log-level'?: string;
  readonly 'log-format'?: string;
  readonly 'log-file'?: string;
}

const DEFAULT_USERNAME = 'gizmosql_user';
const DEFAULT_PORT = 31337;
/** Sessions of clients that vanished without CloseSession are freed after half a day. */
const DEFAULT_IDLE_TIMEOUT_S = 43_200;
/** An open transaction keeps old versions of rows and makes others' writes fail; its client may be long gone. */
const DEFAULT_IDLE_IN_TRANSACTION_TIMEOUT_S = 900;
const DEFAULT_TEMP_FILE_LIMIT = '4GB';
const DEFAULT_SESSIONS_MAX = 10_000;
/** Of all sessions, what one user may have who is no administrator: some places stay for others. */
const DEFAULT_SHARE_PER_USER = 0.8;
/** JDBC forwards unknown URL options as headers; Node itself stops at about 80 KiB. */
const DEFAULT_METADATA_BYTES_MAX = 65_536;
const SECRET_KEY_CHARS_MIN = 16;
const USERNAME_CHARS_MAX = 256;
/** Threads of the pool that stay free of engine calls: file reads, name look-ups, hashes. */
const POOL_RESERVE = 16;
/** libuv's own default when UV_THREADPOOL_SIZE is unset. */
const LIBUV_POOL_SIZE = 4;

const LOG_LEVELS: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  warning: 'warning',
  warn: 'warning',
  error: 'error',
  fatal: 'error',
  off: 'off',
};

/** Throws GizmoError USAGE for a value that cannot be, with the flag to change in the sentence. */
export function parseConfig(
  raw: RawServerSettings,
  environment: NodeJS.ProcessEnv = process.env,
): ServerConfig {
  const backend = raw.backend ?? 'duckdb';
  if (backend !== 'duckdb') {
    throw usage(`--backend ${backend}: this server runs duckdb, and nothing else. Leave the flag out.`);
  }
  const hostname = raw.hostname ?? '127.0.0.1';
  const allowInsecure = raw['allow-insecure'] ?? false;
  const sessionsMax = integer('max-sessions', raw['max-sessions'] ?? DEFAULT_SESSIONS_MAX, 0, 1_000_000);
  const password = readPassword(raw);
  const oauth = parseOAuth(raw);
  const token = parseToken(raw, oauth?.clientId);
  const ways = parseWays(raw, password, token);
  // Users and API tokens open the door to people without a certificate only where they are named.
  const byName = raw.auth !== undefined && (ways.users || ways.apiTokens);
  const otherWayIn = ways.password || ways.token || ways.startupToken || byName;
  const tls = parseTls(raw, {
    certificatesOnly: ways.certificate && raw.auth !== undefined && !otherWayIn,
    otherWayIn,
  });
  if (tls === undefined && !isLoopback(hostname) && !allowInsecure) {
    throw usage(
      `--hostname ${hostname} would let other machines connect without encryption. Add --tls CERT KEY (gizmo pki issue makes them), listen on 127.0.0.1, or say --allow-insecure if the network is safe by other means.`,
    );
  }
  const database = databasePath(raw.database);
  const readOnly = raw.readonly ?? false;
  if (readOnly && database === undefined) {
    throw usage(
      '--readonly needs --database FILE: an empty database in memory that nobody can fill is of no use.',
    );
  }
  const username = raw.username ?? DEFAULT_USERNAME;
  checkUsername(username);
  const state = stateDirectory(raw['state-dir'], database, readOnly);
  const ownFiles = [...ownFilesOf(raw), ...(state === undefined ? [] : [state.path])];
  const poolSize = Number(environment.UV_THREADPOOL_SIZE ?? LIBUV_POOL_SIZE);
  return Object.freeze({
    hostname,
    port: integer('port', raw.port ?? DEFAULT_PORT, 0, 65_535),
    allowInsecure,
    tls: Object.freeze(tls),
    ways: Object.freeze(ways),
    token: ways.token ? token : undefined,
    defaultAccess: parseDefaultAccess(raw['default-access']),
    databaseGrants: parseDatabaseGrants(raw['database-grant']),
    oauth,
    database,
    readOnly,
    stateDirectory: state,
    files: Object.freeze(parseFiles(raw, ownFiles)),
    username,
    password,
    serverToken: readServerToken(raw),
    secretKey: checkSecretKey(raw['secret-key']),
    initSql: readInitSql(raw),
    limits: parseLimits(raw),
    hooks: parseHooks(raw),
    memoryLimit: memoryLimit(raw['memory-limit']),
    storageVersion: raw['storage-version'],
    allowExtensions: raw['allow-extensions'] ?? false,
    extensions: Object.freeze((raw['allow-extension'] ?? []).map(extensionName)),
    sessionsMax,
    sessionsPerUserMax: integer(
      'max-sessions-per-user',
      raw['max-sessions-per-user'] ?? Math.ceil(sessionsMax * DEFAULT_SHARE_PER_USER),
      0,
      1_000_000,
    ),
    sessionIdleTimeoutMs: seconds(
      'session-idle-timeout',
      raw['session-idle-timeout'] ?? DEFAULT_IDLE_TIMEOUT_S,
    ),
    sessionMaxLifetimeMs: seconds('session-max-lifetime', raw['session-max-lifetime'] ?? 0),
    sessionFollowsToken: raw['session-follow-token'] ?? false,
    idleInTransactionTimeoutMs: seconds(
      'idle-in-transaction-timeout',
      raw['idle-in-transaction-timeout'] ?? DEFAULT_IDLE_IN_TRANSACTION_TIMEOUT_S,
    ),
    tempFileBytesMax: bytes('temp-file-limit', raw['temp-file-limit'] ?? DEFAULT_TEMP_FILE_LIMIT),
    metadataBytesMax:
      integer('max-metadata-size', raw['max-metadata-size'] ?? 0, 0, 16_777_216) ||
      DEFAULT_METADATA_BYTES_MAX,
    shutdownGraceMs: graceMs(raw),
    engineCallsMax: Math.max(2, Math.max(poolSize - POOL_RESERVE, Math.floor(poolSize / 2))),
    log: Object.freeze({
      level: choice('log-level', raw['log-level'] ?? 'info', LOG_LEVELS),
      authLevel: choice('auth-log-level', raw['auth-log-level'] ?? raw['log-level'] ?? 'info', LOG_LEVELS),
      format: choice<LogFormat>('log-format', raw['log-format'] ?? 'text', { text: 'text', json: 'json' }),
      file: raw['log-file'],
    }),
  });
}

function checkUsername(username: string): void {
  if (username === '') throw usage('--username is empty. Name the user, or leave the flag out.');
  if (username === 'token' || username === DISCOVER_USER) {
    throw usage(`--username ${username}: this name is reserved for logging in. Choose another.`);
  }
  if (username.length > USERNAME_CHARS_MAX || /[\0-\x1f\x7f]/.test(username)) {
    throw usage(`--username: at most ${USERNAME_CHARS_MAX} characters, and no control characters.`);
  }
  if (username.includes(':')) {
    throw usage(
      `--username ${username}: a ':' ends the name in a Basic credential. Choose a name without one.`,
    );
  }
}

function readPassword(raw: RawServerSettings): string | undefined {
  const file = raw['password-file'];
  if (file !== undefined && raw.password !== undefined) {
    throw usage('Both a password and --password-file are given. Keep one.');
  }
  const password = file === undefined ? raw.password : readFile('password-file', file).replace(/\r?\n$/, '');
  if (password === '') throw usage('The password is empty. Give one, or none to use a start-up token.');
  return password;
}

function checkSecretKey(key: string | undefined): string | undefined {
  if (key !== undefined && key.length < SECRET_KEY_CHARS_MIN) {
    throw usage(
      `The secret key has ${key.length} characters; at least ${SECRET_KEY_CHARS_MIN} keep session tokens from being forged.`,
    );
  }
  return key;
}

function readInitSql(raw: RawServerSettings): string[] {
  const texts: string[] = [];
  if (raw['init-sql-commands'] !== undefined) texts.push(raw['init-sql-commands']);
  const file = raw['init-sql-commands-file'];
  if (file !== undefined) texts.push(readFile('init-sql-commands-file', file));
  return texts;
}

function memoryLimit(limit: string | undefined): string | undefined {
  if (limit === undefined || /^\d+(\.\d+)?\s*([kmgt]i?)?b$/i.test(limit.trim())) return limit;
  throw usage(`--memory-limit ${limit}: give a size with its unit, such as 512MB or 4GB.`);
}

function databasePath(path: string | undefined): string | undefined {
  return path === undefined || path === '' || path === ':memory:' ? undefined : path;
}

function extensionName(name: string): string {
  if (/^[a-z][a-z0-9_]*$/.test(name)) return name;
  throw usage(`--allow-extension ${name}: give the name of an extension, such as inet, in lower case.`);
}

/** Files with secrets, those that say whom the server trusts, and the log, which SQL must neither read nor write. */
function ownFilesOf(raw: RawServerSettings): string[] {
  const tls = raw.tls ?? [];
  const files = [
    ...(tls.length > 1 ? tls : []),
    raw['mtls-ca-cert-filename'],
    raw['mtls-crl-filename'],
    raw['token-signature-verify-cert-path'],
    raw['password-file'],
    raw['server-token-file'],
    raw['oauth-client-secret-file'],
    raw['log-file'] === '-' ? undefined : raw['log-file'],
    raw['init-sql-commands-file'],
  ];
  return files.filter((path) => path !== undefined);
}

/** Beside the database, unless it is named; who only reads need not be able to write there. */
function stateDirectory(
  named: string | undefined,
  database: string | undefined,
  readOnly: boolean,
): ServerConfig['stateDirectory'] {
  if (named === '') throw usage('--state-dir is empty. Name a directory, or leave the flag out.');
  if (named !== undefined) return { path: named, optional: false };
  return database === undefined ? undefined : { path: `${database}.gizmo`, optional: readOnly };
}

function graceMs(raw: RawServerSettings): number {
  const period = raw['shutdown-grace-period-seconds'] ?? -1;
  if (period >= 0) return seconds('shutdown-grace-period-seconds', period);
  return (raw['graceful-shutdown'] === true ? GRACEFUL_GRACE_S : DEFAULT_GRACE_S) * 1000;
}
