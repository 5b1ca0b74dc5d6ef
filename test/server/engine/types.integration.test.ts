import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readValue } from '../../../src/flight/ipc/value.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { ENGINES, runSql, toTexts } from '../../support/engines.js';

/** For each type its extreme and awkward values, as SQL. NULL is added to each. */
const SCALARS: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ['true', 'false'],
  TINYINT: ['-128', '127', '0'],
  SMALLINT: ['-32768', '32767'],
  INTEGER: ['-2147483648', '2147483647'],
  BIGINT: ['-9223372036854775808', '9223372036854775807', '0'],
  HUGEINT: [
    '-170141183460469231731687303715884105728',
    '170141183460469231731687303715884105727',
    '-1',
    '99999999999999999999999999999999999999',
  ],
  UTINYINT: ['0', '255'],
  USMALLINT: ['0', '65535'],
  UINTEGER: ['0', '4294967295'],
  UBIGINT: ['0', '18446744073709551615'],
  UHUGEINT: ['0', '340282366920938463463374607431768211455'],
  FLOAT: ["'nan'", "'inf'", "'-inf'", '0', "'-0'", '3.4028235e38', '1e-45', '0.1'],
  DOUBLE: [
    "'nan'",
    "'inf'",
    "'-inf'",
    '0',
    "'-0'",
    '1.7976931348623157e308',
    '5e-324',
    '0.1',
    '1e15',
    '1e16',
  ],
  'DECIMAL(4,1)': ['-999.9', '999.9', '0.1'],
  'DECIMAL(9,4)': ['-99999.9999', '99999.9999'],
  'DECIMAL(18,3)': ['-999999999999999.999', '999999999999999.999', '-0.001'],
  'DECIMAL(38,10)': ['-9999999999999999999999999999.9999999999', '0.0000000001'],
  'DECIMAL(38,0)': ['99999999999999999999999999999999999999'],
  VARCHAR: [
    "''",
    "'short'",
    "'twelve chars'",
    "'thirteen char'",
    "'ünïcödé 🦆 and more of it'",
    "repeat('x', 5000)",
  ],
  BLOB: ["''", "'\\x00\\xFF'", "'\\xAA\\xBB and more than twelve bytes'"],
  BIT: ["'1'", "'0'", "'10101'", "'0101010101010101'", "repeat('110', 100)"],
  UUID: [
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    "'12345678-9abc-def0-1234-56789abcdef0'",
  ],
  DATE: [
    "'1970-01-01'",
    "'5877642-06-25 (BC)'",
    "'5881580-07-10'",
    "'infinity'",
    "'-infinity'",
    "'0001-01-01'",
  ],
  TIME: ["'00:00:00'", "'24:00:00'", "'23:59:59.999999'", "'01:02:03.5'"],
  TIME_NS: ["'00:00:00'", "'23:59:59.999999999'"],
  'TIME WITH TIME ZONE': [
    "'00:00:00+15:59:59'",
    "'24:00:00-15:59:59'",
    "'12:34:56.789+05:30'",
    "'12:00:00-00:30'",
  ],
  TIMESTAMP: [
    "'290309-12-22 (BC) 00:00:00'",
    "'294247-01-10 04:00:54.775806'",
    "'infinity'",
    "'-infinity'",
    "'1969-12-31 23:59:59.999999'",
  ],
  TIMESTAMP_S: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54'", "'infinity'", "'-infinity'"],
  TIMESTAMP_MS: ["'290309-12-22 (BC) 00:00:00'", "'294247-01-10 04:00:54.775'", "'infinity'", "'-infinity'"],
  TIMESTAMP_NS: ["'1677-09-22 00:00:00'", "'2262-04-11 23:47:16.854775806'", "'infinity'", "'-infinity'"],
  'TIMESTAMP WITH TIME ZONE': [
    "'290309-12-22 (BC) 00:00:00+00'",
    "'9999-12-31 23:59:59.999999+00'",
    "'infinity'",
    "'-infinity'",
  ],
  INTERVAL: ["'0 seconds'", "'1 year 2 months 3 days 04:05:06.789'", "'-13 months -2 days'", "'-3 seconds'"],
  JSON: ['\'{"a": [1, null]}\'', "'null'"],
  BIGNUM: ['0', '-1', '255', '-256', "'-123456789012345678901234567890123456789012345678901234567890'"],
  GEOMETRY: [
    "'POINT(1 2)'",
    "'LINESTRING(0 0, 1.5 1)'",
    "'POLYGON((0 0, 4 0, 4 4, 0 0))'",
    "'MULTIPOINT(1 2, 3 4)'",
  ],
  "ENUM('a', 'a longer value than twelve', '🦆')": ["'a'", "'a longer value than twelve'", "'🦆'"],
};

