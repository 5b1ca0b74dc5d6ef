/**
 * The settings of `gizmo server start`: one row each, with the environment names that stand in for the flag.
 * Flags keep GizmoSQL's names; its environment names are accepted beside Gizmo's own.
 */
import { GizmoError } from '../errors.js';

type Kind = 'string' | 'integer' | 'boolean' | 'list';

/** Settings of this version: kind, and environment names, the first that is set wins. */
export const SERVER_SETTINGS = {
  hostname: ['string', 'GIZMO_HOSTNAME', 'GIZMOSQL_HOSTNAME'],
  port: ['integer', 'GIZMO_PORT', 'GIZMOSQL_PORT'],
  'allow-insecure': ['boolean', 'GIZMO_ALLOW_INSECURE'],
  // GIZMO_TLS is the client's, which takes it for a switch.
  tls: ['list', 'GIZMO_SERVER_TLS', 'TLS_ENABLED'],
  'tls-min-version': ['string', 'GIZMO_TLS_MIN_VERSION'],
  'mtls-ca-cert-filename': ['string', 'GIZMO_MTLS_CA_CERT_FILENAME', 'MTLS_CA_CERT_FILENAME'],
  'mtls-crl-filename': ['string', 'GIZMO_MTLS_CRL_FILENAME'],
  'crl-stale': ['string', 'GIZMO_CRL_STALE'],
  auth: ['string', 'GIZMO_AUTH'],
  'mtls-principal': ['list', 'GIZMO_MTLS_PRINCIPAL'],
  'mtls-default-role': ['string', 'GIZMO_MTLS_DEFAULT_ROLE'],
  'default-access': ['string', 'GIZMO_DEFAULT_ACCESS'],
  'allow-path': ['list', 'GIZMO_ALLOW_PATH'],
  'allow-write-path': ['list', 'GIZMO_ALLOW_WRITE_PATH'],
  'external-access': ['list', 'GIZMO_EXTERNAL_ACCESS'],
  'database-grant': ['list', 'GIZMO_DATABASE_GRANT'],
  'token-allowed-issuer': ['string', 'GIZMO_TOKEN_ALLOWED_ISSUER', 'TOKEN_ALLOWED_ISSUER'],
  'token-allowed-audience': ['string', 'GIZMO_TOKEN_ALLOWED_AUDIENCE', 'TOKEN_ALLOWED_AUDIENCE'],
  'token-signature-verify-cert-path': [
    'string',
    'GIZMO_TOKEN_SIGNATURE_VERIFY_CERT_PATH',
    'TOKEN_SIGNATURE_VERIFY_CERT_PATH',
  ],
  'token-jwks-uri': ['string', 'GIZMO_TOKEN_JWKS_URI', 'GIZMOSQL_TOKEN_JWKS_URI'],
  'token-default-role': ['string', 'GIZMO_TOKEN_DEFAULT_ROLE', 'GIZMOSQL_TOKEN_DEFAULT_ROLE'],
  'token-role-mapping': ['list', 'GIZMO_TOKEN_ROLE_MAPPING'],
  'token-authorized-emails': ['string', 'GIZMO_TOKEN_AUTHORIZED_EMAILS', 'GIZMOSQL_TOKEN_AUTHORIZED_EMAILS'],
  'token-email-claim': ['string', 'GIZMO_TOKEN_EMAIL_CLAIM'],
  'oauth-client-id': ['string', 'GIZMO_OAUTH_CLIENT_ID', 'GIZMOSQL_OAUTH_CLIENT_ID'],
  'oauth-client-secret': ['string', 'GIZMO_OAUTH_CLIENT_SECRET', 'GIZMOSQL_OAUTH_CLIENT_SECRET'],
  'oauth-client-secret-file': ['string', 'GIZMO_OAUTH_CLIENT_SECRET_FILE'],
  'oauth-scopes': ['string', 'GIZMO_OAUTH_SCOPES', 'GIZMOSQL_OAUTH_SCOPES'],
  'oauth-redirect-host': ['string', 'GIZMO_OAUTH_REDIRECT_HOST'],
  'oauth-redirect-port': ['integer', 'GIZMO_OAUTH_REDIRECT_PORT'],
  backend: ['string', 'GIZMO_BACKEND', 'DATABASE_BACKEND'],
  database: ['string', 'GIZMO_DATABASE', 'DATABASE_FILENAME'],
  readonly: ['boolean', 'GIZMO_READONLY', 'READONLY'],
  username: ['string', 'GIZMO_USERNAME', 'GIZMOSQL_USERNAME'],
  password: ['string', 'GIZMO_PASSWORD', 'GIZMOSQL_PASSWORD'],
  'password-file': ['string', 'GIZMO_PASSWORD_FILE'],
  'secret-key': ['string', 'GIZMO_SECRET_KEY', 'SECRET_KEY'],
  'server-token-file': ['string', 'GIZMO_SERVER_TOKEN_FILE'],
  'state-dir': ['string', 'GIZMO_STATE_DIR'],
  'init-sql-commands': ['string', 'GIZMO_INIT_SQL_COMMANDS', 'INIT_SQL_COMMANDS'],
  'init-sql-commands-file': ['string', 'GIZMO_INIT_SQL_COMMANDS_FILE', 'INIT_SQL_COMMANDS_FILE'],
  'print-queries': ['boolean', 'GIZMO_PRINT_QUERIES', 'PRINT_QUERIES'],
  'authentication-function': ['string', 'GIZMO_AUTHENTICATION_FUNCTION'],
  'hook-role': ['string', 'GIZMO_HOOK_ROLE'],
  'authorization-function': ['string', 'GIZMO_AUTHORIZATION_FUNCTION'],
  'hook-timeout': ['integer', 'GIZMO_HOOK_TIMEOUT'],
  'query-log-level': ['string', 'GIZMO_QUERY_LOG_LEVEL', 'GIZMOSQL_QUERY_LOG_LEVEL'],
  'max-concurrent-statements': [
    'integer',
    'GIZMO_MAX_CONCURRENT_STATEMENTS',
    'GIZMOSQL_MAX_CONCURRENT_STATEMENTS',
  ],
  'max-queued-statements': ['integer', 'GIZMO_MAX_QUEUED_STATEMENTS', 'GIZMOSQL_MAX_QUEUED_STATEMENTS'],
  'max-queue-wait': ['integer', 'GIZMO_MAX_QUEUE_WAIT', 'GIZMOSQL_MAX_QUEUE_WAIT'],
  'max-result-rows': ['integer', 'GIZMO_MAX_RESULT_ROWS'],
  'max-result-size': ['string', 'GIZMO_MAX_RESULT_SIZE'],
  'max-sql-size': ['string', 'GIZMO_MAX_SQL_SIZE'],
  'max-statements-per-second': ['integer', 'GIZMO_MAX_STATEMENTS_PER_SECOND'],
  'upload-stall-timeout': ['integer', 'GIZMO_UPLOAD_STALL_TIMEOUT'],
  'query-timeout': ['integer', 'GIZMO_QUERY_TIMEOUT', 'GIZMOSQL_QUERY_TIMEOUT', 'QUERY_TIMEOUT'],
  'memory-limit': ['string', 'GIZMO_MEMORY_LIMIT', 'GIZMOSQL_MEMORY_LIMIT'],
  'storage-version': ['string', 'GIZMO_STORAGE_VERSION', 'GIZMOSQL_STORAGE_VERSION'],
  'allow-extensions': ['boolean', 'GIZMO_ALLOW_EXTENSIONS'],
  'allow-extension': ['list', 'GIZMO_ALLOW_EXTENSION'],
  'max-sessions': ['integer', 'GIZMO_MAX_SESSIONS', 'GIZMOSQL_MAX_SESSIONS'],
  'max-sessions-per-user': ['integer', 'GIZMO_MAX_SESSIONS_PER_USER'],
  'session-idle-timeout': ['integer', 'GIZMO_SESSION_IDLE_TIMEOUT', 'GIZMOSQL_SESSION_IDLE_TIMEOUT'],
  'session-max-lifetime': ['integer', 'GIZMO_SESSION_MAX_LIFETIME'],
  'session-follow-token': ['boolean', 'GIZMO_SESSION_FOLLOW_TOKEN'],
  'idle-in-transaction-timeout': ['integer', 'GIZMO_IDLE_IN_TRANSACTION_TIMEOUT'],
  'temp-file-limit': ['string', 'GIZMO_TEMP_FILE_LIMIT'],
  'max-metadata-size': ['integer', 'GIZMO_MAX_METADATA_SIZE', 'GIZMOSQL_MAX_METADATA_SIZE'],
  'graceful-shutdown': ['boolean', 'GIZMO_GRACEFUL_SHUTDOWN', 'GIZMOSQL_GRACEFUL_SHUTDOWN'],
  'shutdown-grace-period-seconds': [
    'integer',
    'GIZMO_SHUTDOWN_GRACE_PERIOD_SECONDS',
    'GIZMOSQL_SHUTDOWN_GRACE_PERIOD_SECONDS',
  ],
  'log-level': ['string', 'GIZMO_LOG_LEVEL', 'GIZMOSQL_LOG_LEVEL'],
  'auth-log-level': ['string', 'GIZMO_AUTH_LOG_LEVEL', 'GIZMOSQL_AUTH_LOG_LEVEL'],
  'log-format': ['string', 'GIZMO_LOG_FORMAT', 'GIZMOSQL_LOG_FORMAT'],
  'log-file': ['string', 'GIZMO_LOG_FILE', 'GIZMOSQL_LOG_FILE'],
} as const satisfies Readonly<Record<string, readonly [Kind, ...string[]]>>;

