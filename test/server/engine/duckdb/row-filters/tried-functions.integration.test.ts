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
import { COLUMNS } from './columns.js';
import { EXPRESSIONS } from './expressions.js';

const ROWS = 150_000;

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
