/** The bulk-ingest tests that ADBC's own source package brings along, unchanged, against `gizmo server start`. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { isInstalled, TOOLS } from './tools.js';

const FIXTURES = fileURLToPath(new URL('adbc-tests', import.meta.url));
const covers = coverageOf('ADBC (Python)', import.meta.url);

describe.skipIf(!isInstalled('python'))("ADBC's own tests", () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());

  it(
    'of bulk ingest pass, every one',
    covers('bulk ingest', async () => {
      const versions = readdirSync(TOOLS.adbcTests);
      const tests = join(TOOLS.adbcTests, versions.at(-1) ?? '', 'test_bulk_ingest.py');
      const { host, port, user, token } = server;
      const env = {
        ...process.env,
        PYTHONPATH: FIXTURES,
        PYTHONDONTWRITEBYTECODE: '1',
        ADBC_GIZMOSQL_URI: `grpc://${host}:${port}`,
        ADBC_GIZMOSQL_USER: user,
        ADBC_GIZMOSQL_PASSWORD: token,
      };
      const args = ['-m', 'pytest', '-q', '-p', 'gizmo_fixtures', '-p', 'no:cacheprovider', tests];
      const { stdout } = await promisify(execFile)(TOOLS.python, args, { env });
      expect(stdout).toMatch(/\b9 passed\b/);
      expect(stdout).not.toMatch(/failed|skipped|error/);
    }),
  );
});
