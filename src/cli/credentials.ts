/** Who connects, and the proof: from a file, standard input, the environment, the server's own word, or a prompt. */
import { readFileSync, statSync } from 'node:fs';
import { GizmoError } from '../errors.js';
import { findRuntimeFile } from '../runtime-file.js';
import type { Connection } from './connection.js';
import { type Environment, readSetting } from './environment.js';
import { readSecret } from './read-secret.js';
import { writeWarning } from './report-error.js';
import { userRuntimeDirectory } from './runtime-directory.js';

/**
 * A token that is given comes first, then a password that is given, then what a server of this user on this machine
 * wrote for its clients, then a prompt where there is a terminal and a name. Nothing at all is for the server to judge.
 * @throws GizmoError USAGE for a file that cannot be read, UNAUTHENTICATED where a name has no password
 */
export async function findCredentials(
  connection: Connection,
  flags: CredentialFlags,
  env: Environment,
): Promise<FoundCredentials> {
  const { username } = connection;
  const token = flags['token-file'] === undefined ? undefined : readSecretFile(flags['token-file']);
  const bearer = token ?? readSetting(env, 'TOKEN');
  if (bearer !== undefined)
    return { kind: 'bearer', token: bearer, ...(username === undefined ? {} : { user: username }) };

  const user = username ?? DEFAULT_USER;
  const password = await findPassword(connection, flags, env, user);
  if (password !== undefined) return { kind: 'password', user, password };

  const known = findRuntimeFile(connection.host, connection.port, userRuntimeDirectory());
  if (known !== undefined && (username === undefined || username === known.user))
    return { kind: 'bearer', token: known.token, user: known.user };
  if (username === undefined) return { kind: 'none' };
  if (process.stdin.isTTY && process.stderr.isTTY)
    return { kind: 'password', user, password: await readSecret(`Password for ${user}: `) };
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
}

export type FoundCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string; readonly user?: string };

/** The name a server gives its administrator unless told otherwise. */
const DEFAULT_USER = 'gizmosql_user';
const SECRET_BYTES_MAX = 1 << 20;

async function findPassword(
  connection: Connection,
  flags: CredentialFlags,
  env: Environment,
  user: string,
): Promise<string | undefined> {
  if (flags.password === true) return readSecret(`Password for ${user}: `);
  if (flags['password-stdin'] === true) return trimLineEnd(await readStdin());
  if (flags['password-file'] !== undefined) return readSecretFile(flags['password-file']);
  if (connection.uriPassword !== undefined) {
    writeWarning('The password in the URI can be read in the process list and the history of your shell.');
    return connection.uriPassword;
  }
  const file = readSetting(env, 'PASSWORD_FILE');
  return readSetting(env, 'PASSWORD') ?? (file === undefined ? undefined : readSecretFile(file));
}

function readSecretFile(path: string): string {
  try {
    const stats = statSync(path);
    if (process.platform !== 'win32' && stats.isFile() && (stats.mode & 0o077) !== 0)
      writeWarning(`Others can read ${path}. Close it with: chmod 600 ${path}`);
    if (stats.size > SECRET_BYTES_MAX) throw new Error('it is too large for a secret');
    return trimLineEnd(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why =
      cause instanceof Error ? cause.message.replace(/^[A-Z]+: ([^,]*),.*$/, '$1') : 'it cannot be read';
    throw new GizmoError('USAGE', `Cannot read the secret in ${path}: ${why}.`, { cause });
  }
}

async function readStdin(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > SECRET_BYTES_MAX)
      throw new GizmoError('USAGE', 'Standard input is too long for a password.');
  }
  return text;
}

function trimLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
