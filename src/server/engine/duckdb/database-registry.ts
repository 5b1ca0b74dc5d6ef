/**
 * The database files that this process has open, by device and inode. DuckDB does not notice that a file is
 * open twice in one process, by another path or a hard link, and then loses committed data.
 */
import { type BigIntStats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { GizmoError } from '../../../errors.js';

/** Claims a file, which need not exist yet. Call {@link FileClaim.confirm} once it does, `release` at the end. */
export function claimFile(path: string): FileClaim {
  const keys = new Set<string>();
  const add = (key: string) => {
    if (keys.has(key)) return;
    if (openFiles.has(key)) {
      for (const own of keys) openFiles.delete(own);
      throw new GizmoError('ALREADY_EXISTS', `The database ${path} is open in this process already.`);
    }
    openFiles.add(key);
    keys.add(key);
  };
  const addInode = () => {
    const stats = statIfThere(path);
    if (stats !== undefined) add(`${stats.dev}:${stats.ino}`);
  };
  add(resolve(path));
  addInode();
  return {
    confirm: addInode,
    release: () => {
      for (const key of keys) openFiles.delete(key);
      keys.clear();
    },
  };
}

export interface FileClaim {
  confirm(): void;
  release(): void;
}

const openFiles = new Set<string>();

function statIfThere(path: string): BigIntStats | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false });
}
