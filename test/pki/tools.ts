/** Programs from elsewhere that judge certificates: there in CI; elsewhere used if present. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root.js';
import { which } from '../support/which.js';

/** Where `.ci/install-linters` puts them. */
export const CACHED = {
  zlint: join(ROOT, '.cache', 'go', 'bin', 'zlint'),
  pkilint: join(ROOT, '.cache', 'linters', 'bin', 'lint_pkix_cert'),
  uv: join(ROOT, '.cache', 'linters', 'bin', 'uv'),
} as const;

/**
 * Whether a program is there, by its path or on the search path. Absence is said aloud and counts as skipped tests;
 * where GIZMO_REQUIRE_INTEROP=1 says that it must be, it is an error.
 */
export function hasTool(program: string, remedy: string): boolean {
  if (program.includes('/') ? existsSync(program) : which(program) !== undefined) return true;
  const message = `${program} is not installed. To run its tests: ${remedy}`;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}
