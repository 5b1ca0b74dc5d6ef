/** Where this checkout is. */
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, without a slash at its end. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** The built command, to be run with `process.execPath`. */
export const GIZMO = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
