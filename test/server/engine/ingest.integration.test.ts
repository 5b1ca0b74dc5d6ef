import { LargeUtf8, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GizmoError } from '../../../src/errors.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { readIpc } from '../../../src/flight/ipc/framing.js';
import { decodeRecordBatch } from '../../../src/flight/ipc/record-batch.js';
import { decodeSchema } from '../../../src/flight/ipc/schema.js';
import {
  type ArrowField,
  type ArrowSchema,
  type EncodedBatch,
  field,
} from '../../../src/flight/ipc/types.js';
import type { Engine, EngineSession, IngestRequest } from '../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

const utf8 = { kind: 'utf8' } as const;
const int32 = { kind: 'int', bits: 32, signed: true } as const;
const entries = field(
  'entries',
  { kind: 'struct' },
  {
    nullable: false,
    children: [field('key', utf8, { nullable: false }), field('value', int32)],
  },
);

/** A column of each type, three values, and what DuckDB prints of them. */
const COLUMNS: readonly (readonly [ArrowField, readonly unknown[], string, readonly string[]])[] = [
  [field('c', { kind: 'null' }), [null, null, null], 'INTEGER', ['NULL', 'NULL', 'NULL']],
  [field('c', { kind: 'bool' }), [true, null, false], 'BOOLEAN', ['true', 'NULL', 'false']],
  [field('c', { kind: 'int', bits: 8, signed: true }), [-128, null, 127], 'TINYINT', ['-128', 'NULL', '127']],
  [
    field('c', { kind: 'int', bits: 64, signed: false }),
    [0n, null, 2n ** 64n - 1n],
    'UBIGINT',
    ['0', 'NULL', '18446744073709551615'],
  ],
  [field('c', { kind: 'float', bits: 32 }), [0.5, null, Number.NaN], 'FLOAT', ['0.5', 'NULL', 'nan']],
  [
    field('c', { kind: 'float', bits: 64 }),
    [0.1, null, Number.NEGATIVE_INFINITY],
    'DOUBLE',
    ['0.1', 'NULL', '-inf'],
  ],
  [
    field('c', { kind: 'decimal', bits: 128, precision: 4, scale: 1 }),
    [dec(-9999n, 1), null, dec(1n, 1)],
    'DECIMAL(4,1)',
    ['-999.9', 'NULL', '0.1'],
  ],
  [
    field('c', { kind: 'decimal', bits: 128, precision: 9, scale: 2 }),
    [dec(-1n, 2), null, dec(999999999n, 2)],
    'DECIMAL(9,2)',
    ['-0.01', 'NULL', '9999999.99'],
  ],
  [
    field('c', { kind: 'decimal', bits: 128, precision: 18, scale: 3 }),
    [dec(-999999999999999999n, 3), null, dec(5n, 3)],
    'DECIMAL(18,3)',
    ['-999999999999999.999', 'NULL', '0.005'],
  ],
  [
    field('c', { kind: 'decimal', bits: 128, precision: 38, scale: 0 }),
    [dec(-(10n ** 38n) + 1n, 0), null, dec(7n, 0)],
    'DECIMAL(38,0)',
    [`-${'9'.repeat(38)}`, 'NULL', '7'],
  ],
  [
    field(
      'c',
      { kind: 'decimal', bits: 128, precision: 38, scale: 0 },
      { metadata: new Map([['ARROW:FLIGHT:SQL:TYPE_NAME', 'HUGEINT']]) },
    ),
    [dec(-(2n ** 127n), 0), null, dec(7n, 0)],
    'HUGEINT',
    [String(-(2n ** 127n)), 'NULL', '7'],
  ],
  [
    field('c', utf8),
    ['', null, 'a text that is longer than twelve 🦆'],
    'VARCHAR',
    ['', 'NULL', 'a text that is longer than twelve 🦆'],
  ],
  [
    field('c', { kind: 'binary' }),
    [Uint8Array.of(0, 255), null, new Uint8Array(20).fill(65)],
    'BLOB',
    ['\\x00\\xFF', 'NULL', 'A'.repeat(20)],
  ],
  [
    field('c', { kind: 'decimal', bits: 128, precision: 2, scale: -2 }),
    [dec(99n, -2), null, dec(-10n, -2)],
    'DECIMAL(4,0)',
    ['9900', 'NULL', '-1000'],
  ],
  [
    field(
      'c',
      { kind: 'fixedSizeBinary', byteWidth: 16 },
      { metadata: new Map([['ARROW:extension:name', 'arrow.uuid']]) },
    ),
    [Uint8Array.from({ length: 16 }, (_, i) => i), null, new Uint8Array(16).fill(255)],
    'UUID',
    ['00010203-0405-0607-0809-0a0b0c0d0e0f', 'NULL', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ],
  [
    field('c', { kind: 'fixedSizeBinary', byteWidth: 2 }),
    [Uint8Array.of(65, 66), null, Uint8Array.of(0, 0)],
    'BLOB',
    ['AB', 'NULL', '\\x00\\x00'],
  ],
  [field('c', { kind: 'date', unit: 'day' }), [0, null, -1], 'DATE', ['1970-01-01', 'NULL', '1969-12-31']],
  [
    field('c', { kind: 'date', unit: 'ms' }),
    [86_400_000n, null, 0n],
    'DATE',
    ['1970-01-02', 'NULL', '1970-01-01'],
  ],
  [field('c', { kind: 'time', unit: 's' }), [61, null, 0], 'TIME', ['00:01:01', 'NULL', '00:00:00']],
  [
    field('c', { kind: 'time', unit: 'ns' }),
    [1n, null, 0n],
    'TIME_NS',
    ['00:00:00.000000001', 'NULL', '00:00:00'],
  ],
  [
    field('c', { kind: 'timestamp', unit: 's' }),
    [1n, null, -1n],
    'TIMESTAMP_S',
    ['1970-01-01 00:00:01', 'NULL', '1969-12-31 23:59:59'],
  ],
  [
    field('c', { kind: 'timestamp', unit: 'ns' }),
    [1n, null, 0n],
    'TIMESTAMP_NS',
    ['1970-01-01 00:00:00.000000001', 'NULL', '1970-01-01 00:00:00'],
  ],
  [
    field('c', { kind: 'timestamp', unit: 'ms', timezone: 'Asia/Tokyo' }),
    [1n, null, 0n],
    'TIMESTAMP WITH TIME ZONE',
    ['1970-01-01 00:00:00.001+00', 'NULL', '1970-01-01 00:00:00+00'],
  ],
  [
    field('c', { kind: 'duration', unit: 'ms' }),
    [1n, null, -1n],
    'INTERVAL',
    ['00:00:00.001', 'NULL', '-00:00:00.001'],
  ],
  [
    field('c', { kind: 'interval', unit: 'monthDayNano' }),
    [{ months: 1, days: 2, nanos: 3000n }, null, { months: 0, days: 0, nanos: 0n }],
    'INTERVAL',
    ['1 month 2 days 00:00:00.000003', 'NULL', '00:00:00'],
  ],
  [
    field('c', { kind: 'list' }, { children: [field('item', utf8)] }),
    [['a', null, 'a text longer than twelve'], null, []],
    'VARCHAR[]',
    ['[a, NULL, a text longer than twelve]', 'NULL', '[]'],
  ],
  [
    field(
      'c',
      { kind: 'list' },
      { children: [field('item', { kind: 'list' }, { children: [field('item', int32)] })] },
    ),
    [[[1], null, []], null, [[2, null]]],
    'INTEGER[][]',
    ['[[1], NULL, []]', 'NULL', '[[2, NULL]]'],
  ],
  [
    field('c', { kind: 'fixedSizeList', listSize: 2 }, { children: [field('item', int32)] }),
    [[1, null], null, [3, 4]],
    'INTEGER[2]',
    ['[1, NULL]', 'NULL', '[3, 4]'],
  ],
  [
    field('c', { kind: 'struct' }, { children: [field('a', int32), field('b', utf8)] }),
    [{ a: 1, b: 'x' }, null, { a: null, b: null }],
    'STRUCT(a INTEGER, b VARCHAR)',
    ["{'a': 1, 'b': x}", 'NULL', "{'a': NULL, 'b': NULL}"],
  ],
  [
    field('c', { kind: 'map', keysSorted: false }, { children: [entries] }),
    [
      [
        ['k', 1],
        ['l', null],
      ],
      null,
      [],
    ],
    'MAP(VARCHAR, INTEGER)',
    ['{k=1, l=NULL}', 'NULL', '{}'],
  ],
  [
    field(
      'c',
      { kind: 'union', mode: 'dense', typeIds: [0, 1] },
      { children: [field('n', int32), field('s', utf8)] },
    ),
    [
      { typeId: 0, value: 1 },
      { typeId: 1, value: 'x' },
      { typeId: 0, value: 2 },
    ],
    'UNION(n INTEGER, s VARCHAR)',
    ['1', 'x', '2'],
  ],
  [
    field(
      'c',
      { kind: 'list' },
      {
        children: [
          field(
            'item',
            { kind: 'union', mode: 'sparse', typeIds: [3, 5] },
            { children: [field('n', int32), field('s', utf8)] },
          ),
        ],
      },
    ),
    [[{ typeId: 5, value: 'x' }], null, []],
    'UNION(n INTEGER, s VARCHAR)[]',
    ['[x]', 'NULL', '[]'],
  ],
];

function dec(unscaled: bigint, scale: number) {
  return { unscaled, scale };
}

describe.each(ENGINES)('bulk ingest into the engine %s', (_, open) => {
  let engine: Engine;
  let session: EngineSession;

  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
    await runSql(session, "set timezone = 'UTC'");
  });

  afterAll(async () => {
    await engine.close();
  });

  function load(
    fields: readonly ArrowField[],
    batches: readonly (readonly (readonly unknown[])[])[],
    options: Partial<IngestRequest> = {},
  ): Promise<{ readonly rows: number }> {
    const arrowSchema: ArrowSchema = { fields };
    return session.ingest({
      table: 't',
      temporary: false,
      ifMissing: 'create',
      ifExists: 'replace',
      arrowSchema,
      batches: stream(batches.map((columns) => buildBatch(arrowSchema, columns))),
      ...options,
    });
  }

  it.each(COLUMNS)('makes a column of %j', async (column, values, type, texts) => {
    expect(await load([column, field('i', int32)], [[values, [0, 1, 2]]])).toEqual({ rows: 3 });
    expect(await queryTexts(session, 'select typeof(c) from t')).toEqual([type, type, type]);
    expect(await queryTexts(session, 'select c::varchar from t order by i')).toEqual(texts);
  });

  it('takes batches larger than a chunk', async () => {
    const count = 10_000;
    const numbers = Array.from({ length: count }, (__, row) => row);
    const columns = [
      numbers,
      numbers.map((row) => (row % 3 === 0 ? null : `a text of number ${row}`)),
      numbers.map((row) => (row % 5 === 0 ? null : [row, null])),
    ];
    const list = field('l', { kind: 'list' }, { children: [field('item', int32)] });
    await load([field('i', int32), field('s', utf8), list], [columns, columns]);
    expect(
      await queryTexts(
        session,
        "select count(*), sum(i), count(s), sum(len(s)), count(l), sum(l[1]), bool_and(s = 'a text of number ' || i) from t",
      ),
    ).toEqual(
      await queryTexts(
        session,
        "select 20000, 2 * sum(i), 2 * count(s), 2 * sum(len(s)), 2 * count(l), 2 * sum(l), true from (select i, case when i % 3 <> 0 then 'a text of number ' || i end s, case when i % 5 <> 0 then i end l from range(10000) r(i))",
      ),
    );
  });

  it('holds the memory of few batches, however many come', async () => {
    const schema: ArrowSchema = { fields: [field('b', { kind: 'binary' })] };
    const batch = buildBatch(schema, [[new Uint8Array(4 * 1024 * 1024)]]);
    let highest = 0;
    const start = process.memoryUsage().arrayBuffers;
    async function* many() {
      for (let sent = 0; sent < 40; sent++) {
        yield batch;
        highest = Math.max(highest, process.memoryUsage().arrayBuffers - start);
      }
    }
    expect(await load(schema.fields, [], { batches: many() })).toEqual({ rows: 40 });
    expect(highest).toBeLessThan(10 * batch.body.byteLength);
  });

  it('appends by name, casts to the column types, and leaves other columns to their defaults', async () => {
    await runSql(session, "create or replace table t (id uuid, extra integer default 7, c enum('a', 'b'))");
    const id = '12345678-9abc-def0-1234-56789abcdef0';
    await load([field('c', utf8), field('id', utf8)], [[['b'], [id]]], {
      ifExists: 'append',
      ifMissing: 'fail',
    });
    expect(await queryTexts(session, 'from t')).toEqual([`${id}|7|b`]);
  });

  it('refuses an existing, a missing and a misfitting table', async () => {
    const one = [[[1]]];
    await runSql(session, 'create or replace table t (i integer)');
    await expect(load([field('i', int32)], one, { ifExists: 'fail' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    await expect(load([field('i', int32)], one, { table: 'nope', ifMissing: 'fail' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(load([field('x', int32)], one, { ifExists: 'append' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: 'Table "t" already exists and has no column "x".',
    });
    expect(await queryTexts(session, 'select count(*) from t')).toEqual(['0']);
  });

  it('makes columns NOT NULL whose fields cannot be null', async () => {
    await load([field('must be', int32, { nullable: false }), field('may be', utf8)], [[[1], [null]]], {
      ifExists: 'replace',
    });
    await expect(runSql(session, 'insert into t values (null, null)')).rejects.toThrow('NOT NULL constraint');
    await runSql(session, 'insert into t values (2, null)');
    expect(await queryTexts(session, 'from t')).toEqual(['1|NULL', '2|NULL']);
  });

  it('makes temporary tables, and tables in the schema named', async () => {
    await load([field('i', int32)], [[[1, 2]]], { table: 'only here', temporary: true });
    await runSql(session, 'create schema if not exists "my schema"');
    await load([field('i', int32)], [[[3]]], { table: 'in "quotes"', schema: 'my schema' });
    expect(await queryTexts(session, 'select count(*) from temp.main."only here"')).toEqual(['2']);
    expect(await queryTexts(session, 'from "my schema"."in ""quotes"""')).toEqual(['3']);
  });

  it('leaves nothing behind when a batch is bad, the source fails, or it is cancelled', async () => {
    const schema: ArrowSchema = { fields: [field('i', int32)] };
    const good = buildBatch(schema, [[1, 2, 3]]);
    const request = {
      table: 'gone',
      temporary: false,
      ifMissing: 'create',
      ifExists: 'fail',
      arrowSchema: schema,
    } as const;
    async function* failing() {
      yield good;
      throw new GizmoError('UNAVAILABLE', 'the client went away');
    }
    await expect(session.ingest({ ...request, batches: failing() })).rejects.toThrow('the client went away');
    await expect(
      session.ingest({ ...request, batches: stream([good, { ...good, body: good.body.subarray(8) }]) }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const controller = new AbortController();
    async function* endless() {
      yield good;
      controller.abort();
      await new Promise(() => {});
    }
    await expect(
      session.ingest({ ...request, batches: endless(), signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await session.inTransaction()).toBe(false);
    await expect(runSql(session, 'from gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([1, 2])('goes on while others change the catalog, with %i threads of DuckDB', async (threads) => {
    const schema: ArrowSchema = { fields: [field('i', int32), field('t', utf8)] };
    const other = await engine.openSession();
    await runSql(other, `set threads = ${threads}`);
    async function* changing() {
      for (let batch = 0; batch < 30; batch += 1) {
        // Each is larger than what is read ahead, so the statement that loads begins anew now and then.
        yield buildBatch(schema, [
          [batch, batch],
          ['x'.repeat(5 * 1024 * 1024), null],
        ]);
        await runSql(other, `create table changed_${threads}_${batch} (i integer)`);
        await runSql(other, `drop table changed_${threads}_${batch}`);
      }
    }
    const loaded = await load(schema.fields, [], {
      table: 'steady',
      ifExists: 'replace',
      batches: changing(),
    });
    expect(loaded.rows).toBe(60);
    expect(await queryTexts(session, 'select sum(i) from steady where t is null')).toEqual(['435']);
    await runSql(other, 'reset threads');
    await other.close();
  });

  it('tells why its COMMIT failed, and leaves no transaction behind', async () => {
    await runSql(session, 'create or replace table k (i integer primary key, t varchar)');
    const schema: ArrowSchema = { fields: [field('i', int32), field('t', utf8)] };
    const other = await engine.openSession();
    async function* overtaken() {
      yield buildBatch(schema, [[1], ['']]);
      // So large that the next is asked for when DuckDB takes it, and has stored the row before.
      yield buildBatch(schema, [[2], ['x'.repeat(5 * 1024 * 1024)]]);
      await runSql(other, "insert into k values (1, '')");
    }
    await expect(
      load(schema.fields, [], { table: 'k', ifExists: 'append', batches: overtaken() }),
    ).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining('Failed to commit') });
    expect(await session.inTransaction()).toBe(false);
    expect(await queryTexts(session, 'select i from k')).toEqual(['1']);
    await other.close();
  });

  it('joins the transaction of the session, and spoils it when it fails', async () => {
    await runSql(session, 'create or replace table t (i integer)');
    await runSql(session, 'begin');
    await load([field('i', int32)], [[[1]]], { ifExists: 'append' });
    await runSql(session, 'rollback');
    expect(await queryTexts(session, 'select count(*) from t')).toEqual(['0']);
    await runSql(session, 'begin');
    await load([field('i', int32)], [[[1]]], { ifExists: 'append' });
    const bad = field('i', { kind: 'map', keysSorted: false }, { children: [entries] });
    await expect(
      load(
        [bad],
        [
          [
            [
              [
                ['k', 1],
                ['k', 2],
              ],
            ],
          ],
        ],
        { table: 'other' },
      ),
    ).rejects.toThrow('a key twice');
    await expect(runSql(session, 'commit')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect(await queryTexts(session, 'select count(*) from t')).toEqual(['0']);
  });

  it('refuses values that DuckDB would store without a check', async () => {
    const narrow = field('d', { kind: 'decimal', bits: 128, precision: 4, scale: 0 });
    await expect(load([narrow], [[[dec(10_000n, 0)]]])).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    const schema: ArrowSchema = { fields: [field('s', utf8)] };
    const text = buildBatch(schema, [['abcd']]);
    const body = Uint8Array.from(text.body, (byte) => (byte === 0x62 ? 0xff : byte));
    const batches = stream([{ ...text, body }]);
    await expect(load(schema.fields, [], { batches })).rejects.toThrow('no valid UTF-8');
  });

  it.each([1, 4, 5, 9, 10, 18, 19, 37, 38])(
    'takes decimals of %i digits up to the last, and none beyond',
    async (digits) => {
      const type = { kind: 'decimal', bits: 128, precision: digits, scale: 0 } as const;
      const limit = 10n ** BigInt(digits);
      const edges = [
        1n,
        2n ** 15n,
        2n ** 31n,
        2n ** 32n,
        2n ** 63n,
        2n ** 64n,
        2n ** 96n,
        limit / 2n,
        limit,
      ].flatMap((edge) => [edge - 1n, edge, edge + 1n, -edge, 1n - edge, -1n - edge]);
      const inside = edges.filter((value) => value < limit && value > -limit);
      const values = inside.map((value, row) => (row % 3 === 2 ? null : dec(value, 0)));
      const texts = inside.map((value, row) => (row % 3 === 2 ? 'NULL' : String(value)));
      await load([field('d', type), field('i', int32)], [[values, values.map((_value, row) => row)]]);
      expect(await queryTexts(session, 'select d::varchar from t order by i')).toEqual(texts);
      for (const value of edges.filter(
        (it) => (it >= limit || it <= -limit) && BigInt.asIntN(128, it) === it,
      )) {
        await expect(load([field('d', type)], [[[dec(0n, 0), dec(value, 0)]]])).rejects.toMatchObject({
          code: 'OUT_OF_RANGE',
        });
      }
    },
  );

  it('takes texts of every length, to the last byte of what was received', async () => {
    const texts = Array.from({ length: 2100 }, (_text, row) =>
      row % 7 === 6 ? null : 'abcdefghijklmno'.slice(0, row % 16),
    );
    await load([field('s', utf8), field('i', int32)], [[texts, texts.map((_text, row) => row)]]);
    expect(await queryTexts(session, 'select s from t order by i')).toEqual(
      texts.map((text) => text ?? 'NULL'),
    );
    for (let length = 0; length < 16; length += 1) {
      const schema: ArrowSchema = { fields: [field('s', utf8)] };
      const batch = buildBatch(schema, [['x'.repeat(length)]]);
      // Received memory ends where the batch does.
      const batches = stream([{ ...batch, body: new Uint8Array(batch.body) }]);
      await load(schema.fields, [], { batches });
      expect(await queryTexts(session, 'from t')).toEqual(['x'.repeat(length)]);
    }
  });

  it('takes the layouts that DuckDB does not have', async () => {
    const table = new Table({
      s: vectorFromArray(['a text of more than twelve', null, ''], new LargeUtf8()),
    });
    let schema: ArrowSchema | undefined;
    const batches: EncodedBatch[] = [];
    for await (const message of readIpc(tableToIPC(table, 'stream'))) {
      if (schema === undefined) schema = decodeSchema(message.header);
      else batches.push({ ...message, rows: decodeRecordBatch(schema, message).length });
    }
    expect(schema?.fields[0]?.type.kind).toBe('largeUtf8');
    expect(await load(schema?.fields ?? [], [], { batches: stream(batches) })).toEqual({ rows: 3 });
    expect(await queryTexts(session, 'from t')).toEqual(['a text of more than twelve', 'NULL', '']);
  });

  it('cannot be reached from SQL', async () => {
    await expect(runSql(session, "from gizmo_ingest('x')")).rejects.toThrow('cannot be called from SQL');
  });
});

async function* stream(batches: readonly EncodedBatch[]): AsyncGenerator<EncodedBatch> {
  yield* batches;
}
