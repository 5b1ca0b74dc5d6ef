/** A look at a database file before DuckDB opens it: DuckDB takes some other files for databases, such as JSON. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { GizmoError } from '../../../errors.js';

/**
 * Throws unless `path` is in a directory and missing, empty or begins as DuckDB's own files do; who only reads needs it to be
 * there. Source: DuckDB's storage format, MainHeader: 8 bytes of checksum, then the magic bytes.
 */
export function assertDatabaseFile(path: string, readOnly: boolean): void {
  const folder = dirname(path);
  if (!existsSync(folder))
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `there is no directory ${folder}. Make it first, or name another file.`,
    );
  if (readOnly && !existsSync(path))
    throw new GizmoError(
      'INVALID_ARGUMENT',
      'there is no such file, and --readonly makes none. Start once without --readonly, or name another file.',
    );
  const start = readStart(path);
  if (start.length === 0 || start.toString('latin1', MAGIC_OFFSET, MAGIC_OFFSET + MAGIC.length) === MAGIC)
    return;
  throw new GizmoError('INVALID_ARGUMENT', `${path} exists, but it is not a valid DuckDB database file.`);
}

const MAGIC = 'DUCK';
const MAGIC_OFFSET = 8;

/** The first bytes; none where there is no file, or none that can be read: DuckDB then says why. */
function readStart(path: string): Buffer {
  const bytes = Buffer.alloc(MAGIC_OFFSET + MAGIC.length);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return bytes.subarray(0, 0);
  }
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } catch {
    return bytes.subarray(0, 0); // A directory, for one.
  } finally {
    closeSync(file);
  }
}
