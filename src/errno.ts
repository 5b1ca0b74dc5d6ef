/** What failed system calls say by their codes (errno). */
import { unlinkSync } from 'node:fs';

/** Whether an error is that of a system call which failed with `code`, such as `ENOENT`. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Removes a file; one that is not there is as good. */
export function unlinkIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/** Whether a process runs. One that answers EPERM does, under another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** Words for the codes that people meet with files; the system's own message for the others. */
export function describeErrno(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return REASONS.get(code) ?? (cause instanceof Error ? cause.message : String(cause));
}

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'a part of its path is no directory'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EEXIST', 'a file of that name is in the way'],
  ['ELOOP', 'it is a symbolic link'],
]);
