/** What a command that opens the shell has to know about its user's terminal. */
import type { Environment } from './environment.js';
import { historyPath } from './user-paths.js';

/** File of the shell's history. */
export function userHistoryPath(env: Environment = process.env): string {
  return historyPath(env);
}

/** The terminal cannot move its cursor. */
export function isDumbTerminal(env: Environment = process.env): boolean {
  return env.TERM === 'dumb';
}
