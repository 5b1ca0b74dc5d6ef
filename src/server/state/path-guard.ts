/**
 * Keeps SQL away from the files of the server's own state, administrators' SQL too: DuckDB would open the database a
 * second time in this process, and lose what is written. It sees paths that are written out in a statement; one that
 * is put together while it runs passes, and only administrators can reach files with one.
 */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { GizmoError } from '../../errors.js';
import { readTokens } from '../../sql/lexer.js';
import { quotedName, stringValue } from '../../sql/string-value.js';
import { matchesName } from '../access/name-pattern.js';

/** Throws PERMISSION_DENIED for a statement that names one of the files, or the directory. */
export type PathGuard = (sql: string) => void;

const FILES = ['state.db', 'state.db.wal', 'secret.key'] as const;
const NAMED_MAX = 100;
/** Without one of these a text names none of the files. */
const SUSPICIOUS = /state\.db|secret\.key|\.gizmo|[*?[]/i;

/** @param directory absolute, without symbolic links; undefined where the state has no files */
export function createPathGuard(directory: string | undefined): PathGuard {
  if (directory === undefined) return () => undefined;
  const kept = [directory, ...FILES.map((name) => join(directory, name))];
  const names = new Set(kept.map((path) => basename(path)));
  return (sql) => {
    if (!SUSPICIOUS.test(sql) && !sql.includes(basename(directory))) return;
    let named = 0;
    for (const token of readTokens(sql)) {
      if (token.kind !== 'string' && token.kind !== 'quotedIdentifier') continue;
      const written = sql.slice(token.start, token.end);
      const path = token.kind === 'string' ? stringValue(written) : quotedName(written);
      if (path === undefined) continue;
      // Each of them is looked up, and everybody waits for that: no honest statement names so many.
      if (names.has(basename(path)) && ++named > NAMED_MAX) throw refused();
      if (kept.some((file) => means(path, file))) throw refused();
    }
  };
}

/** Whether a path or pattern, as DuckDB takes them, is that file. */
function means(written: string, file: string): boolean {
  const path = written.replace(/^file:(\/\/(localhost)?(?=\/))?/i, '').replace(/^~(?=\/)/, homedir);
  if (path === '' || path.length > PATH_CHARS_MAX) return false;
  if (/[*?[]/.test(path)) return takes(resolve(path), file);
  if (basename(path) !== basename(file)) return false;
  return real(resolve(path)) === file;
}

const PATH_CHARS_MAX = 4096;

/** Symbolic links followed, also of a file that is not there but whose folder is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What is not there is no file of ours, but for one that is yet to be made.
  }
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path; // Nor is the folder.
  }
}

/** Whether a glob takes a path, or would if `*` took more: in time in proportion to both lengths multiplied. */
function takes(glob: string, path: string): boolean {
  const pattern = glob.replace(/\[[^\]]*\]?/g, '?');
  // `**` stands for any number of folders, also for none.
  if (pattern.includes('**')) return matchesName(pattern.replaceAll('**/', '**'), path);
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, at) => matchesName(part, given[at] ?? ''));
}

function refused(): GizmoError {
  return new GizmoError(
    'PERMISSION_DENIED',
    "The files of the server's own state are nobody's to read or write by SQL.",
  );
}
