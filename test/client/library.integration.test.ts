/** The library against a Gizmo server: what a program sees. */
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  batchesOf,
  connect,
  decodeSchema,
  type FlightSqlClient,
  field,
  type Row,
} from '../../src/client/index.js';
import type { RunningServer } from '../../src/server/running-server.js';
import { PASSWORD, startTestServer, USER } from '../support/start-test-server.js';

let server: RunningServer;
let db: FlightSqlClient;
const dial = () =>
  connect({ host: '127.0.0.1', port: server.address.port, username: USER, password: PASSWORD });
beforeAll(async () => {
  server = await startTestServer();
  db = await dial();
});
afterAll(async () => {
  await db?.close();
  await server?.stop();
});

async function rows<T extends Row = Row>(sql: string, parameters?: readonly never[] | object): Promise<T[]> {
  const result = await db.query<T>(sql, parameters === undefined ? {} : { parameters: parameters as never });
  return result.toArray();
}

describe('rows', () => {
  test('hold what DuckDB holds, to the last digit', async () => {
    const [row] = await rows(`select
      9223372036854775807::bigint as big, 170141183460469231731687303715884105727::hugeint as huge,
      0.1::decimal(38, 37) as exact, 1.5::double as double, true as yes, 'wörld' as text,
      '\\x00\\xff'::blob as bytes, date '2024-02-29' as day, '0044-03-15 (BC)'::date as ides,
      time '12:34:56.000001' as clock, timestamp '2024-02-29 12:34:56.123456' as wall,
      timestamptz '2024-02-29 12:34:56.5+02' as instant, interval '1 month 2 days 3 seconds' as pause,
      [1, null] as list, {'a': 1, 'b': [date '2024-01-01']} as struct, map {'k': 0.5::decimal(3, 1)} as map,
      'x'::enum('x', 'y') as enum, null as nothing, 'infinity'::timestamp as never`);
    expect(row).toEqual({
      big: 9223372036854775807n,
      huge: expect.anything(),
      exact: `0.1${'0'.repeat(36)}`,
      double: 1.5,
      yes: true,
      text: 'wörld',
      bytes: Uint8Array.of(0, 255),
      day: '2024-02-29',
      ides: '-000043-03-15',
      clock: '12:34:56.000001',
      wall: '2024-02-29T12:34:56.123456',
      instant: '2024-02-29T10:34:56.5Z',
      pause: { months: 1, days: 2, nanos: 3_000_000_000n },
      list: [1, null],
      struct: { a: 1, b: ['2024-01-01'] },
      map: new Map([['k', '0.5']]),
      enum: 'x',
      nothing: null,
      never: 'infinity',
    });
    expect(String(row?.huge)).toBe('170141183460469231731687303715884105727');
  });

  test('come as arrays too, and across batches', async () => {
    const result = await db.query('select range as i, -range as j from range(20000)');
    let sum = 0n;
    for await (const [i, j] of result.arrays()) {
      expect(j).toBe(-(i as bigint));
      sum += i as bigint;
    }
    expect(sum).toBe(199_990_000n);
  });

  test('leaving early ends the statement', async () => {
    for await (const _ of (await db.query('select a.range from range(1000000) a, range(100000) b')).rows())
      break;
    expect(await rows('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('parameters', () => {
  test('come back as they went, in the types of their columns', async () => {
    await db.execute(`create or replace table all_types (
      i int, l bigint, h decimal(38, 0), d decimal(12, 3), f double, t varchar, b blob, y boolean, day date,
      clock time, wall timestamp, instant timestamptz, list int[])`);
    const given = {
      i: -5,
      l: 2n ** 62n,
      h: '99999999999999999999999999999999999999',
      d: '-0.125',
      f: 0.1,
      t: "it's",
      b: Uint8Array.of(1, 2),
      y: false,
      day: '2024-02-29',
      clock: '23:59:59.999999',
      wall: '2024-02-29T12:34:56.123456',
      instant: '2024-02-29T12:34:56.123456Z',
      list: [1, 2],
    };
    const insert = `insert into all_types values (${Object.keys(given).map((name) => `$${name}`)})`;
    expect(await db.execute(insert, { parameters: given })).toBe(1);
    expect(await rows('from all_types')).toEqual([given]);
    const same = await rows<{ n: bigint }>(
      'select count(*) as n from all_types where wall = ? and d = ? and day = ?',
      [given.wall, given.d, new Date('2024-02-29T23:00:00Z')] as never[],
    );
    expect(same).toEqual([{ n: 1n }]);
  });

  test('of unknown type are what JavaScript says they are', async () => {
    expect(await rows('select $1 as a, $2 as b, $3 as c', [42, 'x', null] as never[])).toEqual([
      { a: 42n, b: 'x', c: null },
    ]);
  });

  test('are counted, and named', async () => {
    await expect(db.query('select $1 + $2', { parameters: [1] })).rejects.toThrow(
      /takes 2 parameters, not 1/,
    );
    await expect(db.query('select $a', { parameters: { b: 1 } })).rejects.toThrow(/no parameter "b"/);
    await expect(db.query('select $1::date', { parameters: ['soon'] })).rejects.toThrow(/such as 2024-02-29/);
  });

  test('of many rows run once each, all or none', async () => {
    await db.execute('create or replace table many (i int primary key, t varchar)');
    const insert = await db.prepare('insert into many values (?, ?)');
    expect(
      await insert.executeMany(Array.from({ length: 500 }, (_, i) => [i, i % 3 === 0 ? null : `row ${i}`])),
    ).toBe(500);
    await expect(
      insert.executeMany([
        [1000, 'a'],
        [1, 'b'],
      ]),
    ).rejects.toMatchObject({ code: 'STATEMENT_FAILED' });
    expect(await insert.execute([1001, 'c'])).toBe(1);
    await insert.close();
    await insert.close();
    expect(await rows('select count(*) as n, max(i) as last from many')).toEqual([{ n: 501n, last: 1001 }]);
    await expect(insert.execute([1002, 'd'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    [[[1, 'a'], [2]], 'Row 2: The statement takes 2 parameters, not 1.'],
    [
      [
        [1, 'a'],
        ['x', 'b'],
      ],
      /^Row 2: Parameter "1" of type int takes a whole number/,
    ],
  ])('that do not fit are named with their row: %j', async (sets, message) => {
    await db.execute('create or replace table fits (i int, t varchar)');
    await using insert = await db.prepare('insert into fits values (?, ?)');
    await expect(insert.executeMany(sets)).rejects.toThrow(message);
  });

  test('a prepared query runs again and again', async () => {
    const statement = await db.prepare<{ twice: number }>('select $n::int * 2 as twice');
    for (const n of [1, 21])
      expect(await (await statement.query({ n })).toArray()).toEqual([{ twice: 2 * n }]);
    await statement[Symbol.asyncDispose]();
  });
});

describe('transactions', () => {
  beforeAll(() => db.execute('create or replace table account (id int, amount int)'));
  const amounts = () => rows('select amount from account order by id');

  test('commit where the work is done, and roll back where it fails', async () => {
    await db.transaction(async (transaction) => {
      await transaction.execute('insert into account values (1, 10)');
      await transaction.execute('insert into account values ($1, $2)', { parameters: [2, 20] });
      const seen = await transaction.query<{ n: bigint }>('select count(*) as n from account');
      expect(await seen.toArray()).toEqual([{ n: 2n }]);
    });
    expect(await amounts()).toEqual([{ amount: 10 }, { amount: 20 }]);
    const fault = new Error('changed my mind');
    const failing = db.transaction(async (transaction) => {
      await transaction.execute('delete from account');
      throw fault;
    });
    await expect(failing).rejects.toBe(fault);
    expect(await amounts()).toHaveLength(2);
  });

  test('roll back when they are disposed of, and end once', async () => {
    const transaction = await db.beginTransaction();
    await transaction.execute('delete from account');
    await transaction[Symbol.asyncDispose]();
    await transaction[Symbol.asyncDispose]();
    expect(await amounts()).toHaveLength(2);
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await expect(transaction.execute('select 1')).rejects.toThrow();
  });
});

describe('Arrow', () => {
  test('IPC bytes are a table of apache-arrow, dates and all', async () => {
    const result = await db.query(
      "select range as i, date '2024-01-01' as day, 'x' || range as t from range(3)",
    );
    const table = await tableFromIPC(result.toIPC());
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'i Int64',
      'day Date32<DAY>',
      't Utf8',
    ]);
    expect([...(table.getChild('t') ?? [])]).toEqual(['x0', 'x1', 'x2']);
  });
});

describe('ingest', () => {
  const schema = {
    fields: [
      field('id', { kind: 'int', bits: 64, signed: true }),
      field('day', { kind: 'date', unit: 'day' }),
    ],
  };
  async function* people(count: number) {
    for (let id = 0; id < count; id++) yield { id, day: new Date(id * 86_400_000) };
  }

  test('takes rows, whatever their number', async () => {
    expect(await db.ingest('people', batchesOf(schema, people(50_000)))).toBe(50_000);
    expect(await rows('select count(*) as n, max(day) as last from people')).toEqual([
      { n: 50_000n, last: '2106-11-23' },
    ]);
  });
  test('takes what apache-arrow writes, as stream and as file', async () => {
    const table = tableFromArrays({ n: Int32Array.of(1, 2, 3), t: ['a', 'b', 'a'] });
    expect(await db.ingest('from_arrow', tableToIPC(table, 'stream'))).toBe(3);
    async function* chunks() {
      yield* [tableToIPC(table, 'file')];
    }
    expect(await db.ingest('from_arrow', chunks(), { mode: 'append' })).toBe(3);
    expect(await rows('select sum(n) as total, count(distinct t) as texts from from_arrow')).toMatchObject([
      { texts: 2n },
    ]);
  });
  test('takes the result of another connection', async () => {
    const other = await dial();
    expect(await db.ingest('copied', await other.query('select range as i from range(100000)'))).toBe(
      100_000,
    );
    await other.close();
    expect(await rows('select sum(i)::bigint as total from copied')).toEqual([{ total: 4_999_950_000n }]);
  });
  test.each([
    ['rows', [{ a: 1 }]],
    ['arrays', [[1, 2]]],
    ['one row', { a: 1 }],
    ['a text', 'a'],
    ['nothing', undefined],
    ['an empty value', [null]],
  ])('says what to load in the place of %s', async (_, source) => {
    await expect(db.ingest('people', source as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('batchesOf(schema, rows)'),
    });
  });

  test('wants the table to be there or not, as told', async () => {
    const one = () => batchesOf(schema, people(1));
    await db.ingest('modes', one());
    await expect(db.ingest('modes', one())).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    await db.ingest('modes', one(), { mode: 'append' });
    await db.ingest('modes', one(), { mode: 'create_append' });
    expect(await rows('select count(*) as n from modes')).toEqual([{ n: 3n }]);
    await db.ingest('modes', batchesOf(schema, []), { mode: 'replace' });
    expect(await rows('select count(*) as n from modes')).toEqual([{ n: 0n }]);
    await expect(db.ingest('no_such', one(), { mode: 'append' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
  test('leaves nothing where its source fails', async () => {
    const fault = new Error('the disk is gone');
    async function* fails() {
      yield* people(20_000);
      throw fault;
    }
    await expect(db.ingest('halved', batchesOf(schema, fails()))).rejects.toBe(fault);
    await expect(db.query('from halved')).rejects.toThrow(/halved/);
  });
  test('belongs to its transaction', async () => {
    const transaction = await db.beginTransaction();
    await transaction.ingest('undone', batchesOf(schema, people(3)));
    await transaction.rollback();
    await expect(db.query('from undone')).rejects.toThrow(/undone/);
  });
});

describe('session options', () => {
  test('are read, set, and refused by name', async () => {
    const other = await dial();
    await other.execute('create schema if not exists elsewhere');
    await other.setSessionOptions({ schema: 'elsewhere' });
    expect((await other.getSessionOptions()).get('schema')).toBe('elsewhere');
    expect(await (await other.query('select current_schema() as s')).toArray()).toEqual([{ s: 'elsewhere' }]);
    await expect(other.setSessionOptions({ no_such_option: 1n })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('no_such_option'),
    });
    await other.close();
  });
});

test('a long statement tells how far it is', async () => {
  const told: unknown[] = [];
  const result = await db.query('select sum(a.range) as s from range(8000) a, range(8000) b', {
    onProgress: (part) => told.push(part),
  });
  expect(await result.toArray()).toHaveLength(1);
  expect(told.every((part) => part === undefined || (Number(part) >= 0 && Number(part) <= 1))).toBe(true);
});

test('keys are told as they are', async () => {
  await db.execute('create table parents (a int, b int, primary key (a, b))');
  await db.execute('create table children (x int, y int, foreign key (x, y) references parents (a, b))');
  const primary = await (await db.getPrimaryKeys({ table: 'parents' })).toArray();
  expect(primary.map(({ column_name, key_sequence }) => [column_name, key_sequence])).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  for (const answer of [
    db.getImportedKeys({ table: 'children' }),
    db.getExportedKeys({ table: 'parents' }),
    db.getCrossReference({ table: 'parents' }, { table: 'children' }),
  ])
    expect((await (await answer).toArray()).map((key) => [key.fk_column_name, key.pk_column_name])).toEqual([
      ['x', 'a'],
      ['y', 'b'],
    ]);
  const types = await (await db.getXdbcTypeInfo(4)).toArray();
  expect(types.map(({ data_type }) => data_type)).toContain(4);
});

describe('metadata', () => {
  beforeAll(() => db.execute('create or replace table "odd_%name" (id int not null, t varchar)'));

  test('is told in typed rows', async () => {
    const catalogs = await (await db.getCatalogs()).toArray();
    expect(catalogs.map(({ catalog_name }) => catalog_name)).toContain('memory');
    const types = await (await db.getTableTypes()).toArray();
    expect(types.map(({ table_type }) => table_type)).toContain('VIEW');
    const [name] = await (await db.getSqlInfo([0])).toArray();
    expect(name).toMatchObject({ info_name: 0, value: expect.stringMatching(/gizmo/i) });
    const tables = await db.getTables({ tablePattern: 'odd\\_\\%%', includeSchema: true });
    const [table] = await tables.toArray();
    expect(table?.table_name).toBe('odd_%name');
    expect(
      decodeSchema(table?.table_schema ?? new Uint8Array(0)).fields.map((each) => each.nullable),
    ).toEqual([false, true]);
  });

  test('of one table is asked for by its name, not by a pattern', async () => {
    const { fields } = await db.getTableSchema({ schema: 'main', table: 'odd_%name' });
    expect(fields.map(({ name }) => name)).toEqual(['id', 't']);
    await expect(db.getTableSchema({ table: 'odd%' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(db.getTableSchema({ schema: 'mai_', table: 'odd_%name' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('of a query is there before it runs', async () => {
    const { fields } = await db.getQuerySchema('select 1 as a, range as b from range(1e12::bigint)');
    expect(fields.map(({ name, type }) => [name, type.kind])).toEqual([
      ['a', 'int'],
      ['b', 'int'],
    ]);
  });
});

test('an abort ends the statement on the server with the reason given', async () => {
  const reason = new Error('the user left');
  const running = db.query('select count(*) from range(100000000) a, range(100000) b', {
    signal: AbortSignal.abort(reason),
  });
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED', cause: reason });
  expect(await rows('select 1 as one')).toEqual([{ one: 1 }]);
});

test('an abort in the turn that ran the statement ends it on the server, too', async () => {
  const stop = new AbortController();
  const running = db.query('select count(*) from range(100000000) a, range(100000) b', {
    signal: stop.signal,
  });
  stop.abort();
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  for (const turn of [() => Promise.resolve(), () => new Promise((go) => process.nextTick(go))]) {
    const late = new AbortController();
    const other = db.query('select count(*) from range(100000000) a, range(100000) b', {
      signal: late.signal,
    });
    await turn();
    late.abort();
    await expect(other).rejects.toMatchObject({ code: 'CANCELLED' });
  }
  expect(await rows('select 1 as one')).toEqual([{ one: 1 }]);
});

test('two connections are two sessions', async () => {
  const other = await dial();
  await other.execute('create temp table mine as select 1');
  await expect(db.query('from mine')).rejects.toMatchObject({
    code: expect.stringMatching(/INVALID|NOT_FOUND/),
  });
  await other.close();
});

test('a closed connection refuses every call as such', async () => {
  const closed = await dial();
  await closed.close();
  const refusal = {
    name: 'GizmoError',
    code: 'FAILED_PRECONDITION',
    message: 'The connection has been closed.',
  };
  await expect(closed.query('select 1')).rejects.toMatchObject(refusal);
  await expect(closed.execute('select 1')).rejects.toMatchObject(refusal);
  await expect(closed.prepare('select 1')).rejects.toMatchObject(refusal);
  await expect(closed.getTables()).rejects.toMatchObject(refusal);
});
