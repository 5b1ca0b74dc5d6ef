import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import type { PlanFacts } from '../../../src/server/model/plan-facts.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

const SETUP = [
  'create table t (a integer primary key, b varchar)',
  'create table u as select 1 as a',
  'create view v as select * from t',
  'create sequence sq',
  'create macro plus(x) as x + 1',
  'create macro twice() as table select a from u',
  "create type mood as enum ('glad')",
  "attach ':memory:' as other",
  'create table other.far (x integer)',
];

describe.each(ENGINES)('what a statement would do, by the engine %s', (_, open) => {
  let engine: Engine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
    for (const sql of SETUP) await runSql(session, sql);
    await runSql(session, 'prepare kept as from t where a = $1');
  });
  afterAll(() => engine.close());

  async function inspect(sql: string, readOnly = false): Promise<PlanFacts> {
    try {
      return await session.inspect(sql, { readOnly });
    } finally {
      await session.endScope('rollback');
    }
  }
  const told = ({ reads, writes, functions, settings, effects, opaque }: PlanFacts) => [
    ...(opaque === undefined ? [] : ['opaque']),
    ...reads.map((it) => `read ${it.catalog}.${it.schema}.${it.name}`).sort(),
    ...writes.map((it) => `${it.action} ${it.objectKind} ${it.catalog}.${it.schema}.${it.name}`),
    ...functions.map((it) => `${it.class} ${it.name}`).sort(),
    ...settings.map((it) => `${it.scope} ${it.name}`),
    ...effects,
  ];

  it.each([
    ['select 1', []],
    ['select upper(b) from v where a > 1', ['read memory.main.t']],
    ['select * from t, u, other.far', ['read memory.main.t', 'read memory.main.u', 'read other.main.far']],
    ['from twice()', ['read memory.main.u']],
    ['select plus((select max(a) from u))', ['read memory.main.u']],
    [
      'with x as (from t) select * from x where exists (from u where u.a = x.a)',
      ['read memory.main.t', 'read memory.main.u'],
    ],
    [
      'select a, row_number() over (order by a) from t qualify rank() over (order by a) < 3',
      ['read memory.main.t'],
    ],
    [
      'select list_transform([1, 2], lambda x: x + 1), {a: 1}.a, [1][1], 1::varchar, case when true then 1 end',
      [],
    ],
    ["pivot t on b in ('x') using sum(a)", ['read memory.main.t']],
    ['summarize u', ['read memory.main.u']],
    ['explain analyze delete from t', ['read memory.main.t', 'delete table memory.main.t']],
    ['explain (format json) select * from u', ['read memory.main.u']],
    ['select * from t where a = ? and b = $2', ['read memory.main.t']],
    ['select a=? from t', ['read memory.main.t']],
    ['select ?1, $x', []],
    ["insert into t select a, 'x' from u", ['read memory.main.u', 'insert table memory.main.t']],
    [
      "insert into t values (1, 'a') on conflict do nothing",
      ['read memory.main.t', 'merge table memory.main.t'],
    ],
    ['update other.far set x = 1', ['read other.main.far', 'update table other.main.far']],
    [
      'delete from t using u where t.a = u.a',
      ['read memory.main.t', 'read memory.main.u', 'delete table memory.main.t'],
    ],
    [
      'merge into t using u on t.a = u.a when matched then delete',
      ['read memory.main.t', 'read memory.main.u', 'merge table memory.main.t'],
    ],
    ['create table n as from u', ['read memory.main.u', 'create table memory.main.n']],
    ['create temp table n as select 1 as a', ['create table temp.main.n']],
    [
      "create table n (a integer default nextval('sq'))",
      ['create table memory.main.n', 'update sequence memory.main.sq', 'sequence nextval'],
    ],
    ["create view w as select * from read_csv('x.csv')", ['outside read_csv']],
    ["create macro leak() as table from read_text('/etc/passwd')", ['outside read_text']],
    ['create macro upper(x) as x', ['create macro memory.main.upper']],
    ['create schema s', ['create schema memory.s.s']],
    ['create type m2 as enum (select b from t)', ['read memory.main.t', 'create type memory.main.m2']],
    ['create index i on t (b)', ['read memory.main.t', 'create index memory.main.t']],
    ['drop view v', ['drop view memory.main.v']],
    ['drop table if exists nothing', ['drop table ..nothing']],
    ['alter table t add column c integer', ['alter table memory.main.t']],
    ["comment on table t is 'x'", ['alter set_comment memory.main.t']],
    ["set timezone = 'UTC'", ['automatic timezone']],
    ['set global threads = 2', ['global threads']],
    ['pragma threads = 2', ['automatic threads']],
    ['reset timezone', ['automatic timezone']],
    ['use other', ['automatic schema']],
    ['set variable q = 1', ['variable q']],
    ["select nextval('sq')", ['update sequence memory.main.sq', 'sequence nextval']],
    ["select current_setting('timezone')", []],
    ["select current_setting('http_proxy_password')", ['instance current_setting']],
    ['show tables', ['catalog duckdb_tables', 'catalog duckdb_views']],
    ['describe t', ['read memory.main.t']],
    ['show other.far', ['read other.main.far']],
    ['describe v', ['read memory.main.t']],
    ['describe select a from u', ['read memory.main.u']],
    ['select * from (describe t), (describe other.far)', ['read memory.main.t', 'read other.main.far']],
    ['with x as (from t) from (describe x)', ['opaque', 'read memory.main.t']],
    ["from query('describe t')", ['opaque']],
    ['create table n as from (describe t)', ['opaque', 'create table memory.main.n']],
    ['explain describe t', ['read memory.main.t']],
    ['pragma table_info(t)', ['catalog PRAGMA table_info']],
    ['pragma enable_profiling', ['instance PRAGMA enable_profiling']],
    ["from read_csv('/etc/passwd')", ['outside read_csv']],
    ['from "READ_TEXT" (\'/etc/passwd\')', ['outside read_text']],
    ["from query('from t')", ['read memory.main.t']],
    ["from query('from query(''from u'')')", ['read memory.main.u']],
    ['from query($$from v$$)', ['read memory.main.t']],
    ["from query('from read_csv(''x.csv'')')", ['outside read_csv']],
    ["from query('from system.main.read_csv(''x.csv'')')", ['runs-sql query']],
    ["from query('from ' || 't')", ['runs-sql query']],
    ["from query(e'from t')", ['runs-sql query']],
    ['from query($1)', ['runs-sql query']],
    ["from query_table('t')", ['read memory.main.t']],
    ["from query_table(['t', 'v'])", ['read memory.main.t']],
    ["from query_table('t' || '')", ['runs-sql query_table']],
    ['from query_table(?)', ['runs-sql query_table']],
    ["from json_execute_serialized_sql('x')", ['runs-sql json_execute_serialized_sql']],
    ['from duckdb_secrets()', ['instance duckdb_secrets']],
    ["copy t to 'x.csv'", ['COPY']],
    ["(copy t from '/dev/fifo')", ['COPY']],
    ["attach 'x.db' as x", ['ATTACH']],
    ['detach other', ['DETACH']],
    ['install httpfs', ['INSTALL']],
    ['load json', ['LOAD']],
    ["export database 'x'", ['EXPORT DATABASE']],
    ["import database 'x'", ['IMPORT DATABASE']],
    ['create or replace persistent secret s (type s3)', ['SECRET']],
    ['drop secret s', ['SECRET']],
    ['update extensions', ['UPDATE EXTENSIONS']],
    ['checkpoint', ['CHECKPOINT']],
    ['force checkpoint other', ['CHECKPOINT']],
    ['vacuum analyze t', ['VACUUM']],
    ['prepare p as select 1', []],
    ['prepare p as from t where a = $1', ['read memory.main.t']],
    ["prepare p as from read_csv('x')", ['outside read_csv']],
    ['prepare p(int) as select 1', ['PREPARE']],
    ['prepare p as execute kept', ['PREPARE']],
    ["execute kept(nextval('sq'))", ['PREPARE']],
    ['execute kept(1)', ['read memory.main.t']],
    ['explain analyze execute KEPT(-1.5)', ['read memory.main.t']],
    ['deallocate kept', []],
    ['begin', []],
    ['pivot u on a', ['read memory.main.u']],
    ['pivot t on b, a using sum(a), max(b) group by a', ['read memory.main.t']],
    ['create table n as pivot t on b', ['read memory.main.t', 'create table memory.main.n']],
    [
      'select * from (pivot (from t) on upper(b)) join u using (a)',
      ['read memory.main.t', 'read memory.main.u'],
    ],
    ['alter table t add column c double default random()', ['opaque']],
    ['from system.main.duckdb_tables()', ['opaque']],
    ['from "SYSTEM" /* x */ . main.duckdb_tables()', ['opaque']],
    ['copy from database other to memory', ['COPY']],
  ] as const)('%s', async (sql, expected) => {
    expect(told(await inspect(sql))).toEqual(expected);
  });

  it('fails as binding fails', async () => {
    await expect(inspect('from nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(inspect("from query('drop table t')")).rejects.toThrow('Expected a single SELECT statement');
    await expect(inspect('execute nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(inspect('selec 1')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('runs nothing, and advances no sequence for who may not', async () => {
    await inspect('delete from u');
    await inspect("from range(nextval('sq'))", true);
    await inspect('explain analyze insert into u values (2)');
    expect(await queryTexts(session, 'from u')).toEqual(['1']);
    expect(await queryTexts(session, "select nextval('sq')")).toEqual(['1']);
  });

  it('keeps what was inspected and what runs in one transaction, and ends it', async () => {
    await session.inspect('delete from u', { readOnly: false });
    await runSql(session, 'delete from u');
    await session.endScope('rollback');
    expect(await queryTexts(session, 'from u')).toEqual(['1']);
    expect(await session.inTransaction()).toBe(false);
  });

  it('begins a transaction that writes no table where nothing may be written', async () => {
    await session.inspect('select 1', { readOnly: true });
    await expect(runSql(session, 'delete from u')).rejects.toThrow(/read.only/i);
    await session.endScope('rollback');
    expect(await queryTexts(session, 'from u')).toEqual(['1']);
  });

  it("leaves the user's own transaction alone", async () => {
    await runSql(session, 'begin');
    await runSql(session, 'insert into u values (7)');
    await inspect('from u');
    expect(await queryTexts(session, 'select count(*) from u')).toEqual(['2']);
    await runSql(session, 'rollback');
  });

  it('opens no file in a session that may reach none, whatever the name looks like', async () => {
    const closed = await engine.openSession({ filesReachable: false });
    for (const sql of [
      "from 'x.csv'",
      'from "x.parquet"',
      'from x.json',
      "summarize 'x.csv'",
      "describe 'x.csv'",
      "from query_table('x.csv')",
    ])
      await expect(closed.prepare(sql)).rejects.toThrow(
        /^Permission denied: files are an administrator's to read/,
      );
    await closed.close();
  });
});