const NESTED: readonly string[] = [
  'select * from (values ([1, null, 3]), ([]), (null), ([4])) t(x)',
  "select * from (values ([['a', null], [], null]), (null), ([['a string that is long enough']])) t(x)",
  'select * from (values ([1, null, 3]::integer[3]), (null), ([4, 5, 6])) t(x)',
  "select * from (values ([['a', 'b'], null]::varchar[2][2]), (null)) t(x)",
  "select * from (values ({'a': 1, 'b': 'x'}), ({'a': null, 'b': null}), (null)) t(x)",
  "select * from (values ({'a': {'b': [1, null]}, 'c': null}), (null), ({'a': null, 'c': 'x'})) t(x)",
  "select * from (values (map {'k': 1, 'l': null}), (map {}), (null)) t(x)",
  "select * from (values (map {[1, 2]: {'a': map {'x': [null]}}}), (null)) t(x)",
  "select * from (values (union_value(n := 1)::union(n integer, s varchar)), ('text'::union(n integer, s varchar)), (null), (2::union(n integer, s varchar))) t(x)",
  "select [union_value(n := 1)::union(n integer, s varchar), null, 'a text of more than twelve'] x",
  "select {'u': union_value(a := [1, 2])::union(a integer[], b varchar[3]), 'v': null::union(a integer)} x",
  'select case when i % 3 = 0 then null else [i, null, i * 2] end x from range(10000) t(i)',
  "select case when i % 7 = 0 then null else {'s': repeat('x', (i % 40)::int), 'l': [{'d': (i / 100)::decimal(18,2)}]} end x from range(10000) t(i)",
  'select list_filter([i, i + 1, null, i + 2], v -> v % 2 = 0) x from range(5000) t(i) where i % 5 <> 0',
  'select map_from_entries([(i, uuid)]) x from (select i, md5(i::varchar)::uuid uuid from range(3000) t(i))',
  "select (i % 3)::varchar::enum('0', '1', '2') x from range(9000) t(i)",
  'select [null] x',
  'select array_value(case when i % 2 = 0 then null else i end, i) x from range(5000) t(i)',
];

