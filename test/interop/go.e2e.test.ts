/** arrow-go's package flightsql and its driver for database/sql against `gizmo server start`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { isInstalled, runForJson, TOOLS } from './tools.js';

const flightsql = coverageOf('Go flightsql', import.meta.url);
const databaseSql = coverageOf('Go database/sql', import.meta.url);

describe.skipIf(!isInstalled('go'))('arrow-go', () => {
  let server: GizmoServer;
  let answers: Record<string, unknown>;
  beforeAll(async () => {
    server = await startGizmoServer();
    const { host, port, user, token } = server;
    answers = (await runForJson(TOOLS.flightSqlClient, [host, String(port), user, token])) as typeof answers;
  });
  afterAll(() => server?.stop());
  /** The test that task `task` has seen `expected`. */
  const seen = (task: string, expected: unknown) => async () => {
    expect(answers[task]).toEqual(expected);
  };

  describe('flightsql', () => {
    const row = { answer: '42', text: 'wörld', nothing: '(null)', day: '2024-02-29' };
    it('reads a result', flightsql('queries', seen('query', [row])));
    it('logs in with a password', flightsql('login by password', seen('wrongPassword', 'Unauthenticated')));
    it('logs in with a bearer token', flightsql('login by token', seen('bearer', [{ i: '1' }])));
    it(
      'reads a result larger than its message limit',
      flightsql('results of any size', seen('largeResult', [100_000, 4_999_950_000])),
    );
    it(
      'counts what updates change, and runs them once',
      flightsql(
        'updates and DDL, with counts',
        seen('update', {
          counts: [0, 3, 2, 1],
          rows: [
            { i: '2', s: 'd' },
            { i: '3', s: 'd' },
          ],
        }),
      ),
    );
    it(
      'binds parameters to a prepared query, twice',
      flightsql(
        'parameters',
        seen('prepared', ['next', 2, [{ next: '42', loud: 'ABC' }], [{ next: '43', loud: 'ABC' }]]),
      ),
    );
    it(
      'binds many rows to a prepared update',
      flightsql('prepared statements', seen('preparedUpdate', { count: 3, rows: [{ n: '3', last: 'c' }] })),
    );
    it(
      'lists catalogs, schemas and table types',
      flightsql(
        'catalogs, schemas, tables',
        seen('catalogs', [
          [{ catalog_name: 'memory' }],
          [{ catalog_name: 'memory', db_schema_name: 'main' }],
          [{ table_type: 'LOCAL TEMPORARY' }, { table_type: 'TABLE' }, { table_type: 'VIEW' }],
        ]),
      ),
    );
    it(
      'reads the schema of a table',
      flightsql('catalogs, schemas, tables', seen('tables', ['i int32 false', 's utf8 true'])),
    );
    it(
      'is told the schema of every metadata command',
      flightsql(
        'catalogs, schemas, tables',
        seen('schemas', [
          'catalog_name',
          'catalog_name',
          'catalog_name',
          'table_type',
          'catalog_name',
          'pk_catalog_name',
          'pk_catalog_name',
          'pk_catalog_name',
          'type_name',
          'info_name',
          'one',
        ]),
      ),
    );
    const pairs = ['go_parent y go_child q 1 ', 'go_parent x go_child p 2 '];
    const primary = ['go_parent y 1 ', 'go_parent x 2 '];
    it(
      'lists keys',
      flightsql('keys', seen('keys', { primary, imported: pairs, exported: pairs, cross: pairs })),
    );
    it(
      'reads server information, some or all',
      flightsql('server and type information', async () => {
        expect(answers.sqlInfo).toMatchObject({
          some: [
            { info_name: '0', value: '[0,"gizmo"]' },
            { info_name: '500', value: '[1,true]' },
          ],
        });
        expect((answers.sqlInfo as { all: number }).all).toBeGreaterThan(80);
      }),
    );
    it(
      'reads type information, of all types or one',
      flightsql('server and type information', async () => {
        expect(answers.typeInfo).toMatchObject({ many: true, varchar: expect.arrayContaining(['VARCHAR']) });
      }),
    );
    it('commits and rolls back', flightsql('transactions by API', seen('transaction', ['2', '0', '2', '2'])));
    it('loads batches in bulk', flightsql('bulk ingest', seen('ingest', [6, 6, [{ n: '12' }]])));
    it('may not create what exists', flightsql('bulk ingest', seen('ingestConflict', 'AlreadyExists')));
    it(
      'sets and reads session options',
      flightsql(
        'session options',
        seen('sessionOptions', [['no_such_option'], [{ schema: 'go_session' }], 'go_session', 'CLOSED']),
      ),
    );
    it('stops a statement, and goes on', flightsql('cancel', seen('cancel', ['Canceled', [{ i: '1' }]])));
    it(
      'gives up in time, and goes on',
      flightsql('cancel', seen('deadline', ['DeadlineExceeded', [{ i: '1' }]])),
    );
    it(
      'follows a statement until it is done',
      flightsql('progress', seen('poll', [{ total: '99895005000000' }])),
    );
    it('is told that a plan is not taken', seen('unknownPlan', true));
    it('is told what is wrong with a statement', async () => {
      expect(answers.wrongSql).toEqual(['NotFound', expect.stringContaining('no_such_table')]);
    });
  });

  describe('database/sql', () => {
    it(
      'reads a result',
      databaseSql('login by password', seen('databaseSql', [['i', 'twice'], 9_999_900_000])),
    );
    it(
      'reads a result of many messages',
      databaseSql('results of any size', seen('databaseSql', expect.anything())),
    );
    it(
      'reads the types it knows',
      databaseSql(
        'queries',
        seen('databaseSqlTypes', [true, -7, 1.5, 12.25, 'wörld', 170, '2024-02-29 12:34:56', false]),
      ),
    );
    it('passes arguments', databaseSql('parameters', seen('databaseSqlArgs', [42, 'ABC'])));
    it(
      'counts what updates change, and runs them once',
      databaseSql('updates and DDL, with counts', seen('databaseSqlExec', [[0, 2, 1], 3])),
    );
    it(
      'prepares once and runs twice',
      databaseSql('prepared statements', seen('databaseSqlPrepared', [10, 20, 100, 200])),
    );
    it('commits and rolls back', databaseSql('transactions by API', seen('databaseSqlTx', [0, 2])));
    it('logs in with token=', databaseSql('login by token', seen('databaseSqlToken', 1)));
    it('is told what is wrong with a statement', async () => {
      expect(answers.databaseSqlErrors).toContain('no_such_table');
    });
  });
});
