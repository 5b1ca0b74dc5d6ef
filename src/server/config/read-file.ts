/** The files that settings name: passwords, keys, SQL. */
import { readFileSync, statSync } from 'node:fs';
import { GizmoError } from '../../errors.js';
import { usage } from './usage.js';

const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** @throws GizmoError USAGE that names the flag the path came from */
export function readFile(flag: string, path: string): string {
  try {
    if (statSync(path).size > FILE_BYTES_MAX)
      throw usage(`--${flag} ${path}: the file is larger than 16 MiB.`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof GizmoError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'this user may not' : String(code);
    throw usage(`--${flag}: cannot read ${path}: ${reason}.`);
  }
}
