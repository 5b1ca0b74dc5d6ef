/** Where commands keep what belongs to one user (XDG Base Directory Specification; %LOCALAPPDATA% on Windows). */
import { join } from 'node:path';
import { baseDirectory, stateDirectory } from '../state-directory.js';
import type { Environment } from './environment.js';

/** `GIZMO_HISTFILE`, or `$XDG_STATE_HOME/gizmo/history`. */
export function historyPath(env: Environment): string {
  return env.GIZMO_HISTFILE || join(stateDirectory(env), 'history');
}

/** `$XDG_CONFIG_HOME/gizmo/init.sql`: statements and dot commands an interactive shell begins with. */
export function initPath(env: Environment): string {
  return join(baseDirectory(env, 'XDG_CONFIG_HOME', '.config'), 'gizmo', 'init.sql');
}

/** Where `gizmo pki` and `--tls auto` keep certificates: `GIZMO_PKI_DIR`, or `$XDG_DATA_HOME/gizmo/pki`. */
export function pkiDirectory(env: Environment): string {
  return env.GIZMO_PKI_DIR || join(baseDirectory(env, 'XDG_DATA_HOME', '.local/share'), 'gizmo', 'pki');
}
