/**
 * What a query computes over a table under a row policy does not tell of hidden rows by failing on them. DuckDB decides
 * that, so it is tried: hidden rows hold what makes functions fail, in a file, in enough rows that DuckDB orders its filters
 * by what they cost, and of strings computes the dictionary.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  CONSTANT_ARGUMENTS,
  GUARDED_FUNCTIONS,
  SAFE_FUNCTIONS,
} from '../../../../../src/server/engine/duckdb/row-filters/tried-functions.js';
import type { Engine, EngineSession } from '../../../../../src/server/engine/engine.js';
import type { RowFilter } from '../../../../../src/server/model/row-filter.js';
import { ENGINES, queryTexts } from '../../../../support/engines.js';
import { EXPRESSIONS } from './expressions.js';

const ROWS = 150_000;

/** By column: its type, two values of rows that may be read, and two of rows that may not. */
const COLUMNS: Readonly<Record<string, readonly [string, string, string, string, string]>> = {
  v: ['varchar', "'1'", "'12'", "'x('", "'9'"],
  w: ['varchar', "'year'", "'month'", "'nonsense'", "'%'"],
  p: ['varchar', "'a'", "'b'", "'('", "'[a-'"],
  j: ['varchar', `'{"a":1}'`, `'{"a":2}'`, "'{bad'", "'nope'"],
  s: ['varchar', "'2020-01-01'", "'2021-02-03'", "'bad'", "'9999999-99-99'"],
  n: ['bigint', '3', '4', '-9223372036854775808', '9223372036854775807'],
  i: ['int', '3', '2', '-5', '2147483647'],
  ti: ['tinyint', '1', '2', '-128', '127'],
  h: ['hugeint', '1', '2', '170141183460469231731687303715884105727', '-1'],
  u: ['ubigint', '1', '2', '18446744073709551615', '18446744073709551614'],
  d: ['double', '0.5', '0.25', '-1e308', '1e308'],
  e: ['double', '0.5', '0.25', "'nan'", "'inf'"],
  r: ['double', '0.5', '0.25', '-1e300', '-0.0'],
  dec: ['decimal(18,3)', '1.5', '2.5', '999999999999999.999', '-999999999999999.999'],
  dt: ['date', "'2020-01-01'", "'2021-01-01'", "'5881580-07-10'", "'5877642-06-25 (BC)'"],
  dt2: ['date', "'2020-01-01'", "'2021-01-01'", "'infinity'", "'-infinity'"],
  ts: [
    'timestamp',
    "'2020-01-01'",
    "'2021-01-01 10:00:00'",
    "'294247-01-10 04:00:54'",
    "'290309-12-22 (BC) 00:00:00'",
  ],
  ts2: ['timestamp', "'2020-01-01'", "'2021-01-01 10:00:00'", "'infinity'", "'-infinity'"],
  tz: [
    'timestamptz',
    "'2020-01-01 00:00:00+00'",
    "'2021-01-01 00:00:00+00'",
    "'294247-01-10 04:00:54+00'",
    "'290309-12-22 (BC) 00:00:00+00'",
  ],
  tm: ['time', "'01:00:00'", "'02:00:00'", "'23:59:59.999999'", "'24:00:00'"],
  iv: ['interval', "'1 day'", "'2 days'", "'178956970 months'", "'-2147483647 days'"],
  bl: ['blob', "'ab'", "'cd'", "'\\xFF\\xFE'", "''"],
  b: ['boolean', 'true', 'false', 'null', 'true'],
  l: ['int[]', '[1, 2]', '[3, 4]', '[null, 2147483647]', '[]'],
  lv: ['varchar[]', "['1', '2']", "['3', '4']", "['x', '(']", "[null, '99999999999']"],
  st: ['struct(a int)', "{'a': 1}", "{'a': 2}", "{'a': 2147483647}", 'null'],
  m: ['map(varchar, int)', "map{'a': 1}", "map{'b': 2}", "map{'x': 2147483647}", 'null'],
  uu: [
    'uuid',
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'",
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'gizmo-tried-'));
const rowFilters: readonly RowFilter[] = [
  { catalog: 'big', schema: 'main', name: 't', policies: ['own'], conditions: ["owner = 'me'"] },
];

