/** Other people's servers, as `.ci/install-servers` puts them into .cache: there in CI; elsewhere used if present. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/root.js';
import { type ForeignServer, startForeignServer } from './foreign-server.js';

/**
 * Whether a server can be started. Absence is said aloud and counts as skipped tests; where GIZMO_REQUIRE_INTEROP=1
 * says that they must run, it is an error.
 */
export function hasServer(name: keyof typeof SERVERS): boolean {
  const { needs, install } = SERVERS[name];
  if (existsSync(join(ROOT, '.cache', needs))) return true;
  const message = `The ${name} server is not installed. To run its tests: ${install}`;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
  return false;
}

/** arrow-go's example: SQLite behind Flight SQL. */
export function startSqliteServer(): Promise<ForeignServer> {
  return startForeignServer(cached(SERVERS.sqlite.needs), ['-host', '127.0.0.1', '-port', '0']);
}

/** Arrow Java's example: Derby behind Flight SQL. The stateless one keeps parameters in handles, not for a client. */
export function startDerbyServer(kind: 'stateful' | 'stateless'): Promise<ForeignServer> {
  const opens = '--add-opens=java.base/java.nio=ALL-UNNAMED';
  return startForeignServer('java', [
    opens,
    '-cp',
    cached('derby-server/*'),
    script('ExampleServer.java'),
    kind,
  ]);
}

/** pyarrow's plain Flight server. */
export function startPyarrowServer(...args: string[]): Promise<ForeignServer> {
  return startForeignServer(cached(SERVERS.pyarrow.needs), [script('pyarrow_server.py'), ...args]);
}

const SERVERS = {
  sqlite: { needs: 'go/bin/sqlite_flightsql_server', install: '.ci/install-servers sqlite' },
  derby: { needs: 'derby-server/pom.xml', install: '.ci/install-servers derby' },
  pyarrow: {
    needs: 'venv/bin/python',
    install: 'python3 -m venv .cache/venv && .cache/venv/bin/pip install -r test/interop/requirements.txt',
  },
} as const;

function cached(path: string): string {
  return join(ROOT, '.cache', path);
}

function script(name: string): string {
  return fileURLToPath(new URL(`servers/${name}`, import.meta.url));
}
