/** The Arrow Flight SQL JDBC driver against `gizmo server start`. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { isInstalled, runForJson, TOOLS } from './tools.js';

const PROGRAM = fileURLToPath(new URL('java/JdbcClient.java', import.meta.url));
const covers = coverageOf('JDBC', import.meta.url);

describe.skipIf(!isInstalled('java'))('the JDBC driver', () => {
  let server: GizmoServer;
  let answers: Record<string, unknown>;
  beforeAll(async () => {
    server = await startGizmoServer();
    const { host, port, user, token } = server;
    const java = ['--add-opens=java.base/java.nio=ALL-UNNAMED', '-cp', TOOLS.jdbcDriver, PROGRAM];
    answers = (await runForJson('java', [...java, host, String(port), user, token])) as typeof answers;
  });
  afterAll(() => server?.stop());

  it(
    'reads names, text and NULL',
    covers('login by password', async () => {
      expect(answers.statement).toEqual([{ answer: '42', text: 'wörld', nothing: null }]);
    }),
  );
  it(
    'reads every type it knows',
    covers('queries', async () => {
      expect(answers.types).toEqual({
        boolean: ['BOOLEAN', 'Boolean', 'true'],
        tinyint: ['TINYINT', 'Byte', '-7'],
        smallint: ['SMALLINT', 'Short', '-32768'],
        integer: ['INTEGER', 'Integer', '2147483647'],
        bigint: ['BIGINT', 'Long', '9223372036854775807'],
        hugeint: ['DECIMAL', 'BigDecimal', '12345678901234567890123456789'],
        float: ['FLOAT', 'Double', '1.5'],
        double: ['DOUBLE', 'Double', '2.25'],
        decimal: ['DECIMAL', 'BigDecimal', '12345.67'],
        varchar: ['VARCHAR', 'String', 'ä € 😀'],
        blob: ['VARBINARY', 'byte[]', '[-86, 0, -1]'],
        date: ['DATE', 'Date', '2024-02-29'],
        time: ['TIME', 'ArrowFlightJdbcTime', '12:34:56'],
        timestamp: ['TIMESTAMP', 'Timestamp', '2024-02-29 12:34:56.789'],
        uuid: ['VARCHAR', 'String', '12345678-1234-5678-9abc-123456789abc'],
        enum: ['VARCHAR', 'String', 'b'],
        list: ['ARRAY', 'ArrowFlightJdbcArray', '[1,null,3]'],
        struct: ['JAVA_OBJECT', 'JsonStringHashMap', '{"a":1,"b":"x"}'],
        map: ['JAVA_OBJECT', 'JsonStringHashMap', '{"k":7}'],
        interval: ['JAVA_OBJECT', 'PeriodDuration', 'P1M2D'],
      });
      expect(answers.instant).toBe('2024-02-29T12:34:56.789Z');
    }),
  );
  it(
    'reads results of many messages, and none',
    covers('results of any size', async () => {
      expect(answers.manyRows).toEqual([4_999_950_000, 10_000_000]);
      expect(answers.emptyResult).toEqual(['s', false]);
      expect(answers.maxRows).toEqual([{ i: '0' }, { i: '1' }, { i: '2' }]);
    }),
  );
  it(
    'learns how many rows an update has changed, and runs it once',
    covers('updates and DDL, with counts', async () => {
      expect(answers.updates).toEqual({
        counts: [0, 3, 2, 1],
        rows: [
          { i: '2', s: 'd' },
          { i: '3', s: 'd' },
        ],
      });
    }),
  );
  it(
    'tells statements with rows from those without',
    covers('updates and DDL, with counts', async () => {
      const rows = (word: string) => [word, true, -1];
      expect(answers.execute).toEqual([
        ['create', false, 0],
        ['insert', false, 2],
        ...['select', 'show', 'describe', 'explain', 'pragma', 'call'].map(rows),
        [{ n: '2' }],
      ]);
    }),
  );
  it(
    'binds every type that it can bind',
    covers('parameters', async () => {
      expect(answers.parameters).toEqual({
        count: 1,
        parameters: 13,
        rows: [
          {
            b: 'true',
            i8: '-8',
            i16: '1600',
            i32: '320000',
            i64: '6400000000',
            f: '1.5',
            d: '2.25',
            n: '12345.67',
            s: 'ä € 😀',
            x: '\\x01\\x00\\xFF',
            day: '2024-02-29',
            t: '12:34:56',
            ts: '2024-02-29 12:34:56.789',
          },
        ],
      });
    }),
  );
  it(
    'binds what Java has no type for, and arrays',
    covers('parameters', async () => {
      expect(answers.wideParameters).toEqual([
        {
          u8: '200',
          u16: '60000',
          u32: '4000000000',
          u64: '5000000000',
          h: '12345678901234567890123456789',
          tz: '2024-02-29 12:34:56.789+00',
          id: '12345678-1234-5678-9abc-123456789abc',
          iv: '1 month 2 days',
          l: '[1, NULL, 3]',
          ls: '[a, ü]',
        },
      ]);
    }),
  );
  it(
    'binds NULL, whatever the type',
    covers('parameters', async () => {
      expect(answers.nullParameters).toEqual([{ i: null, s: null, d: null, n: null }]);
    }),
  );
  it(
    'runs a prepared query again with other values',
    covers('prepared statements', async () => {
      expect(answers.preparedQuery).toEqual([
        [
          { i: '2', product: '20' },
          { i: '3', product: '30' },
        ],
        [
          { i: '5', product: '50' },
          { i: '6', product: '60' },
        ],
        'product',
      ]);
    }),
  );
  it(
    'inserts a batch',
    covers('prepared statements', async () => {
      expect(answers.batch).toEqual({ changed: 100, rows: [{ n: '100', sum: '4950' }] });
    }),
  );
  it(
    'reads what RETURNING returns, and inserts once',
    covers('RETURNING', async () => {
      expect(answers.returning).toEqual([
        [
          { i: '1', s: 'a' },
          { i: '2', s: 'b' },
        ],
        [{ i: '3' }],
        [{ n: '3' }],
      ]);
    }),
  );
  it(
    'keeps two results open on one connection',
    covers('two results at once', async () => {
      expect(answers.twoResultSets).toEqual([159_999_600_000, false]);
    }),
  );
  it(
    'begins, commits and rolls back by SQL',
    covers('transactions by SQL text', async () => {
      expect(answers.transactions).toEqual([[{ n: '1' }], [{ n: '0' }], [{ n: '0' }], [{ n: '2' }]]);
      expect(answers.temporaryTables).toEqual([{ i: '7' }]);
    }),
  );
  it(
    'logs in with token=',
    covers('login by token', async () => {
      expect(answers.token).toEqual([{ i: '1' }]);
    }),
  );
  it(
    'starts in the catalog of catalog=',
    covers('session options', async () => {
      expect(answers.catalog).toEqual([{ c: 'other' }]);
    }),
  );
  it('is told what is wrong', async () => {
    expect(answers.wrongPassword).toMatchObject({ error: expect.stringContaining('UNAUTHENTICATED') });
    expect(answers.wrongSql).toMatchObject({ error: expect.stringContaining('no_such_table') });
  });
  it(
    'cancels, and the connection goes on',
    covers('cancel', async () => {
      expect(answers.cancel).toEqual(['SQLException', [{ i: '1' }]]);
    }),
  );
  it(
    'answers every getter of DatabaseMetaData',
    covers('server and type information', async () => {
      const getters = answers.metadataGetters as Record<string, unknown>;
      const failed = Object.entries(getters).filter(([, value]) => value instanceof Object);
      expect(failed).toEqual([]);
      expect(Object.keys(getters).length).toBeGreaterThan(140);
      expect(getters).toMatchObject({
        getDatabaseProductName: 'gizmo',
        getIdentifierQuoteString: '"',
        getSearchStringEscape: '\\',
        getCatalogTerm: 'database',
        supportsTransactions: true,
        supportsSavepoints: false,
        isReadOnly: false,
      });
      expect(answers.typeInfo).toEqual([true, true]);
    }),
  );
  it(
    'lists catalogs, schemas and table types',
    covers('catalogs, schemas, tables', async () => {
      expect(answers.catalogs).toEqual([
        [{ TABLE_CAT: 'memory' }, { TABLE_CAT: 'other' }],
        expect.arrayContaining([
          { TABLE_SCHEM: 'main', TABLE_CATALOG: 'memory' },
          { TABLE_SCHEM: 'main', TABLE_CATALOG: 'other' },
        ]),
        [{ TABLE_TYPE: 'LOCAL TEMPORARY' }, { TABLE_TYPE: 'TABLE' }, { TABLE_TYPE: 'VIEW' }],
      ]);
    }),
  );
  it(
    'lists tables by pattern and type',
    covers('catalogs, schemas, tables', async () => {
      const table = { TABLE_SCHEM: 'shop', TABLE_NAME: 'tables_a', TABLE_TYPE: 'TABLE' };
      const view = { TABLE_SCHEM: 'shop', TABLE_NAME: 'tables_b', TABLE_TYPE: 'VIEW' };
      expect(answers.tables).toEqual([[table, view], [view], [table], [table]]);
    }),
  );
  it(
    'lists columns with what a grid needs to know of them',
    covers('catalogs, schemas, tables', async () => {
      const column = (position: number, name: string, type: number, typeName: string) => ({
        COLUMN_NAME: name,
        DATA_TYPE: String(type),
        TYPE_NAME: typeName,
        NULLABLE: position === 1 ? '0' : '1',
        ORDINAL_POSITION: String(position),
      });
      expect(answers.columns).toMatchObject([
        column(1, 'i', 4, 'INTEGER'),
        column(2, 's', 12, 'VARCHAR'),
        { ...column(3, 'd', 3, 'DECIMAL'), COLUMN_SIZE: '9', DECIMAL_DIGITS: '2' },
        column(4, 'ts', 93, 'TIMESTAMP'),
        column(5, 'l', 2003, 'INTEGER[]'),
      ]);
    }),
  );
  it(
    'lists primary, imported and exported keys',
    covers('keys', async () => {
      const pair = (pk: string, fk: string, sequence: string) => ({
        PKTABLE_NAME: 'keys_a',
        PKCOLUMN_NAME: pk,
        FKTABLE_NAME: 'keys_b',
        FKCOLUMN_NAME: fk,
        KEY_SEQ: sequence,
      });
      const pairs = [pair('y', 'q', '1'), pair('x', 'p', '2')];
      expect(answers.keys).toEqual({
        primary: [
          { TABLE_NAME: 'keys_a', COLUMN_NAME: 'y', KEY_SEQ: '1' },
          { TABLE_NAME: 'keys_a', COLUMN_NAME: 'x', KEY_SEQ: '2' },
        ],
        imported: pairs,
        exported: pairs,
        cross: pairs,
      });
    }),
  );
});