export type ServerSettingName = keyof typeof SERVER_SETTINGS;

/** Flags that GizmoSQL has and this version does not, with their environment names. */
export const LATER_SERVER_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  'verify-tls': [],
  'print-duckdb-version': [],
  'access-log': ['GIZMOSQL_ACCESS_LOG'],
  'session-log-level': ['GIZMOSQL_SESSION_LOG_LEVEL'],
  'admin-bypass-queue-default': ['GIZMOSQL_ADMIN_BYPASS_QUEUE_DEFAULT'],
  'reject-unknown-sessions': ['GIZMOSQL_REJECT_UNKNOWN_SESSIONS'],
  'block-unredacted-secrets': ['GIZMOSQL_BLOCK_UNREDACTED_SECRETS'],
  'block-sensitive-paths': ['GIZMOSQL_BLOCK_SENSITIVE_PATHS'],
  'sensitive-paths': ['GIZMOSQL_SENSITIVE_PATHS'],
  'allow-unsigned-extensions': ['GIZMOSQL_ALLOW_UNSIGNED_EXTENSIONS'],
  'capture-query-profile': ['GIZMOSQL_CAPTURE_QUERY_PROFILE'],
  'health-port': ['HEALTH_PORT'],
  'health-check-query': ['GIZMOSQL_HEALTH_CHECK_QUERY'],
  'health-check-interval-seconds': ['GIZMOSQL_HEALTH_CHECK_INTERVAL_SECONDS'],
  'health-check-staleness-seconds': ['GIZMOSQL_HEALTH_CHECK_STALENESS_SECONDS'],
  'enable-instrumentation': ['GIZMOSQL_ENABLE_INSTRUMENTATION'],
  'instrumentation-db-path': ['GIZMOSQL_INSTRUMENTATION_DB_PATH'],
  'instrumentation-catalog': ['GIZMOSQL_INSTRUMENTATION_CATALOG'],
  'instrumentation-schema': ['GIZMOSQL_INSTRUMENTATION_SCHEMA'],
  'enable-metrics': ['GIZMOSQL_ENABLE_METRICS'],
  'metrics-port': ['GIZMOSQL_METRICS_PORT'],
  'metrics-bind-address': ['GIZMOSQL_METRICS_BIND_ADDRESS'],
  'instance-tag': ['GIZMOSQL_INSTANCE_TAG'],
  'cluster-id': ['GIZMOSQL_CLUSTER_ID'],
  'enable-catalog-logging': ['GIZMOSQL_ENABLE_CATALOG_LOGGING'],
  'log-catalog': ['GIZMOSQL_LOG_CATALOG'],
  'log-schema': ['GIZMOSQL_LOG_SCHEMA'],
  'log-catalog-db-path': ['GIZMOSQL_LOG_DB_PATH'],
  'license-key-file': ['GIZMOSQL_LICENSE_KEY_FILE'],
  'license-key': ['GIZMOSQL_LICENSE_KEY'],
  'allow-cross-instance-tokens': ['GIZMOSQL_ALLOW_CROSS_INSTANCE_TOKENS'],
  'oauth-port': ['GIZMOSQL_OAUTH_PORT'],
  'oauth-base-url': ['GIZMOSQL_OAUTH_BASE_URL'],
  'oauth-redirect-uri': ['GIZMOSQL_OAUTH_REDIRECT_URI'],
  'oauth-instance-id': ['GIZMOSQL_OAUTH_INSTANCE_ID'],
  'oauth-disable-tls': ['GIZMOSQL_OAUTH_DISABLE_TLS'],
  'otel-enabled': ['GIZMOSQL_OTEL_ENABLED'],
  'otel-exporter': ['GIZMOSQL_OTEL_EXPORTER'],
  'otel-endpoint': ['GIZMOSQL_OTEL_ENDPOINT'],
  'otel-service-name': ['GIZMOSQL_OTEL_SERVICE_NAME'],
  'otel-headers': ['GIZMOSQL_OTEL_HEADERS'],
};

