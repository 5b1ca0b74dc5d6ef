/** The catalog functions of ADBC's Flight SQL driver against `gizmo server start`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { hasPythonClients, runPython } from './python.js';

const covers = coverageOf('ADBC (Python)', import.meta.url);

describe.skipIf(!hasPythonClients())('ADBC from Python', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const adbc = (task: string) => runPython('adbc_metadata.py', task, server);

  it(
    'lists objects at every depth',
    covers('catalogs, schemas, tables', async () => {
      expect(await adbc('objects')).toEqual({
        catalogs: [['memory']],
        db_schemas: [['memory', ['main'], ['sales']]],
        tables: [
          [
            'memory',
            ['main', ['numbered', 'TABLE', []], ['orders', 'TABLE', []]],
            ['sales', ['orders', 'TABLE', []], ['recent', 'VIEW', []]],
          ],
        ],
        all: [
          [
            'memory',
            [
              'main',
              [
                'numbered',
                'TABLE',
                [
                  ['id', 'INTEGER'],
                  ['_x', 'INTEGER'],
                ],
              ],
              ['orders', 'TABLE', [['other', 'BIGINT']]],
            ],
            [
              'sales',
              [
                'orders',
                'TABLE',
                [
                  ['id', 'INTEGER'],
                  ['price', 'DECIMAL'],
                  ['note', 'VARCHAR'],
                ],
              ],
              [
                'recent',
                'VIEW',
                [
                  ['id', 'INTEGER'],
                  ['price', 'DECIMAL'],
                ],
              ],
            ],
          ],
        ],
      });
    }),
  );
  it('filters them by patterns and types', async () => {
    expect(await adbc('filters')).toEqual({
      pattern: ['main.orders', 'sales.orders'],
      'one character': ['main.orders', 'sales.orders'],
      schema: ['sales.orders'],
      types: ['sales.recent'],
      nothing: [],
      catalog: ['memory'],
    });
  });
  it('gets the schema of a table, of the right one where there are several', async () => {
    expect(await adbc('table_schema')).toMatchObject({
      fields: [
        ['id', 'int32', false],
        ['price', 'decimal128(10, 2)', false],
        ['note', 'string', true],
      ],
      metadata: {
        'ARROW:FLIGHT:SQL:TYPE_NAME': 'DECIMAL',
        'ARROW:FLIGHT:SQL:PRECISION': '10',
        'ARROW:FLIGHT:SQL:SCALE': '2',
        'ARROW:FLIGHT:SQL:DB_SCHEMA_NAME': 'sales',
        'ARROW:FLIGHT:SQL:SCHEMA_NAME': 'sales',
      },
      first: ['other'],
      numbered: '1',
      missing: 'NOT_FOUND',
    });
  });
  it(
    'is told the table types and who answers',
    covers('server and type information', async () => {
      expect(await adbc('facts')).toMatchObject({
        types: ['LOCAL TEMPORARY', 'TABLE', 'VIEW'],
        info: { vendor_name: 'gizmo', vendor_version: expect.stringContaining('duckdb') },
      });
    }),
  );
  it('describes a statement without running it', async () => {
    expect(await adbc('execute_schema')).toEqual([
      ['price', 'decimal128(5, 2)'],
      ['name', 'string'],
      ['list', 'list<item: int32>'],
    ]);
  });
  it('refuses nothing of it to whoever may read one table, and shows nothing else', async () => {
    expect(await adbc('limited')).toEqual({
      catalogs: ['memory'],
      tables: ['memory.sales.orders'],
      columns: ['id', 'price', 'note'],
      types: ['LOCAL TEMPORARY', 'TABLE', 'VIEW'],
      vendor: 'gizmo',
      catalog: 'memory',
      schema: 'main',
      rows: [[0]],
      hidden: false,
      missing: 'NOT_FOUND',
    });
  });
});
