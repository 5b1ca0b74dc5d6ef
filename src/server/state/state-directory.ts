/** The directory of the server's own state: closed to other users of the machine, and so are its files. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isErrno, unlinkIfPresent } from '../../errno.js';
import { GizmoError } from '../../errors.js';

export interface StateDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** Of the state's database. */
  readonly database: string;
  /** The key that signs session tokens, made when it is asked for first. To be called by whoever holds the database. */
  secretKey(): string;
}

/** Makes it where it is not there yet. Throws GizmoError USAGE where it cannot be, or others could get in. */
export function openStateDirectory(path: string): StateDirectory {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw cannotUse(path, error);
  }
  const stats = statSync(path);
  if (!stats.isDirectory()) throw unfit(`${path} is no directory: name another with --state-dir`);
  if (!isPrivate(stats, 0o077))
    throw unfit(`the directory ${path} must belong to you and be closed to others (chmod 700)`);
  const real = realpathSync(path);
  return {
    path: real,
    database: join(real, 'state.db'),
    secretKey: () => readOrMakeKey(join(real, 'secret.key')),
  };
}

/** Makes the database's file its owner's only; whatever the umask says. */
export function closeToOthers(path: string): void {
  chmodSync(path, 0o600);
}

/** A start cannot be because of the directory; the sentence goes on after "The state directory cannot be used: ". */
export function unfit(reason: string, cause?: unknown): GizmoError {
  return new GizmoError('USAGE', `The server's state cannot be kept: ${reason}.`, { cause });
}

function readOrMakeKey(path: string): string {
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (!isPrivate(statSync(path), 0o077))
      throw unfit(`${path} must belong to you and be closed to others (chmod 600)`);
    if (key.length < KEY_CHARS) throw unfit(`${path} holds no key. Remove it, and a new one is made`);
    return key;
  } catch (error) {
    if (error instanceof GizmoError) throw error;
    if (!isErrno(error, 'ENOENT')) throw cannotUse(path, error);
  }
  const key = randomBytes(32).toString('base64url');
  const draft = `${path}.new`;
  unlinkIfPresent(draft);
  writeFileSync(draft, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(draft, path);
  return key;
}

/** 32 random bytes in base64url. */
const KEY_CHARS = 43;

/** Windows has neither owners nor modes here; there the user's own directory is what protects it. */
function isPrivate(stats: { readonly uid: number; readonly mode: number }, forbidden: number): boolean {
  if (process.getuid === undefined) return true;
  return stats.uid === process.getuid() && (stats.mode & forbidden) === 0;
}

function cannotUse(path: string, cause: unknown): GizmoError {
  const reason = isErrno(cause, 'ENOENT')
    ? `there is no folder to make ${path} in`
    : isErrno(cause, 'EACCES') || isErrno(cause, 'EROFS') || isErrno(cause, 'EPERM')
      ? `this user may not write ${path}`
      : `${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return unfit(`${reason}. Name another directory with --state-dir`, cause);
}
