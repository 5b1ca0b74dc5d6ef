/** Metadata as a login sees it that may not know all catalogs: nothing hidden in it, and nothing refused that tools ask. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
let reader: RawClient;

/** Every name in the hidden catalog has this in it, and so has what is secret of its definitions. */
const HIDDEN = /vault/i;
const RULES = [
  { catalog: 'staging', access: 'write' },
  { catalog: 'memory', access: 'write' },
] as const;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as vault; attach ':memory:' as staging",
    'create schema vault.vault_schema',
    "create table vault.vault_gold (vault_id integer primary key, v varchar default 'vault' check (v <> 'vault x'))",
    'use vault; create table vault_child (r integer references vault_gold (vault_id)); use memory',
    'create index vault_index on vault.vault_gold (v)',
    "comment on table vault.vault_gold is 'vault'",
    'create view vault.vault_view as from vault.vault_gold',
    'create sequence vault.vault_counter',
    "create type vault.vault_enum as enum ('vault one')",
    "create macro vault.vault_macro(vault_x) as 'vault'",
    "create table staging.orders (id integer primary key, n varchar not null default upper('x'))",
    'use staging; create table lines (id integer references orders (id)); use memory',
    'create view staging.peep as select vault_id as a, v as b from vault.vault_gold',
    'create view staging.fine as from staging.orders',
    "create macro staging.tell() as (select 'x' from vault.vault_gold)",
    'SET SECURITY INVOKER ON MACRO staging.main.tell',
    'create view staging.how as from duckdb_settings()',
    "set global http_proxy = 'vault.example'; set global http_proxy_password = 'vault word'",
    'create table mine (a integer)',
  ])
    await admin.rows(sql);
  const { port } = server.address;
  user = await logInAs(port, secretKey, 'user', { name: 'ann', catalogAccess: RULES });
  reader = await logInAs(port, secretKey, 'readonly', { name: 'bob', catalogAccess: RULES });
});
afterAll(async () => {
  for (const client of [admin, user, reader]) client.close();
  await server.stop();
});

const text = (rows: unknown) =>
  JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));

const METADATA = [
  'show tables',
  'show all tables',
  'show databases',
  'show schemas',
  'describe',
  'describe staging.orders',
  'describe staging.fine',
  'summarize staging.orders',
  ...[
    'tables',
    'columns',
    'views',
    'constraints',
    'indexes',
    'sequences',
    'types',
    'functions',
    'schemas',
  ].map((it) => `from duckdb_${it}()`),
  ...['databases', 'dependencies', 'extensions', 'memory', 'variables', 'prepared_statements'].map(
    (it) => `from duckdb_${it}()`,
  ),
  'from duckdb_settings()',
  'from pg_catalog.pg_settings',
  'from staging.how',
  'from duckdb_profiling_settings()',
  "from sql_auto_complete('select * from va')",
  "from sql_auto_complete('from vault.')",
  "select s.suggestion from (values ('select vault_')) t(q), lateral (from sql_auto_complete(q)) s",
  'from duckdb_tables',
  'from duckdb_columns',
  'from sqlite_master',
  'from system.information_schema.columns',
  'from "SYSTEM" . "information_schema".tables',
  'from system.pg_catalog.pg_class',
  'from pragma_database_list',
  'from pragma_database_size()',
  "from pragma_table_info('staging.main.orders')",
  "from pragma_show('staging.orders')",
  'call pragma_database_size()',
  'pragma show_tables',
  'pragma show_tables_expanded',
  'pragma show_databases',
  'pragma database_list',
  'pragma database_size',
  'pragma version',
  "pragma table_info('staging.orders')",
  'pragma table_info(mine)',
  ...[
    'tables',
    'columns',
    'views',
    'schemata',
    'table_constraints',
    'key_column_usage',
    'referential_constraints',
  ].map((it) => `from information_schema.${it}`),
  ...['constraint_column_usage', 'check_constraints', 'character_sets'].map(
    (it) => `from information_schema.${it}`,
  ),
  ...[
    'class',
    'namespace',
    'attribute',
    'type',
    'proc',
    'index',
    'constraint',
    'database',
    'tables',
    'views',
  ].map((it) => `from pg_catalog.pg_${it}`),
  ...[
    'attrdef',
    'depend',
    'description',
    'enum',
    'indexes',
    'sequence',
    'sequences',
    'tablespace',
    'collation',
  ].map((it) => `from pg_catalog.pg_${it}`),
  "select c.relname, n.nspname, obj_description(c.oid, 'pg_class') from pg_class c join pg_namespace n on n.oid = c.relnamespace",
  'with t as (from duckdb_tables()) select * from t where schema_name in (select schema_name from duckdb_schemas())',
  'select (select count(*) from duckdb_columns() c where c.table_name = t.table_name) from duckdb_tables() t',
  'select (select max(sql) from duckdb_views() v where v.view_name < t.table_name) from duckdb_tables() t',
  'select * from duckdb_tables() t, lateral (select sql, t.table_name from duckdb_views() where schema_name = t.schema_name)',
  "from query('from duckdb_tables()')",
  'select table_name from duckdb_tables() union all select view_name from duckdb_views()',
  'create temp table copied as from duckdb_columns(); from copied',
  'explain from duckdb_tables()',
];

