/** Who holds a database file that DuckDB cannot lock, in words that name the way on. */
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
  const pid = reason instanceof GizmoError ? LOCKED.exec(reason.message)?.[1] : undefined;
  if (!(reason instanceof GizmoError) || pid === undefined) return reason;
  const server = findServerOfProcess(Number(pid), runtimeDirectory);
  const holder =
    server === undefined
      ? `process ${pid} has it open. End that process first`
      : `the Gizmo server on port ${server.port} (process ${pid}) has it open. ` +
        `Use that one (gizmo client --port ${server.port}), or stop it first`;
  return new GizmoError(
    'USAGE',
    `Cannot open the database ${database}: ${holder}. Several processes can only read one file, each with --readonly.`,
    { cause: reason },
  );
}

/** DuckDB's LocalFileSystem::OpenFileExtended. */
const LOCKED = /Could not set lock on file .* \(PID (\d+)\)/s;
