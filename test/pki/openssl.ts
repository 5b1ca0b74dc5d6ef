/** The `openssl` program as a second opinion. */
import { execFileSync } from 'node:child_process';
import { which } from '../support/which.js';

/** Absence is said aloud and counts as skipped tests; where GIZMO_REQUIRE_INTEROP=1 says so, it is an error. */
export function hasOpenssl(): boolean {
  if (which('openssl') !== undefined) return true;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error('openssl is not installed.');
  process.stderr.write('SKIPPED: openssl is not installed.\n');
  return false;
}

/** Runs it and answers what it prints; throws with its standard error. */
export function openssl(args: readonly string[], input?: string | Uint8Array): Buffer {
  return execFileSync('openssl', args, {
    ...(input === undefined ? {} : { input }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
