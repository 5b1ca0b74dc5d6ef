/** The bulk ingest of ADBC's Flight SQL driver against `gizmo server start`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { coverageOf } from './compatibility.js';
import { hasPythonClients, runPython } from './python.js';

const covers = coverageOf('ADBC (Python)', import.meta.url);

describe.skipIf(!hasPythonClients())('bulk ingest by ADBC from Python', () => {
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(() => server?.stop());
  const adbc = (task: string) => runPython('adbc_ingest.py', task, server);

  it(
    'has every mode, and the errors that ADBC documents',
    covers('bulk ingest', async () => {
      expect(await adbc('modes')).toEqual({
        'append to nothing': 'NOT_FOUND',
        create: [3, 3],
        append: [3, 6],
        create_append: [3, 9],
        replace: [3, 3],
        'create again': 'ALREADY_EXISTS',
        'append what does not match': 'ALREADY_EXISTS',
        'create_append what does not match': 'ALREADY_EXISTS',
        'replace by nothing': [0, 0],
        'not null': [3, 'INVALID_ARGUMENT'],
      });
    }),
  );
  it('goes into the catalog and schema that are named, and into temporary tables', async () => {
    expect(await adbc('places')).toEqual({
      'second.deep.places': 3,
      'memory.main.places': 2,
      'temp.main.places': 1,
      'temporary again': 'ALREADY_EXISTS',
      elsewhere: 'NOT_FOUND',
      'no such schema': 'NOT_FOUND',
    });
  });
  it('takes every type and layout that pyarrow makes', async () => {
    expect(await adbc('types')).toEqual({
      large_utf8: ['VARCHAR', 'x', null],
      utf8_view: ['VARCHAR', 'longer than twelve bytes', null],
      binary_view: ['BLOB', 'x', null],
      large_binary: ['BLOB', 'x', null],
      fixed_binary: ['BLOB', 'abcd', null],
      dictionary: ['VARCHAR', 'x', null],
      run_end: ['VARCHAR', 'r', 'r'],
      decimal32: ['DECIMAL(5,1)', '1.5', null],
      decimal64: ['DECIMAL(12,1)', '1.5', null],
      decimal256: ['DECIMAL(38,1)', '1.5', null],
      negative_scale: ['DECIMAL(4,0)', '9900', null],
      float16: ['FLOAT', '1.5', null],
      uint64: ['UBIGINT', '18446744073709551615', null],
      duration: ['INTERVAL', '00:00:00.005', null],
      month_day_nano: ['INTERVAL', '1 month 2 days 00:00:00.000003', null],
      timestamp_s: ['TIMESTAMP_S', '2024-02-29 00:00:00', null],
      timestamp_ns: ['TIMESTAMP_NS', '2024-02-29 00:00:00', null],
      timestamp_zone: ['TIMESTAMP WITH TIME ZONE', '2024-02-29 00:00:00+00', null],
      timestamp_offset: ['TIMESTAMP WITH TIME ZONE', '2024-02-29 00:00:00+00', null],
      time_ms: ['TIME', '00:00:00.001', null],
      time_ns: ['TIME_NS', '00:00:00.000000001', null],
      date64: ['DATE', '2024-02-29', null],
      null: ['INTEGER', null, null],
      list_view: ['INTEGER[]', '[1, 2]', null],
      large_list: ['VARCHAR[]', '[a]', null],
      fixed_list: ['TINYINT[2]', '[1, 2]', null],
      struct: ['STRUCT(a BIGINT)', "{'a': 1}", null],
      map: ['MAP(VARCHAR, INTEGER)', '{k=1}', null],
      union: ['UNION(i BIGINT, s VARCHAR)', '1', 'u'],
      uuid: ['UUID', '00010203-0405-0607-0809-0a0b0c0d0e0f', null],
    });
  });
  it('belongs to the transaction that is open', async () => {
    expect(await adbc('transactions')).toEqual({
      inside: 3,
      'after rollback': 'NOT_FOUND',
      'after commit': 6,
    });
  });
  it(
    'leaves nothing when it is cancelled, when its client dies, and when its source breaks',
    covers('bulk ingest', async () => {
      expect(await adbc('cancel')).toEqual({ status: 'CANCELLED', rows: 1, afterwards: 3 });
      expect(await adbc('killed')).toBe('died');
      expect(await adbc('after_killed')).toBe(2);
      expect(await adbc('bad_source')).toEqual({ failed: true, afterwards: 'NOT_FOUND' });
    }),
  );
  it('streams millions of rows', async () => {
    expect(await adbc('many')).toEqual([4_000_000, 4_000_000, 199_998_000_000, 100_000]);
  });
});
