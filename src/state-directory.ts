/** Where what a user's programs remember is kept (XDG Base Directory Specification; %LOCALAPPDATA% on Windows). */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_STATE_HOME/gizmo`: the history, which logins are stored, and the secrets that `--credential-store file` keeps. */
export function stateDirectory(env: Readonly<Record<string, string | undefined>>): string {
  return join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'gizmo');
}

/** @param fallback below the home directory, where the variable is not set */
export function baseDirectory(
  env: Readonly<Record<string, string | undefined>>,
  variable: string,
  fallback: string,
): string {
  const local = process.platform === 'win32' ? env.LOCALAPPDATA : undefined;
  return env[variable] || local || join(homedir(), fallback);
}
