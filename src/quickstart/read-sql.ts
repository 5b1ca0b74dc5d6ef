/** The SQL that is piped into a quickstart, if any. */
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { GizmoError } from '../errors.js';

/**
 * Reads a standard input that is no terminal to its end; nothing but space is undefined. A pipe on which nothing has
 * come after `patienceMs` and that nobody has closed is taken for none: many programs start others with such an input.
 * @throws GizmoError RESOURCE_EXHAUSTED beyond 64 MiB, or the signal's reason
 */
export async function readSql(
  input: Readable,
  patienceMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = isPipe() ? setTimeout(() => finish(resolve), patienceMs) : undefined;
    const onData = (chunk: Buffer) => {
      clearTimeout(timer);
      chunks.push(chunk);
      length += chunk.length;
      if (length > SQL_BYTES_MAX) finish(() => reject(tooLong()));
    };
    const onEnd = () => finish(resolve);
    const onAbort = () => finish(() => reject(signal.reason));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      input.off('data', onData).off('end', onEnd).off('error', onEnd);
      signal.removeEventListener('abort', onAbort);
      input.pause();
      settle();
    };
    signal.addEventListener('abort', onAbort);
    input.on('data', onData).on('end', onEnd).on('error', onEnd);
    if (signal.aborted) onAbort();
  });
  const sql = Buffer.concat(chunks).toString('utf8');
  return sql.trim() === '' ? undefined : sql;
}

const SQL_BYTES_MAX = 64 * 1024 * 1024;

/** Files and /dev/null end by themselves; a pipe or socket may stay open for ever. */
function isPipe(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // Closed: reading it ends at once.
  }
}

function tooLong(): GizmoError {
  return new GizmoError(
    'RESOURCE_EXHAUSTED',
    'The SQL on standard input is longer than 64 MiB. Run it in parts.',
  );
}
