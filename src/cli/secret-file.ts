/** Files that hold one secret. */
import { readFileSync, statSync } from 'node:fs';
import { GizmoError } from '../errors.js';
import { writeWarning } from './report-error.js';
import { whyUnreadable } from './why-unreadable.js';

/**
 * The text of a file without its last line end. A file that others can read is warned of.
 * @throws GizmoError USAGE for one that cannot be read
 */
export function readSecretFile(path: string): string {
  try {
    warnIfShared(path);
    if (statSync(path).size > SECRET_BYTES_MAX) throw new Error('it is too large for a secret');
    return trimLineEnd(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new GizmoError('USAGE', `Cannot read the secret in ${path}: ${whyUnreadable(cause)}.`, { cause });
  }
}

/** All of standard input without its last line end. @throws GizmoError USAGE for what is too long for a secret */
export async function readSecretStdin(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += chunk;
    if (text.length > SECRET_BYTES_MAX)
      throw new GizmoError('USAGE', 'Standard input is too long for a secret.');
  }
  return trimLineEnd(text);
}

/** Warns of a file with a secret that others can read, and says how to close it. */
export function warnIfShared(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (process.platform !== 'win32' && stats?.isFile() === true && (stats.mode & 0o077) !== 0)
    writeWarning(`Others can read ${path}. Close it with: chmod 600 ${path}`);
}

/** A secret ends where its line does. */
export function trimLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** The longest secret that is read. */
export const SECRET_BYTES_MAX = 1 << 20;
