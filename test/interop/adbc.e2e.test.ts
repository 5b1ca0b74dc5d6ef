/** ADBC's Flight SQL driver (Go, driven from Python) against `gizmo server start`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GizmoServer } from '../support/gizmo-server.js';
import { startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { hasPythonClients, runPython } from './python.js';

const covers = coverageOf('ADBC (Python)', import.meta.url);

describe.skipIf(!hasPythonClients())('ADBC from Python', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const adbc = (task: string) =>
    runPython('adbc.py', task, {
      host: server.host,
      port: server.port,
      user: server.user,
      token: server.token,
    });

  it(
    'reads a result with names, text, NULL and dates',
    covers('queries', async () => {
      expect(await adbc('select')).toEqual({
        names: ['answer', 'text', 'nothing', 'day'],
        rows: [['42', 'wörld', 'None', '2024-02-29']],
      });
    }),
  );
  it(
    'logs in with a bearer token and no handshake',
    covers('login by token', async () => {
      expect(await adbc('bearer')).toEqual([1]);
    }),
  );
  it(
    'is told UNAUTHENTICATED for a wrong password',
    covers('login by password', async () => {
      expect(await adbc('wrong_password')).toMatchObject({ status: 'UNAUTHENTICATED' });
    }),
  );
  it(
    'runs DDL and DML exactly once through the query path',
    covers('RETURNING', async () => {
      expect(await adbc('ddl_and_dml')).toEqual({ returned: [[4]], counted: [3, 'd'] });
    }),
  );
  it(
    'binds parameters',
    covers('parameters', async () => {
      expect(await adbc('parameters')).toEqual({ first: [42, 'ABC'], null: [true] });
    }),
  );
  it(
    'inserts many rows with executemany',
    covers('prepared statements', async () => {
      expect(await adbc('executemany')).toEqual([100, 4950, 'row 99']);
    }),
  );
  it(
    'fetches an Arrow table',
    covers('results of any size', async () => {
      expect(await adbc('fetch_arrow_table')).toEqual({
        rows: 100_000,
        types: ['int64', 'string'],
        sum: 4_999_950_000,
      });
    }),
  );
  it('gets the schema of an empty result', async () => {
    expect(await adbc('empty_result')).toEqual({ rows: 0, names: ['i', 's'] });
  });
  it('works with the default of no autocommit', async () => {
    expect(await adbc('default_autocommit')).toEqual([1]);
  });
  it('is told what is wrong with a statement in the words of the engine', async () => {
    expect(await adbc('wrong_sql')).toMatchObject({ text: expect.stringContaining('no_such_table') });
  });
  it('learns that a result failed midway instead of taking its start for the whole', async () => {
    expect(await adbc('fails_midway')).toMatchObject({ text: expect.stringContaining('boom') });
  });
  it(
    'keeps temp tables and text transactions in its session',
    covers('transactions by SQL text', async () => {
      expect(await adbc('session_state')).toEqual([[7]]);
    }),
  );
  it(
    'lists objects, table types and the schema of a table',
    covers('catalogs, schemas, tables', async () => {
      expect(await adbc('metadata')).toMatchObject({
        tables: ['metadata'],
        fields: [
          ['i', 'int32'],
          ['s', 'string'],
        ],
        types: expect.arrayContaining(['TABLE', 'VIEW']),
      });
    }),
  );
  it(
    'runs updates and queries without a prepared statement',
    covers('updates and DDL, with counts', async () => {
      expect(await adbc('low_level')).toEqual({ changed: 2, rows: [{ total: 6 }] });
    }),
  );
});
