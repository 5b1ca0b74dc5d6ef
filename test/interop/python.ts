/** Python clients in a virtual environment of the checkout: there, made by .ci/run; elsewhere used if present. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../support/root.js';

const PYTHON = join(ROOT, '.cache', 'venv', 'bin', 'python');
const MAKE_IT = 'python3 -m venv .cache/venv && .cache/venv/bin/pip install -r test/interop/requirements.txt';

/**
 * Whether the Python tests can run. Absence is said aloud and counts as skipped tests; where
 * GIZMO_REQUIRE_INTEROP=1 says that they must run, it is an error.
 */
export function hasPythonClients(): boolean {
  if (existsSync(PYTHON)) return true;
  const message = `The Python clients are not installed. To run their tests: ${MAKE_IT}`;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

/** Runs function `task` of test/interop/`script` with `input`, and answers the JSON it prints. */
export async function runPython(script: string, task: string, input: object): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(PYTHON, [path, task, JSON.stringify(input)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout);
}
