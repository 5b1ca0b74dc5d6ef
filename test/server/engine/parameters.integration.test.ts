import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { type ArrowField, type ArrowSchema, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import type { Engine, EngineSession, ExecuteOptions } from '../../../src/server/engine/engine.js';
import { ENGINES, runSql, toTexts } from '../../support/engines.js';

const utf8 = { kind: 'utf8' } as const;
const int32 = { kind: 'int', bits: 32, signed: true } as const;

/** Values of every Arrow type, and what DuckDB makes of them. */
const BOUND: readonly (readonly [string, ArrowField, unknown, string | null, string])[] = [
  ['null', field('p', { kind: 'null' }), null, null, '"NULL"'],
  ['bool', field('p', { kind: 'bool' }), true, 'true', 'BOOLEAN'],
  ['int8', field('p', { kind: 'int', bits: 8, signed: true }), -128, '-128', 'TINYINT'],
  ['uint8', field('p', { kind: 'int', bits: 8, signed: false }), 255, '255', 'UTINYINT'],
  ['int16', field('p', { kind: 'int', bits: 16, signed: true }), -32768, '-32768', 'SMALLINT'],
  ['uint16', field('p', { kind: 'int', bits: 16, signed: false }), 65535, '65535', 'USMALLINT'],
  ['int32', field('p', int32), -5, '-5', 'INTEGER'],
  ['uint32', field('p', { kind: 'int', bits: 32, signed: false }), 4294967295, '4294967295', 'UINTEGER'],
  [
    'int64',
    field('p', { kind: 'int', bits: 64, signed: true }),
    -(2n ** 63n),
    '-9223372036854775808',
    'BIGINT',
  ],
  [
    'uint64',
    field('p', { kind: 'int', bits: 64, signed: false }),
    2n ** 64n - 1n,
    '18446744073709551615',
    'UBIGINT',
  ],
  ['float32', field('p', { kind: 'float', bits: 32 }), 0.5, '0.5', 'FLOAT'],
  ['float64', field('p', { kind: 'float', bits: 64 }), 0.1, '0.1', 'DOUBLE'],
  ['utf8', field('p', utf8), 'a 🦆 in a longer text', 'a 🦆 in a longer text', 'VARCHAR'],
  ['binary', field('p', { kind: 'binary' }), Uint8Array.of(0, 255, 65), '\\x00\\xFFA', 'BLOB'],
  [
    'fixedSizeBinary',
    field('p', { kind: 'fixedSizeBinary', byteWidth: 2 }),
    Uint8Array.of(1, 66),
    '\\x01B',
    'BLOB',
  ],
  [
    'decimal128',
    field('p', { kind: 'decimal', bits: 128, precision: 10, scale: 2 }),
    { unscaled: -12345n, scale: 2 },
    '-123.45',
    'DECIMAL(10,2)',
  ],
  [
    'decimal128 of a negative scale',
    field('p', { kind: 'decimal', bits: 128, precision: 2, scale: -2 }),
    { unscaled: -99n, scale: -2 },
    '-9900',
    'DECIMAL(4,0)',
  ],
  [
    'arrow.uuid',
    field(
      'p',
      { kind: 'fixedSizeBinary', byteWidth: 16 },
      { metadata: new Map([['ARROW:extension:name', 'arrow.uuid']]) },
    ),
    Uint8Array.from({ length: 16 }, (_, i) => i),
    '00010203-0405-0607-0809-0a0b0c0d0e0f',
    'UUID',
  ],
  [
    'decimal128 of 39 digits',
    field('p', { kind: 'decimal', bits: 128, precision: 38, scale: 0 }),
    { unscaled: 2n ** 127n - 1n, scale: 0 },
    String(2n ** 127n - 1n),
    'HUGEINT',
  ],
  ['date', field('p', { kind: 'date', unit: 'day' }), 0, '1970-01-01', 'DATE'],
  ['time in us', field('p', { kind: 'time', unit: 'us' }), 3_723_500_000n, '01:02:03.5', 'TIME'],
  ['time in ms', field('p', { kind: 'time', unit: 'ms' }), 3_723_500, '01:02:03.5', 'TIME'],
  ['time in ns', field('p', { kind: 'time', unit: 'ns' }), 1n, '00:00:00.000000001', 'TIME_NS'],
  ['timestamp in s', field('p', { kind: 'timestamp', unit: 's' }), 1n, '1970-01-01 00:00:01', 'TIMESTAMP_S'],
  [
    'timestamp in ms',
    field('p', { kind: 'timestamp', unit: 'ms' }),
    1500n,
    '1970-01-01 00:00:01.5',
    'TIMESTAMP_MS',
  ],
  [
    'timestamp in us',
    field('p', { kind: 'timestamp', unit: 'us' }),
    1n,
    '1970-01-01 00:00:00.000001',
    'TIMESTAMP',
  ],
  [
    'timestamp in ns',
    field('p', { kind: 'timestamp', unit: 'ns' }),
    1n,
    '1970-01-01 00:00:00.000000001',
    'TIMESTAMP_NS',
  ],
  [
    'timestamp with a zone',
    field('p', { kind: 'timestamp', unit: 'ms', timezone: 'Europe/Paris' }),
    1500n,
    '1970-01-01 00:00:01.5+00',
    'TIMESTAMP WITH TIME ZONE',
  ],
  ['duration', field('p', { kind: 'duration', unit: 's' }), 61n, '00:01:01', 'INTERVAL'],
  [
    'interval',
    field('p', { kind: 'interval', unit: 'monthDayNano' }),
    { months: 13, days: 2, nanos: 3_000_000_000n },
    '1 year 1 month 2 days 00:00:03',
    'INTERVAL',
  ],
  [
    'list',
    field('p', { kind: 'list' }, { children: [field('item', int32)] }),
    [1, null, 3],
    '[1, NULL, 3]',
    'INTEGER[]',
  ],
  [
    'fixedSizeList',
    field('p', { kind: 'fixedSizeList', listSize: 2 }, { children: [field('item', utf8)] }),
    ['a', null],
    '[a, NULL]',
    'VARCHAR[2]',
  ],
  [
    'struct',
    field('p', { kind: 'struct' }, { children: [field('a', int32), field('b', utf8)] }),
    { a: 1, b: null },
    "{'a': 1, 'b': NULL}",
    'STRUCT(a INTEGER, b VARCHAR)',
  ],
  [
    'list of structs of lists',
    field(
      'p',
      { kind: 'list' },
      {
        children: [
          field(
            'item',
            { kind: 'struct' },
            { children: [field('l', { kind: 'list' }, { children: [field('item', utf8)] })] },
          ),
        ],
      },
    ),
    [{ l: ['x'] }, null],
    "[{'l': [x]}, NULL]",
    'STRUCT(l VARCHAR[])[]',
  ],
  [
    'map',
    field(
      'p',
      { kind: 'map', keysSorted: false },
      {
        children: [
          field(
            'entries',
            { kind: 'struct' },
            { nullable: false, children: [field('key', utf8, { nullable: false }), field('value', int32)] },
          ),
        ],
      },
    ),
    [
      ['k', 1],
      ['l', null],
    ],
    '{k=1, l=NULL}',
    'MAP(VARCHAR, INTEGER)',
  ],
];

function oneRow(
  fields: readonly ArrowField[],
  values: readonly unknown[],
): NonNullable<ExecuteOptions['parameters']> {
  const schema: ArrowSchema = { fields };
  return {
    schema,
    batch: buildBatch(
      schema,
      values.map((value) => [value]),
    ),
    row: 0,
  };
}

describe.each(ENGINES)('parameters of the engine %s', (_, open) => {
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

  async function parameterTypes(sql: string): Promise<(readonly [string, ArrowType])[]> {
    const statement = await session.prepare(sql);
    await statement.close();
    return statement.parameters.fields.map(({ name, type }) => [name, type] as const);
  }

  it.each(BOUND)('%s arrives as the value it is', async (__, parameter, value, text, type) => {
    const sql = 'select $1::varchar, typeof($1)';
    const ran = await runSql(session, sql, { parameters: oneRow([parameter], [value]) });
    expect(toTexts(ran)).toEqual([[text, type]]);
  });

  it.each(BOUND)('a null of %s arrives as NULL', async (__, parameter) => {
    const ran = await runSql(session, 'select $1::varchar', { parameters: oneRow([parameter], [null]) });
    expect(toTexts(ran)).toEqual([[null]]);
  });

  it('are described in types that drivers can bind, and as utf8 where DuckDB cannot tell', async () => {
    await runSql(
      session,
      'create or replace table p (i integer, t timestamp, u uuid, d decimal(9,2), l date[])',
    );
    expect(await parameterTypes('insert into p values (?, ?, ?, ?, ?)')).toEqual([
      ['1', int32],
      ['2', { kind: 'timestamp', unit: 'ms' }],
      ['3', utf8],
      ['4', { kind: 'decimal', bits: 128, precision: 9, scale: 2 }],
      ['5', { kind: 'list' }],
    ]);
    expect(await parameterTypes('select $name, $other')).toEqual([
      ['name', utf8],
      ['other', utf8],
    ]);
  });

  it('are matched by name where the statement names them, else by position', async () => {
    const named = oneRow([field('b', int32), field('a', int32)], [2, 1]);
    expect(toTexts(await runSql(session, 'select $a, $b', { parameters: named }))).toEqual([['1', '2']]);
    const positions = oneRow([field('0', int32), field('1', int32)], [1, 2]);
    expect(toTexts(await runSql(session, 'select ?, ?', { parameters: positions }))).toEqual([['1', '2']]);
  });

  it('leave the schema open until the values are known', async () => {
    const statement = await session.prepare('select $1');
    expect(statement.schema).toBeUndefined();
    const result = await statement.execute({
      parameters: oneRow([field('p', { kind: 'date', unit: 'day' })], [1]),
    });
    expect(result.schema.fields[0]?.type).toEqual({ kind: 'date', unit: 'day' });
    await statement.close();
  });

  it('may be executed row by row from one batch', async () => {
    await runSql(session, 'create or replace table many (i integer, s varchar)');
    const schema: ArrowSchema = { fields: [field('1', int32), field('2', utf8)] };
    const batch = buildBatch(schema, [
      [1, 2, 3],
      ['a', null, 'c'],
    ]);
    const statement = await session.prepare('insert into many values (?, ?)');
    for (let row = 0; row < 3; row += 1) {
      const result = await statement.execute({ parameters: { schema, batch, row } });
      expect(result.changes).toBe(1);
    }
    await statement.close();
    expect(toTexts(await runSql(session, 'from many order by i'))).toEqual([
      ['1', 'a'],
      ['2', null],
      ['3', 'c'],
    ]);
  });

  it('of a wrong number are refused by naming both numbers', async () => {
    const two = oneRow([field('1', int32), field('2', int32)], [1, 2]);
    await expect(runSql(session, 'select ?', { parameters: two })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'The statement has 1 parameter, but 2 values were given.',
    });
    await expect(runSql(session, 'select ?, ?')).rejects.toThrow('2 parameters, but 0 values');
    await expect(runSql(session, 'select 1', { parameters: two })).rejects.toThrow(
      '0 parameters, but 2 values',
    );
    expect(toTexts(await runSql(session, 'select 1'))).toEqual([['1']]);
  });
});
