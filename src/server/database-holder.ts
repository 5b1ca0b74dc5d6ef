/** Who holds a database file that DuckDB cannot lock, in words that name the way on. */
import { realpathSync } from 'node:fs';
import { GizmoError } from '../errors.js';
import { findServerOfProcess } from '../runtime-file.js';

/**
 * An error of starting a server, with DuckDB's sentence about a lock replaced; any other as it is. `runtimeDirectory` is
 * where this user's servers say which port they have.
 */
export function namingHolder(
  reason: unknown,
  database: string | undefined,
  runtimeDirectory: string,
): unknown {
  const locked = reason instanceof GizmoError ? lockIn(reason) : undefined;
  if (locked === undefined) return reason;
  const { file, pid } = locked;
  const server = findServerOfProcess(Number(pid), runtimeDirectory);
  const holder =
    server === undefined
      ? `process ${pid} has it open. End that process first`
      : `the Gizmo server on port ${server.port} (process ${pid}) has it open. ` +
        `Use that one (gizmo client --port ${server.port}), or stop it first`;
  return new GizmoError(
    'USAGE',
    `Cannot open the database ${isSame(file, database) ? database : file}: ${holder}. Several processes can only read one file, each with --readonly.`,
    { cause: reason },
  );
}

/** Where it says so in DuckDB's words: from those of its cause nothing has been left out. */
function lockIn(reason: GizmoError): { file: string; pid: string } | undefined {
  if (!reason.message.includes(NO_LOCK)) return undefined;
  const { message } = reason.cause instanceof Error ? reason.cause : reason;
  const [, file, pid] = LOCKED.exec(message) ?? LOCKED.exec(reason.message) ?? [];
  return file === undefined || pid === undefined ? undefined : { file, pid };
}

/** The server's own database, or one that the SQL given at start attaches. */
function isSame(file: string, database: string | undefined): boolean {
  try {
    return database !== undefined && realpathSync(file) === realpathSync(database);
  } catch {
    return false;
  }
}

/** DuckDB's LocalFileSystem::OpenFileExtended. */
const NO_LOCK = 'Could not set lock on file';
const LOCKED = new RegExp(`${NO_LOCK} "([^"]*)".* \\(PID (\\d+)\\)`, 's');