/** Values by setting name, of the kinds the table says. */
export type ServerSettingValues = { readonly [Name in ServerSettingName]?: KindOf<Name> };

interface Kinds {
  string: string;
  integer: number;
  boolean: boolean;
  list: readonly string[];
}
type KindOf<Name extends ServerSettingName> = Kinds[(typeof SERVER_SETTINGS)[Name][0]];

/**
 * Flags over environment. Throws USAGE for an environment value of the wrong kind, and for one of a setting that
 * this version does not have: silence would look like protection that is not there.
 */
export function collectServerSettings(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = process.env,
): ServerSettingValues {
  for (const [flag, names] of Object.entries(LATER_SERVER_SETTINGS)) {
    const name = names.find((it) => isSet(environment[it]));
    if (name === undefined || isOff(environment[name])) continue;
    throw new GizmoError(
      'USAGE',
      `${name} is set, but --${flag} is not in this version yet. Unset it to go on without.`,
    );
  }
  const values: Partial<Record<ServerSettingName, Kinds[Kind]>> = {};
  for (const [name, [kind, ...variables]] of settings()) {
    const flag = flags[name];
    if (typeof flag === 'string' || typeof flag === 'number' || typeof flag === 'boolean') {
      values[name] = flag;
      continue;
    }
    if (Array.isArray(flag)) {
      values[name] = flag.map(String);
      continue;
    }
    const variable = variables.find((it) => isSet(environment[it]));
    if (variable === undefined || otherWayGiven(name, flags)) continue;
    const text = environment[variable] ?? '';
    if (name === 'tls') setTls(values, text);
    else values[name] = readVariable(variable, text, kind);
  }
  // Each value is of its setting's kind: oclif saw to the flags, readVariable to the environment.
  return values as ServerSettingValues;
}

