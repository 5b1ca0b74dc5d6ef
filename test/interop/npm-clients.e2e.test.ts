/** Flight SQL clients of the npm registry against `gizmo server start`; lakehouse is arrow-rs behind Node. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { runForJson } from './tools.js';

const SCRIPT = fileURLToPath(new URL('npm-clients.mjs', import.meta.url));
const ROWS = [{ answer: '42', text: 'wörld' }];
const PACKAGES = {
  qualithm: '@qualithm/arrow-flight-client',
  lakehouse: '@lakehouse-rs/flight-sql-client (arrow-rs)',
  gizmodata: '@gizmodata/gizmosql-client',
  lancedb: '@lancedb/arrow-flight-sql-client',
  arrowFlight: 'arrow-flight-client',
} as const;

describe('npm clients', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const run = async (name: keyof typeof PACKAGES) =>
    (await runForJson(process.execPath, [SCRIPT, name, JSON.stringify(server)])) as Record<string, unknown>;

  describe(PACKAGES.qualithm, () => {
    const covers = coverageOf(PACKAGES.qualithm, import.meta.url);
    it(
      'logs in with a payload, reads, changes and rolls back',
      covers(
        ['login by password', 'queries', 'updates and DDL, with counts', 'transactions by API'],
        async () => {
          const seen = { query: ROWS, created: '0', inserted: '2', rows: [{ n: '2' }] };
          expect(await run('qualithm')).toEqual(seen);
        },
      ),
    );
  });
  describe(PACKAGES.lakehouse, () => {
    const covers = coverageOf(PACKAGES.lakehouse, import.meta.url);
    const table = {
      catalog_name: 'memory',
      db_schema_name: 'main',
      table_name: 'npm_l',
      table_type: 'TABLE',
    };
    it(
      'reads, and lists catalogs and tables',
      covers(['login by password', 'queries', 'catalogs, schemas, tables'], async () => {
        const seen = { query: ROWS, catalogs: [{ catalog_name: 'memory' }], tables: [table] };
        expect(await run('lakehouse')).toEqual(seen);
      }),
    );
  });
  describe(PACKAGES.gizmodata, () => {
    const covers = coverageOf(PACKAGES.gizmodata, import.meta.url);
    it(
      'reads, and lists catalogs and tables',
      covers(
        ['login by password', 'queries', 'results of any size', 'catalogs, schemas, tables'],
        async () => {
          const seen = { query: ROWS, catalogs: ['memory'], large: 20_000, tables: 1 };
          expect(await run('gizmodata')).toEqual(seen);
        },
      ),
    );
  });
  describe(PACKAGES.lancedb, () => {
    const covers = coverageOf(PACKAGES.lancedb, import.meta.url);
    it(
      'reads',
      covers(['login by password', 'queries', 'results of any size'], async () => {
        expect(await run('lancedb')).toEqual({ query: ROWS, large: 20_000 });
      }),
    );
  });
  describe(PACKAGES.arrowFlight, () => {
    const covers = coverageOf(PACKAGES.arrowFlight, import.meta.url);
    it(
      'reads with a bearer token, Flight SQL messages being made by hand',
      covers(['login by token', 'queries', 'results of any size'], async () => {
        expect(await run('arrowFlight')).toEqual({ query: ROWS, large: 20_000 });
      }),
    );
  });
});