describe.each(ENGINES)('types sent by the engine %s', (_, open) => {
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

  async function expectEqualToDuckDb(query: string, print = 'x::varchar'): Promise<void> {
    const sent = toTexts(await runSql(session, `select x from (${query})`)).map(([text]) => text ?? 'NULL');
    const printed = toTexts(await runSql(session, `select ${print} from (${query})`)).map(
      ([text]) => text ?? 'NULL',
    );
    expect(sent).toEqual(printed);
  }

  it.each(Object.entries(SCALARS))('%s arrives as DuckDB prints it', async (type, values) => {
    const rows = [...values, 'null'].map((value) => `((${value})::${type})`);
    await expectEqualToDuckDb(`select * from (values ${rows.join(', ')}) t(x)`);
    await expectEqualToDuckDb(`select [${rows.join(', ')}] x union all select null`);
    await expectEqualToDuckDb(`select {'a': ${rows[0]}, 'b': null::${type}} x union all select null`);
  });

  it.each(NESTED)('%s arrives as DuckDB prints it', async (query) => {
    await expectEqualToDuckDb(query);
  });

  it.each([
    [0, 90],
    [13, 60],
    [200, 300],
    [5, 12],
  ])('texts of %i to %i bytes arrive whole, with nulls and without', async (shortest, longest) => {
    const length = (row: number) => shortest + ((row * 7) % (longest - shortest + 1));
    const text = (row: number) => String.fromCharCode(97 + (row % 26)).repeat(length(row));
    const sql = `select repeat(chr(97 + (i % 26)::int), ${shortest} + ((i * 7) % ${longest - shortest + 1})::int) x, case when i % 11 > 0 then x end y from range(9000) t(i)`;
    const sent = toTexts(await runSql(session, sql));
    expect(sent).toEqual(
      Array.from({ length: 9000 }, (_, row) => [text(row), row % 11 > 0 ? text(row) : null]),
    );
  });

  it('VARIANT arrives as the JSON that DuckDB casts it to', async () => {
    const values = [
      '1::tinyint',
      '-5::hugeint',
      '340282366920938463463374607431768211455::uhugeint',
      '1.5::float',
      '0.1::float',
      '1e100::double',
      '1::double',
      "'-0'::double",
      '1.50::decimal(10,2)',
      '-0.05::decimal(38,5)',
      '99::decimal(3,0)',
      "'a\"b\\c\té'",
      "'\\xAA\\x00ab'::blob",
      "uuid '11111111-2222-3333-4444-555555555555'",
      "date '2020-01-02'",
      "'infinity'::date",
      "date '0044-03-15 (BC)'",
      "time '01:02:03.5'",
      "time_ns '01:02:03.123456789'",
      "timestamp '1960-01-01 01:02:03.25'",
      "'2020-01-01'::timestamp_s",
      "'2020-01-01 00:00:00.123'::timestamp_ms",
      "'2020-01-01 00:00:00.123456789'::timestamp_ns",
      "'01:02:03+05:30'::timetz",
      "'2020-01-01 00:00:00+00'::timestamptz",
      "'infinity'::timestamp",
      "interval '1 year 2 days 3.5 seconds'",
      "interval '-13 months -5 seconds'",
      '[1, null, 2]',
      "{'b': 1, 'a': {'x': null, 'y': [[]]}}",
      "map {'k': 1}",
      '12345678901234567890123::bignum',
      "'10101'::bit",
      "'POINT(1 2)'::geometry",
      "'POLYGON((0 0, 4 0, 4 4, 0 0))'::geometry",
      'true',
      'false',
      "repeat('long ', 100)",
    ];
    const query = values.map((value) => `select (${value})::variant x`).join(' union all ');
    await expectEqualToDuckDb(query, 'x::json::varchar');
    const inside = await runSql(session, `select {'v': x, 'n': null::variant} x from (${query})`);
    const column = inside.batches[0]?.columns[0]?.children[0];
    const alone = toTexts(await runSql(session, query)).map(([text]) => text);
    expect(column === undefined ? [] : alone.map((__, row) => readValue(column, row))).toEqual(alone);
  });

  it('names the types of columns that have been described before under the same names', async () => {
    const typeOf = async (sql: string) => {
      const { schema } = await session.prepare(sql);
      return schema?.fields.map(({ metadata }) => metadata?.get('ARROW:FLIGHT:SQL:TYPE_NAME'));
    };
    expect(await typeOf("select 'a' as a, 1 as b")).toEqual(['VARCHAR', 'INTEGER']);
    expect(await typeOf("select '1'::json as a, 1 as b")).toEqual(['JSON', 'INTEGER']);
    expect(await typeOf("select 'a' as a, 1 as b")).toEqual(['VARCHAR', 'INTEGER']);
    expect(await typeOf("select 'x'::enum('x') as a, 1 as b")).not.toEqual(['VARCHAR', 'INTEGER']);
  });

  it('announces before execution the schema that the stream then has', async () => {
    const statement = await session.prepare('select 1 a, 2 a, [1.5] b, now() c, null::json d');
    const result = await statement.execute();
    expect(result.schema).toEqual(statement.schema);
    expect(result.schema.fields.map(({ name }) => name)).toEqual(['a', 'a', 'b', 'c', 'd']);
    expect(result.schema.fields.every(({ nullable }) => nullable)).toBe(true);
    await result.close();
    await statement.close();
  });

  it('cuts batches by rows and by bytes, and sends a single larger row alone', async () => {
    const wide = await runSql(session, "select repeat('x', 100000) from range(100)");
    const bytes = wide.batches.map((batch) => batch.columns[0]?.data?.byteLength ?? 0);
    expect(wide.rows).toBe(100);
    expect(Math.max(...bytes)).toBeLessThan(2 * 1024 * 1024);
    const huge = await runSql(
      session,
      "select case when i = 1 then repeat('x', 50000000) else 'y' end from range(3) t(i)",
    );
    expect(huge.batches.map(({ length }) => length)).toEqual([1, 1, 1]);
    const many = await runSql(session, 'select i from range(300000) t(i)');
    expect(many.rows).toBe(300_000);
    // How many chunks are made one batch hangs on how long they take as well.
    const longest = Math.max(...many.batches.map(({ length }) => length));
    expect(longest).toBeLessThanOrEqual(65_536);
    expect(longest).toBeGreaterThan(2048);
  });
});
