/** Where commands keep what belongs to one user (XDG Base Directory Specification; %LOCALAPPDATA% on Windows). */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.js';

/** `GIZMO_HISTFILE`, or `$XDG_STATE_HOME/gizmo/history`. */
export function historyPath(env: Environment): string {
  return env.GIZMO_HISTFILE || join(loginsDirectory(env), 'history');
}

/** `$XDG_CONFIG_HOME/gizmo/init.sql`: statements and dot commands an interactive shell begins with. */
export function initPath(env: Environment): string {
  return join(baseDirectory(env, 'XDG_CONFIG_HOME', '.config'), 'gizmo', 'init.sql');
}

/** `$XDG_STATE_HOME/gizmo`: which logins are stored, and the secrets that `--credential-store file` keeps. */
export function loginsDirectory(env: Environment): string {
  return join(baseDirectory(env, 'XDG_STATE_HOME', '.local/state'), 'gizmo');
}

/** Where `gizmo pki` and `--tls auto` keep certificates: `GIZMO_PKI_DIR`, or `$XDG_DATA_HOME/gizmo/pki`. */
export function pkiDirectory(env: Environment): string {
  return env.GIZMO_PKI_DIR || join(baseDirectory(env, 'XDG_DATA_HOME', '.local/share'), 'gizmo', 'pki');
}

function baseDirectory(env: Environment, variable: string, fallback: string): string {
  const local = process.platform === 'win32' ? env.LOCALAPPDATA : undefined;
  return env[variable] || local || join(homedir(), fallback);
}
