/** Reads certificate, key and revocation files whole, with sentences for what goes wrong. */
import { readFileSync, statSync } from 'node:fs';
import { GizmoError } from '../../../errors.js';

/** Lists of revoked certificates are the largest of them. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** @throws GizmoError USAGE that names the flag the path came from */
export function readTlsFile(path: string, flag: string): Buffer {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw cannotRead(path, flag, 'it is larger than 64 MiB');
    return readFileSync(path);
  } catch (error) {
    if (error instanceof GizmoError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw cannotRead(path, flag, REASONS[code] ?? code, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not. Give it the right to read, or run the server as the owner',
  EISDIR: 'it is a directory',
};

function cannotRead(path: string, flag: string, reason: string, cause?: unknown): GizmoError {
  return new GizmoError('USAGE', `${flag}: cannot read ${path}: ${reason}.`, { cause });
}
