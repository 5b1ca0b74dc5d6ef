/** How somebody calls this program again, from another terminal and another folder. */
import { existsSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { Environment } from './environment.js';

/** `gizmo` where that name is on the search path; else Node and the full path of the launcher, quoted for a shell. */
export function programCall(argv: readonly string[] = process.argv, env: Environment = process.env): string {
  const [node = 'node', launcher = ''] = argv;
  // npx and npm put folders on the search path that another terminal does not have.
  const isOwnName = /^gizmo(\.cmd)?$/.test(basename(launcher));
  if (isOwnName && env.npm_execpath === undefined) return 'gizmo';
  // npx starts by a link in its cache, which it may empty.
  return `${quote(node)} ${quote(existsSync(launcher) ? realpathSync(launcher) : launcher)}`;
}

/** A word as a POSIX shell must be given it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
