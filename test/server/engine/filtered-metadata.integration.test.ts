/** Metadata of which only parts may be known: a schema, a table, some columns of one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineSession } from '../../../src/server/engine/engine.js';
import { ENGINES, queryTexts, runSql } from '../../support/engines.js';

const VISIBLE = {
  catalogs: ['temp', 'system'],
  parts: [
    { catalog: 'Books', schema: 'open' },
    { catalog: 'Books', schema: 'main', table: 'ledger' },
    { catalog: 'Books', schema: 'main', table: 'staff', columns: ['name'] },
  ],
};

const SETUP = [
  'attach \':memory:\' as "Books"',
  'use "Books"',
  'create schema "Open"',
  'create schema closed',
  'create table "Open".a (x integer)',
  'create table closed.secret (x integer)',
  'create table "Ledger" (id integer primary key)',
  'create table hidden (id integer references "Ledger" (id))',
  'create table staff (name varchar, wage integer primary key check (wage > 0))',
  'create index wage_index on staff (wage)',
  'create view peek as from closed.secret',
  'use memory',
];

describe.each(ENGINES)('metadata of which parts may be known, by the engine %s', (_, open) => {
  let engine: Engine;
  let session: EngineSession;
  beforeAll(async () => {
    engine = await open();
    const admin = await engine.openSession();
    for (const sql of SETUP) await runSql(admin, sql);
    session = await engine.openSession({ filesReachable: false });
  });
  afterAll(() => engine.close());

  const inspect = async (sql: string) => {
    const facts = await session.inspect(sql, { readOnly: false, visible: VISIBLE });
    await session.endScope('rollback');
    return facts;
  };

  it.each([
    ['select database_name from duckdb_databases() where not internal', ['Books']],
    ["select schema_name from duckdb_schemas() where database_name = 'Books'", ['Open', 'main']],
    ['select table_name from duckdb_tables()', ['Ledger', 'a', 'staff']],
    ['select view_name from duckdb_views() where not internal', []],
    [
      "select table_name || '.' || column_name from duckdb_columns() where not internal",
      ['Ledger.id', 'a.x', 'staff.name'],
    ],
    ['select distinct table_name from duckdb_constraints()', ['Ledger']],
    ['select index_name from duckdb_indexes()', []],
    ['select count(sql)::varchar from duckdb_tables()', ['0']],
    ['select count(path)::varchar from duckdb_databases()', ['0']],
  ])('%s', async (sql, expected) => {
    expect((await inspect(sql)).functions).toEqual([]);
    expect((await queryTexts(session, sql)).sort()).toEqual(expected);
  });

  it.each(['from system.main.duckdb_tables()', 'select * from (from system.duckdb_views())'])(
    'is not what DuckDB’s own functions show: %s',
    async (sql) => {
      const { functions } = await session.inspect(sql, {
        readOnly: false,
        qualified: true,
        visible: VISIBLE,
      });
      await session.endScope('rollback');
      expect(functions).toHaveLength(1);
    },
  );

  it('is told by the plan, not by the names: a macro in the place of ours is no filter', async () => {
    await inspect('select 1');
    await runSql(
      session,
      'create or replace temp macro duckdb_tables() as table from system.main.duckdb_tables()',
    );
    expect((await inspect('from duckdb_tables()')).functions).toMatchObject([
      { name: 'duckdb_tables', class: 'catalog' },
    ]);
    const columns = '* replace (null as sql)';
    await runSql(
      session,
      `create or replace temp macro duckdb_views() as table select ${columns} from system.main.duckdb_views() where true or database_name in ('temp', 'system')`,
    );
    expect((await inspect('from duckdb_views()')).functions).toHaveLength(1);
  });
});
