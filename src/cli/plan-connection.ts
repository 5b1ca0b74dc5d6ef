/** Everything it takes to connect, from a command line: where to, what proves the two ends, and who logs in. */
import { GizmoError } from '../errors.js';
import { isLoopback } from '../runtime-file.js';
import type { CONNECTION_FLAGS, ConnectionFlag } from './client-flags.js';
import { unlockClientKey } from './client-key.js';
import { type Connection, resolveConnection } from './connection.js';
import { type ConnectionPlan, toConnectionPlan } from './connection-plan.js';
import { findCredentials } from './credentials.js';
import type { Environment } from './environment.js';
import type { ParsedLine } from './parse-line.js';
import { writeWarning } from './report-error.js';
import { warnIfShared } from './secret-file.js';
import { fetchStoredCredentials } from './stored-credentials.js';
import { type ChosenStoredLogin, chooseLogin } from './stored-login.js';

/**
 * Asks for the password where that is needed; connects nowhere.
 * @param line of a command that has `CONNECTION_FLAGS` and `LOGIN_FLAGS`
 * @throws GizmoError USAGE for a command line that makes no sense, UNAUTHENTICATED where a password is missing
 */
export async function planConnection(
  line: ConnectionLine,
  uri: string | undefined,
  env: Environment,
): Promise<PlannedConnection> {
  const flags = { ...connectionFlags(line), 'auth-type': line.text('auth-type') };
  const chosen = await chooseLogin({ ...flags, profile: line.text('profile') }, uri, env);
  const connection = await openConnection(resolveConnection(flags, uri, env, chosen?.defaults), line, env);
  const stored = chosen?.stored;
  if (connection.authType === 'external') return planExternal(connection, stored, line);
  const fetchStored = stored === undefined ? undefined : () => fetchStoredCredentials(stored, connection);
  const credentials = await findCredentials(connection, credentialFlags(line), env, fetchStored);
  return {
    connection: toConnectionPlan(connection, credentials),
    reconnection: async () => toConnectionPlan(connection, (await credentials.renew?.()) ?? credentials),
  };
}

async function planExternal(
  connection: Connection,
  stored: ChosenStoredLogin | undefined,
  line: ConnectionLine,
): Promise<PlannedConnection> {
  const given = Object.entries(credentialFlags(line)).find(([, value]) => value !== undefined);
  if (given !== undefined || connection.uriPassword !== undefined)
    throw new GizmoError(
      'USAGE',
      `--auth-type external asks the identity provider who you are: leave out ${given === undefined ? 'the password of the URI' : `--${given[0]}`}.`,
    );
  const { findExternalCredentials } = await import('./external-credentials.js');
  const credentials = await findExternalCredentials(connection, stored);
  return {
    connection: toConnectionPlan(connection, credentials),
    reconnection: async () => toConnectionPlan(connection, (await credentials.renew?.()) ?? credentials),
  };
}

/** A command line with the flags of a connection, and perhaps others. */
export type ConnectionLine = Pick<ParsedLine<ConnectionFlag>, 'text' | 'count' | 'isOn'>;

/** One that says where to connect, and has its own ways to log in. */
export type PlaceLine = Pick<
  ParsedLine<keyof typeof CONNECTION_FLAGS | 'username'>,
  'text' | 'count' | 'isOn'
>;

export interface PlannedConnection {
  readonly connection: ConnectionPlan;
  /** After the server was lost; its start-up token, or the stored login, may be another one then. */
  readonly reconnection: () => Promise<ConnectionPlan>;
}

/** Says what makes a connection unsafe, and asks for the passphrase of the client's key where it has one. */
export async function openConnection(
  connection: Connection,
  line: PlaceLine,
  env: Environment,
): Promise<Connection> {
  warnOfTrust(connection);
  return unlock(connection, line, env);
}

/** Of a command line, by their names. */
export function connectionFlags(line: PlaceLine) {
  return {
    uri: line.text('uri'),
    host: line.text('host'),
    port: line.count('port'),
    username: line.text('username'),
    tls: line.isOn('tls'),
    plaintext: line.isOn('plaintext'),
    'tls-roots': line.text('tls-roots'),
    'tls-pin': line.text('tls-pin'),
    'tls-server-name': line.text('tls-server-name'),
    'tls-skip-verify': line.isOn('tls-skip-verify'),
    'mtls-cert': line.text('mtls-cert'),
    'mtls-key': line.text('mtls-key'),
    'connect-timeout': line.count('connect-timeout'),
  };
}

async function unlock(connection: Connection, line: PlaceLine, env: Environment): Promise<Connection> {
  const { tls } = connection;
  if (typeof tls === 'string') return connection;
  return { ...connection, tls: await unlockClientKey(tls, line.text('mtls-key-passphrase-file'), env) };
}

function warnOfTrust({ host, tls }: Connection): void {
  if (tls === 'off' && !isLoopback(host))
    writeWarning(
      `--plaintext: nothing is encrypted. Anyone on the way to ${host} can read the password and the data, and change them.`,
    );
  if (typeof tls === 'string') return;
  if (tls.skipVerify)
    writeWarning(
      `--tls-skip-verify: the server is not verified. Anyone on the way to ${host} can pose as it, and read the password and the data.`,
    );
  if (tls.clientCertificate !== undefined) warnIfShared(tls.clientCertificate.keyPath);
}

function credentialFlags(line: ConnectionLine) {
  return {
    password: line.isOn('password'),
    'password-file': line.text('password-file'),
    'password-stdin': line.isOn('password-stdin'),
    'token-file': line.text('token-file'),
  };
}
