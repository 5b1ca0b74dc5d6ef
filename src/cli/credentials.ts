/**
 * Who connects, and the proof: from a file, standard input, the environment, a stored login, the server's own word, or a
 * prompt.
 */
import { GizmoError } from '../errors.js';
import type { Connection } from './connection.js';
import { type Environment, findSetting } from './environment.js';
import { findOwnServer } from './own-server.js';
import { readSecret } from './read-secret.js';
import { writeWarning } from './report-error.js';
import { readSecretFile, readSecretStdin } from './secret-file.js';

/**
 * A token that is given comes first, then a password that is given (before it where it is typed and the token comes from
 * the environment), then the stored login, then what a server of this
 * user on this machine wrote for its clients, then a prompt where there is a terminal and a name. Nothing at all is for
 * the server to judge.
 * @param fetchStored fetches the stored login, which is not touched where something comes before it
 * @throws GizmoError USAGE for a file that cannot be read, UNAUTHENTICATED where a name has no password
 */
export async function findCredentials(
  connection: Connection,
  flags: CredentialFlags,
  env: Environment,
  fetchStored?: () => Promise<FoundCredentials | undefined>,
): Promise<FoundCredentials> {
  const { username } = connection;
  const token = await findToken(connection, flags, env);
  if (token !== undefined)
    return {
      kind: 'bearer',
      token: token.value,
      source: token.source,
      ...(username === undefined ? {} : { user: username }),
    };

  const user = username ?? DEFAULT_USER;
  const password = await findPassword(connection, flags, env, user);
  if (password !== undefined)
    return { kind: 'password', user, password: password.value, source: password.source };

  const stored = await fetchStored?.();
  if (stored !== undefined) return { ...stored, renew: async () => (await fetchStored?.()) ?? stored };

  const local = findStartupToken(connection);
  if (local !== undefined) return { ...local, renew: async () => findStartupToken(connection) ?? local };
  if (username === undefined) return { kind: 'none' };
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const { value, source } = await askPassword(user);
    return { kind: 'password', user, password: value, source };
  }
  throw new GizmoError(
    'UNAUTHENTICATED',
    `There is no password for ${user}. Use GIZMO_PASSWORD, --password-file, --password-stdin, or -W to be asked.`,
  );
}

export interface CredentialFlags {
  /** `-W`: ask, whatever else there is. */
  readonly password?: boolean | undefined;
  readonly 'password-file'?: string | undefined;
  readonly 'password-stdin'?: boolean | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'token-stdin'?: boolean | undefined;
}

export type FoundCredentials = Proof & {
  /** Whether they go to the server that was named and to no other that it names in turn. */
  readonly isStored?: boolean;
  /** The same for connecting again: a stored login may be renewed, and each start of a server makes another token. */
  readonly renew?: () => Promise<FoundCredentials>;
};

type Proof =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string; readonly source: string }
  | {
      readonly kind: 'bearer';
      readonly token: string;
      readonly user?: string;
      readonly source: string;
      /** The only address that this token may be sent to, where it is not the user's own choice. */
      readonly host?: string;
    };

/** The name a server gives its administrator unless told otherwise. */
const DEFAULT_USER = 'gizmosql_user';
const STARTUP_TOKEN = 'the file that a server of this user left';

/** A secret and where it came from, as an error names it. */
interface Secret {
  readonly value: string;
  readonly source: string;
}

async function findToken(
  connection: Connection,
  flags: CredentialFlags,
  env: Environment,
): Promise<Secret | undefined> {
  if (flags['token-stdin'] === true) return secretOfStdin();
  const path = flags['token-file'];
  if (path !== undefined) return secretOfFile(path, `--token-file ${path}`);
  // What is typed goes before the environment, also where it is another kind of proof.
  if (flags.password === true || flags['password-stdin'] === true) return undefined;
  if (flags['password-file'] !== undefined || connection.uriPassword !== undefined) return undefined;
  const setting = findSetting(env, 'TOKEN');
  return setting === undefined ? undefined : { value: setting.value, source: setting.variable };
}

function findStartupToken(connection: Connection): FoundCredentials | undefined {
  const own = findOwnServer(connection);
  const { username } = connection;
  if (own?.info.token === undefined || (username !== undefined && username !== own.info.user))
    return undefined;
  const { token, user } = own.info;
  return { kind: 'bearer', token, user, source: STARTUP_TOKEN, host: own.address };
}

async function findPassword(
  connection: Connection,
  flags: CredentialFlags,
  env: Environment,
  user: string,
): Promise<Secret | undefined> {
  if (flags.password === true) return askPassword(user);
  if (flags['password-stdin'] === true) return secretOfStdin();
  const path = flags['password-file'];
  if (path !== undefined) return secretOfFile(path, `--password-file ${path}`);
  if (connection.uriPassword !== undefined) {
    writeWarning('The password in the URI can be read in the process list and the history of your shell.');
    return { value: connection.uriPassword, source: 'the URI' };
  }
  const setting = findSetting(env, 'PASSWORD');
  if (setting !== undefined) return { value: setting.value, source: setting.variable };
  const file = findSetting(env, 'PASSWORD_FILE');
  if (file === undefined) return undefined;
  return secretOfFile(file.value, `${file.variable} (${file.value})`);
}

async function secretOfStdin(): Promise<Secret> {
  return filled({ value: await readSecretStdin(), source: 'standard input' });
}

function secretOfFile(path: string, source: string): Secret {
  return filled({ value: readSecretFile(path), source });
}

function filled(secret: Secret): Secret {
  if (secret.value !== '') return secret;
  throw new GizmoError('UNAUTHENTICATED', `Nothing is in ${secret.source}, so nobody was logged in.`);
}

async function askPassword(user: string): Promise<Secret> {
  const value = await readSecret(`Password for ${user}: `);
  if (value === '')
    throw new GizmoError('UNAUTHENTICATED', 'No password was typed, so nobody was logged in.');
  return { value, source: 'the prompt' };
}
