/** Which columns a statement reads, by DuckDB's bound plan. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../../src/server/engine/duckdb/open-duckdb.js';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { runSql } from '../../support/engines.js';

let engine: Engine;
let session: EngineSession;
beforeAll(async () => {
  engine = await openDuckDb({ readOnly: false, allowExtensions: false });
  session = await engine.openSession();
  await runSql(
    session,
    'create table t (a integer primary key, b varchar, c struct(x integer, y integer), g integer generated always as (a + 1))',
  );
  await runSql(session, 'create table u (a integer, z integer)');
  await runSql(session, 'create view v as select b as q from t where a > 1');
  await runSql(session, 'create macro m() as table select z from u');
});
afterAll(() => engine.close());

describe('the columns that are read', () => {
  it.each<[string, Record<string, string[] | 'unknown'>]>([
    ['select a from t', { t: ['a'] }],
    ['select b from t', { t: ['b'] }],
    ['select 1 from t where a = 1', { t: ['a'] }],
    ['select 1 from t order by b', { t: ['b'] }],
    ['select count(*) from t', { t: [] }],
    ['select rowid from t', { t: [] }],
    ['select g from t', { t: ['a'] }],
    ['select c.x from t', { t: ['c'] }],
    ['from t', { t: ['a', 'b', 'c'] }],
    ['select t from t', { t: ['a', 'b', 'c'] }],
    ["select columns('b') from t", { t: ['b'] }],
    ['select * exclude (a, c, g) from t', { t: ['b'] }],
    ['from v', { t: ['a', 'b'] }],
    ['from m()', { u: ['z'] }],
    ['select z from u join t using (a)', { t: ['a'], u: ['a', 'z'] }],
    ['select (select max(b) from t) from u where z in (select a from t)', { t: ['a', 'b'], u: ['z'] }],
    ['select a from t union all select z from u', { t: ['a'], u: ['z'] }],
    ['with x as (select a, b from t) select 1 from x', { t: ['a', 'b'] }],
    ["select x.a from t x, t y where y.b = ''", { t: ['a', 'b'] }],
    ["update t set b = 'x' where a = 1", { t: ['a'] }],
    ['update u set z = a', { u: ['a'] }],
    ['update u set z = 1 returning a', { u: 'unknown' }],
    ['delete from u', { u: [] }],
    ['delete from u where z = 1', { u: ['z'] }],
    ['delete from u returning 1', { u: 'unknown' }],
    ['insert into u values (1, 2)', {}],
    ['insert into u values (1, 2) returning *', { u: 'unknown' }],
    ['insert into t (a) values (1) on conflict do nothing', { t: ['a'] }],
    ['merge into u using t on u.a = t.a when matched then update set z = 1', { t: ['a'], u: ['a'] }],
    ['create table n as select z from u', { u: ['z'] }],
    ['create view w as select z from u', { u: ['z'] }],
    ['create or replace temp view w(q) as (select z from u)', { u: ['z'] }],
    ['pivot u on z in (1) using sum(a)', { u: ['a', 'z'] }],
    ['unpivot u on z', { u: ['a', 'z'] }],
    ['summarize u', { u: ['a', 'z'] }],
  ])('%s', async (sql, expected) => {
    try {
      const { reads } = await session.inspect(sql, { readOnly: false });
      const found = reads.map(({ name, columns }) => [name, columns?.toSorted() ?? 'unknown']);
      expect(Object.fromEntries(found)).toEqual(expected);
    } finally {
      await session.endScope('rollback');
    }
  });
});
