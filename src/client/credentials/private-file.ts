/**
 * Files that only their owner may read or write. Windows has neither owners nor modes here; there the user's own
 * directory is what protects them.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeErrno, isErrno } from '../../errno.js';
import { GizmoError } from '../../errors.js';
import { makeDirectory, publishFiles } from '../../pki/store.js';

/**
 * Undefined where there is no such file. Looks at what it has opened, not at the name again, so that nobody can swap
 * the file in between.
 * @throws GizmoError UNAUTHENTICATED for a symbolic link, a file or folder of somebody else, or one open to others
 */
export function readPrivateFile(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0));
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw refusal(path, describeErrno(cause), cause);
  }
  try {
    checkDirectory(dirname(path));
    const stats = fstatSync(file);
    if (!stats.isFile()) throw refusal(path, 'it is no regular file');
    checkOwner(path, stats);
    if (!IS_WINDOWS && (stats.mode & 0o077) !== 0)
      throw refusal(path, `others may read or change it. Close it with: chmod 600 ${path}`);
    if (stats.size > FILE_BYTES_MAX) throw refusal(path, 'it is larger than 16 MiB, which no such file is');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Writes it whole or not at all, mode 0600 in a directory of mode 0700 that is made where it is missing.
 * @throws GizmoError UNAUTHENTICATED where others could replace the file, USAGE where it cannot be written
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  makePrivateDirectory(dirname(path));
  await publishFiles([{ path, content: text, secret: true }], true);
}

/** As for {@link writePrivateFile}. */
export function makePrivateDirectory(path: string): void {
  makeDirectory(path);
  checkDirectory(path);
}

const IS_WINDOWS = process.platform === 'win32';
const FILE_BYTES_MAX = 16 << 20;

/** Whoever may write in the directory may put another file in this one's place. */
function checkDirectory(path: string): void {
  const stats = statSync(path);
  checkOwner(path, stats);
  if (!IS_WINDOWS && (stats.mode & 0o022) !== 0)
    throw refusal(path, `others may write in it. Close it with: chmod 700 ${path}`);
}

function checkOwner(path: string, stats: Stats): void {
  if (process.getuid !== undefined && stats.uid !== process.getuid())
    throw refusal(path, 'it belongs to another user');
}

function refusal(path: string, reason: string, cause?: unknown): GizmoError {
  return new GizmoError('UNAUTHENTICATED', `Stored logins are not read from ${path}: ${reason}.`, { cause });
}