let engine: Engine;
let restricted: EngineSession;
let admin: EngineSession;

beforeAll(async () => {
  const [, open] = ENGINES[0] ?? [];
  if (open === undefined) throw new Error('no engine');
  engine = await open({ path: join(folder, 'big.duckdb') });
  admin = await engine.openSession();
  const rows = [1, 2, 3, 4].map((at) => {
    const values = Object.entries(COLUMNS).map(([name, it]) => `(${it[at]})::${it[0]} as ${name}`);
    return `select ${at - 1} as k, ${values.join(', ')}`;
  });
  const statements = [
    'set threads = 1',
    `create table vals as ${rows.join(' union all ')}`,
    `create table t as select case when vals.k < 2 then 'me' else 'other' end as owner, vals.* exclude (k), x
     from (select x, case when x % 10 = 0 then 2 + x // 10 % 2 else x % 2 end as k from range(${ROWS}) r(x)) join vals using (k) order by x`,
    "create table vis as from t where owner = 'me'",
    'checkpoint',
  ];
  for (const sql of statements) await queryTexts(admin, sql);
  restricted = await engine.openSession({ filesReachable: false });
}, 120_000);
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

/** Where DuckDB may move a condition to the scan, and where it only computes. */
const SHAPES = [
  (it: string, table: string) => `select count(*) from ${table} as t where (${it})::varchar <> 'zz'`,
  (it: string, table: string) => `select max((${it})::varchar) from ${table} as t`,
];

it('hidden rows would make a query fail that the filter alone protects', async () => {
  const sql = SHAPES[0]?.('i::decimal(4,1)', "(select * from t where owner = 'me')") ?? '';
  await expect(queryTexts(admin, sql)).rejects.toThrow(/2147483647/);
});

it.each(EXPRESSIONS)('%s tells nothing', async (expression) => {
  for (const shape of SHAPES) {
    const expected = await queryTexts(admin, shape(expression, 'vis'));
    const sql = shape(expression, 'big.main.t');
    const { reads, unfiltered } = await restricted.inspect(sql, { readOnly: false, rowFilters });
    expect({ unfiltered, rows: reads.map(({ rows }) => rows) }).toEqual({ rows: ['filtered'] });
    expect(await queryTexts(restricted, sql)).toEqual(expected);
    await restricted.endScope('rollback');
  }
});

it.each([
  "regexp_replace('a', p, 'b')",
  "regexp_full_match('a', p)",
  'timezone(w, ts)',
  'yearweek(dt)',
  'epoch_ns(ts)',
  'error(v)',
])('%s is refused', async (expression) => {
  const sql = `select max((${expression})::varchar) from big.main.t`;
  const { unfiltered } = await restricted.inspect(sql, { readOnly: false, rowFilters });
  expect(unfiltered).toMatch(/known not to tell|not the same for all rows/);
  await restricted.endScope('rollback');
});

it('every function that may stand beside a filter is tried', () => {
  const text = EXPRESSIONS.join('\n');
  const isTried = (name: string) =>
    /^\w/.test(name) ? new RegExp(`(?<!\\w)${name}\\(`).test(text) : text.includes(name);
  const missing = [...SAFE_FUNCTIONS, ...GUARDED_FUNCTIONS, ...CONSTANT_ARGUMENTS.keys()].filter(
    (name) => !isTried(name) && !OTHERWISE_WRITTEN.has(name),
  );
  expect(missing).toEqual([]);
});

/** Ask for no row, or are written in other words: LIKE, `!`. */
const OTHERWISE_WRITTEN: ReadonlySet<string> = new Set([
  'gizmo_user',
  'gizmo_role',
  '~~',
  '!~~',
  '~~*',
  '!~~*',
  '~~~',
  '!__postfix',
  'like_escape',
  'not_like_escape',
  'ilike_escape',
  'not_ilike_escape',
]);
