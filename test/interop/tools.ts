/** Other people's clients, as `.ci/install-clients` puts them into .cache: there in CI; elsewhere used if present. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../support/root.js';

/** Paths of what is installed. */
export const TOOLS = {
  python: cached('venv', 'bin', 'python'),
  /** The folder of the tests that ADBC's source package brings along, one folder a version. */
  adbcTests: cached('adbc-tests'),
  flightSqlClient: cached('go', 'bin', 'flightsql-client'),
  integrationClient: cached('go', 'bin', 'arrow-flight-integration-client'),
  integrationServer: cached('go', 'bin', 'arrow-flight-integration-server'),
  jdbcDriver: cached('java', 'flight-sql-jdbc-driver.jar'),
} as const;

/**
 * Whether the tests of a language's clients can run. Absence is said aloud and counts as skipped tests; where
 * GIZMO_REQUIRE_INTEROP=1 says that they must run, it is an error.
 */
export function isInstalled(language: keyof typeof NEEDED): boolean {
  if (NEEDED[language].every((path) => existsSync(path))) return true;
  const message = `The ${language} clients are not installed. To run their tests: .ci/install-clients ${language}`;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

/** Runs a program that prints one JSON value. */
export async function runForJson(program: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout);
}

const NEEDED = {
  python: [TOOLS.python, TOOLS.adbcTests],
  go: [TOOLS.flightSqlClient, TOOLS.integrationClient, TOOLS.integrationServer],
  java: [TOOLS.jdbcDriver],
} as const;

function cached(...names: string[]): string {
  return join(ROOT, '.cache', ...names);
}
