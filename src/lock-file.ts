/** One process at a time: a file that is made exclusively and holds the pid of who made it. */
import { linkSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describeErrno, isAlive, isErrno, unlinkIfPresent } from './errno.js';
import { GizmoError } from './errors.js';

/**
 * Runs `task` while no other holds the file at `path`. The lock of a process that died is taken over.
 * @param what the other one is doing, in the error: "at work in /some/where"
 * @param waitMs how long to wait for it; ten seconds by default
 * @throws GizmoError UNAVAILABLE where another one holds it for longer, USAGE where it cannot be written
 */
export async function withLockFile<Result>(
  path: string,
  what: string,
  task: () => Promise<Result>,
  waitMs = 10_000,
): Promise<Result> {
  const deadline = Date.now() + waitMs;
  while (!tryLock(path)) {
    if (Date.now() > deadline)
      throw new GizmoError(
        'UNAVAILABLE',
        `Another gizmo (process ${holderOf(path)}) is ${what}. If there is none, remove ${path}.`,
      );
    await delay(50);
  }
  try {
    return await task();
  } finally {
    unlinkIfPresent(path);
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST'))
      throw new GizmoError('USAGE', `Cannot write ${path}: ${describeErrno(cause)}.`, { cause });
  }
  const holder = holderOf(path);
  if (holder !== undefined && !isAlive(holder)) breakLock(path, holder);
  return false;
}

/** Takes the dead one's lock aside; if it was somebody else's by now, puts it back. */
function breakLock(path: string, holder: number): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (holderOf(aside) !== holder) linkSync(aside, path);
  } catch {
    // Another process was faster; the next try sees what is there.
  }
  unlinkIfPresent(aside);
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // Gone already.
  }
}