/** Two ways to say one thing: the flag of either is over the variables of both. */
const ALTERNATIVES: readonly (readonly ServerSettingName[])[] = [
  ['password', 'password-file'],
  ['oauth-client-secret', 'oauth-client-secret-file'],
];

function otherWayGiven(name: ServerSettingName, flags: Readonly<Record<string, unknown>>): boolean {
  const ways = ALTERNATIVES.find((names) => names.includes(name)) ?? [];
  return ways.some((other) => other !== name && flags[other] !== undefined);
}

function settings(): [ServerSettingName, readonly [Kind, ...string[]]][] {
  return Object.entries(SERVER_SETTINGS) as [ServerSettingName, readonly [Kind, ...string[]]][];
}

/** `auto` or a switch, as GizmoSQL's container has it; or the two paths with a space between them. */
function setTls(values: Partial<Record<ServerSettingName, Kinds[Kind]>>, text: string): void {
  if (isOff(text)) return;
  values.tls = isOn(text) ? ['auto'] : text.trim().split(/\s+/);
}

/** The entries of a list have a `;` between them. */
function readVariable(variable: string, text: string, kind: Kind): Kinds[Kind] {
  if (kind === 'string') return text;
  if (kind === 'list')
    return text
      .split(';')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  if (kind === 'integer') {
    if (/^-?\d{1,15}$/.test(text)) return Number(text);
    throw new GizmoError('USAGE', `${variable}=${text}: give a whole number.`);
  }
  if (isOn(text)) return true;
  if (isOff(text)) return false;
  throw new GizmoError('USAGE', `${variable}=${text}: give true or false.`);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function isOn(value: string): boolean {
  return /^(1|true|yes|on)$/i.test(value);
}

function isOff(value: string | undefined): boolean {
  return /^(0|false|no|off)$/i.test(value ?? '');
}