describe.each(['user', 'readonly'] as const)('the metadata of a limited %s', (role) => {
  const client = () => (role === 'user' ? user : reader);

  it.each(METADATA.filter((sql) => role === 'user' || !sql.startsWith('create')))('%s', async (sql) => {
    expect(text(await client().rows(sql))).not.toMatch(HIDDEN);
  });

  it('has what may be known in it', async () => {
    const sql = (from: string) => client().rows(`${from} order by all`);
    expect(await sql("select table_name from duckdb_tables() where database_name <> 'temp'")).toEqual([
      ['lines'],
      ['mine'],
      ['orders'],
    ]);
    expect(await sql('select database_name from duckdb_databases() where not internal')).toEqual([
      ['memory'],
      ['staging'],
    ]);
    expect(
      await sql(
        "select column_name from information_schema.columns where table_catalog = 'staging' and table_name = 'orders'",
      ),
    ).toEqual([['id'], ['n']]);
    expect(await sql("select count(*) > 500 from duckdb_functions() where database_name = 'system'")).toEqual(
      [[true]],
    );
    expect(await sql("select count(*) from duckdb_functions() where database_name = 'temp'")).toEqual([[0n]]);
  });

  it('counts no memory, which is used for what is hidden as well', async () => {
    const own = "from pragma_database_size() where database_name = 'staging'";
    expect(await client().rows(`select database_name, memory_usage ${own}`)).toEqual([['staging', null]]);
    const tags = await client().rows('select distinct memory_usage_bytes from duckdb_memory()');
    expect(tags).toEqual([[null]]);
  });

  it.each([
    'from system.main.duckdb_tables()',
    'from system.main.duckdb_memory()',
    'from "system".duckdb_tables()',
    'from "system".duckdb_settings()',
    'from duckdb_logs()',
    "from system.main.sql_auto_complete('select * from va')",
    "select current_setting('http_proxy_password')",
    "from pragma_storage_info('vault.vault_gold')",
    'pragma functions',
    'create or replace temp macro duckdb_tables() as table from range(1)',
    'create temp macro duckdb_views() as table select 1',
    'drop macro table temp.main.duckdb_tables',
    'drop macro table duckdb_tables',
    'create temp view duckdb_tables as select 1',
  ])('refuses %s', async (sql) => {
    await expect(client().rows(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it.each([
    "from pragma_table_info('vault.vault_gold')",
    "from pragma_show('vault.main.vault_gold')",
    "pragma table_info('vault.vault_gold')",
    'pragma show(vault.vault_gold)',
    "from pragma_table_info('staging.peep')",
    'select staging.tell()',
  ])('shows nothing by %s', async (sql) => {
    await expect(client().rows(sql)).rejects.toMatchObject({
      code: expect.toBeOneOf([status.NOT_FOUND, status.INVALID_ARGUMENT, status.PERMISSION_DENIED]),
    });
  });

  it.each([
    ['catalogs', encodeCommand({ type: 'CommandGetCatalogs', message: {} })],
    ['schemas', encodeCommand({ type: 'CommandGetDbSchemas', message: {} })],
    ['tables', encodeCommand({ type: 'CommandGetTables', message: { includeSchema: true } })],
    ['tables of it', encodeCommand({ type: 'CommandGetTables', message: { catalog: 'vault' } })],
    ['keys', encodeCommand({ type: 'CommandGetPrimaryKeys', message: { table: 'vault_gold' } })],
    ['keys to it', encodeCommand({ type: 'CommandGetExportedKeys', message: { table: 'vault_gold' } })],
    ['keys of its', encodeCommand({ type: 'CommandGetImportedKeys', message: { table: 'vault_child' } })],
  ])('answers the metadata command for %s', async (_, command) => {
    const rows = await client().get(ticketOf(await client().info(command)));
    expect(text(rows)).not.toMatch(/vault_|"vault"/i);
  });
});

describe('settings and completions', () => {
  it('show how DuckDB works and what the session has set, and are the administrators’ as they are', async () => {
    for (const client of [user, reader]) {
      await client.rows("set timezone = 'Asia/Tokyo'");
      const rows = await client.rows('select name, value from duckdb_settings()');
      expect(rows).toContainEqual(['TimeZone', 'Asia/Tokyo']);
      expect(rows.map(([name]) => name)).toContain('threads');
      expect(rows.map(([name]) => name)).not.toContain('http_proxy');
      await client.rows('reset timezone');
    }
    expect(await admin.rows("select value from duckdb_settings() where name = 'http_proxy'")).toEqual([
      ['vault.example'],
    ]);
  });

  it('name tables first where one is to be named', async () => {
    for (const client of [user, reader])
      expect(await client.rows("from sql_auto_complete('select * from ord') limit 1")).toEqual([
        ['orders', 14, 'table', 0n, null],
      ]);
    expect(
      await user.rows("select suggestion from sql_auto_complete('select sta') where suggestion like 's%'"),
    ).toContainEqual(['staging']);
  });

  it('are cut for whoever is limited by the role alone, who is shown all lists', async () => {
    const plain = await logInAs(server.address.port, secretKey, 'user', { name: 'plain' });
    expect(text(await plain.rows('from duckdb_settings()'))).not.toMatch(HIDDEN);
    expect(await plain.rows("select suggestion from sql_auto_complete('from vault_go')")).toEqual([
      ['vault_gold'],
    ]);
    await expect(plain.rows("from system.main.sql_auto_complete('from /')")).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    plain.close();
  });

  it('stay an administrator’s own where one asks what somebody else may do', async () => {
    await admin.rows("explain access of 'ann' role user for 'from duckdb_settings()'");
    expect(await admin.rows("from duckdb_settings() where name = 'http_proxy_password'")).toHaveLength(1);
  });
});

describe('what may be known', () => {
  it('is what it is when a statement runs, not when it was prepared', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user', {
      name: 'eve',
      catalogAccess: [{ catalog: 'shared*', access: 'read' }],
    });
    await admin.rows("attach ':memory:' as shared1; create table shared1.one as select 1 as a");
    const query = 'select table_name from duckdb_tables()';
    const [body] = await client.action(
      'CreatePreparedStatement',
      ACTIONS.CreatePreparedStatement.encodeRequest({ query }),
    );
    const { preparedStatementHandle } = ACTIONS.CreatePreparedStatement.decodeResult(
      body ?? new Uint8Array(0),
    );
    const command = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle },
    });
    expect(await client.get(command)).toEqual([['one']]);
    await admin.rows("attach ':memory:' as shared2; create table shared2.two as select 1 as a");
    await expect(client.get(command)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(await client.rows(`${query} order by 1`)).toEqual([['one'], ['two']]);
    client.close();
  });

  it('is filtered in transactions too, and after they are rolled back', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user', {
      name: 'kim',
      catalogAccess: RULES,
    });
    await client.rows('begin');
    expect(text(await client.rows('from duckdb_tables()'))).not.toMatch(HIDDEN);
    await client.rows('rollback');
    const rows = await client.rows('from duckdb_tables()');
    expect(rows.length).toBeGreaterThan(0);
    expect(text(rows)).not.toMatch(HIDDEN);
    client.close();
  });
});
