/** What is hidden within a catalog that is known: it answers as what does not exist, whatever is asked of it. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { INGESTS, load } from '../access/doors-without-text.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let ann: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as shop",
    "create table shop.people as select 1 as id, 'Ann' as name, 'secret' as salary",
    "create table shop.vault as select 1 as id, 'secret' as salary",
    "create type shop.vault_kind as enum ('secret'); create type shop.mood as enum ('secret')",
    "create table shop.feelings as select 1 as id, 'secret'::shop.mood as mood",
    "create view shop.vault_view as select 'secret' as a; create macro shop.vault_lines() as table select 'secret' as a",
    'create schema shop."vault-ed"; create sequence shop."vault-ed"."num-bers"; create table shop."2 vault" as select 1 as id',
    'create type shop."vault-kind" as enum (\'secret\'); create table shop."vault-ed"."go ld" as select 1 as id',
    'create index vault_index on shop.vault (id)',
    'create schema shop.vaulted',
    'create table shop.vaulted.gold as select 1 as id',
    'grant select (id, name) on shop.main.people to ann',
    'create macro shop.ignores(x) as table select 1 as a; grant select on shop.main.ignores to ann',
    'grant select on shop.main.feelings to ann',
    "create macro shop.vault_runs() as table from query('select 1'); create macro shop.vault_word() as 'secret'",
    'use shop; create table noted (a integer, b varchar default vault_word()); use memory',
    'grant select, insert on shop.main.noted to ann',
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const answerOf = (sql: string) =>
  ann.rows(sql).then(
    () => ({ code: 0, details: '' }),
    ({ code, details }: { code: number; details: string }) => ({ code, details }),
  );

it.each([
  'from shop.vault',
  'drop index shop.vault_index',
  "comment on index shop.vault_index is 'x'",
  'show tables from shop.vaulted',
  'from (show tables from "shop" . vaulted)',
  `create temp view counted as select nextval('shop."vault-ed"."num-bers"') as n`,
  'use shop.vaulted',
  "set schema = 'shop.vaulted'",
  "set search_path = 'memory,shop.vaulted'",
  'use shop; use vaulted',
  'use "SHOP"."VAULTED"',
  'create temp macro m(x) as table from shop.vault',
  'create temp macro m(x) as (select max(id) from shop.vault) + x',
  'create temp macro m(x) as 1, (x, y) as (select max(id) from shop.vault)',
  'create or replace temp macro m() as table select * from (select id from shop.vaulted.gold)',
  'select null::shop.vault_kind',
  'select 1::shop.main.vault_kind',
  'use shop; select enum_range(null::vault_kind)',
  'use shop; select "VAULT_kind" \'x\'',
  'select enum_range(cast(null as shop.vault_kind[])[1])',
  'select id as vault_kind, null::shop . /* it */ vault_kind from shop.people order by vault_kind',
  `select from_json('{}', '{"a": "shop.main.vault_kind"}')`,
  `select from_json('null', '"shop.main.\\"vault-kind\\""')`,
  `select from_json('null', '"shop.main.vau'\n'lt_kind"')`,
  "from query_table('shop.vau'\n'lt')",
  "select nextval('shop.vau'\n'lted.gold')",
  `select enum_range(from_json('null', '"\\"shop\\".main.\\"vault-kind\\""'))`,
  `select from_json('{}', '{"a": "shop.main.vault-kind"}')`,
  `select nextval('shop."vault-ed"."num-bers"')`,
  "select nextval('shop.vault-ed.num-bers')",
  `use shop; from query('from "vault-ed"."go ld"')`,
  `from query_table('shop."vault-ed"."go ld"')`,
  `from query_table('shop."2 vault"')`,
  'from pragma_table_info(\'shop."2 vault"\')',
  `create temp table typed (a int default nextval('shop."vault-ed"."num-bers"'))`,
  'create temp table typed (a shop.vault_kind)',
  'create or replace temp macro m(x) as x::shop.vault_kind',
  "prepare p as select 'x'::shop.vault_kind",
  "create or replace temp type vault_kind as enum ('mine'); select enum_range(null::shop.main.vault_kind)",
])('%s', async (sql) => {
  const hidden = await answerOf(sql);
  await ann.rows('use memory');
  const absent = await answerOf(
    sql.replace(/vau('\n')?lt/gi, (it) => it.replace(/t$/, 'z').replace(/T$/, 'Z')),
  );
  await ann.rows('use memory');
  expect(hidden.code).not.toBe(0);
  expect({ ...hidden, details: hidden.details.replace(/vault/gi, '<name>') }).toEqual({
    ...absent,
    details: absent.details.replace(/vaulz/gi, '<name>'),
  });
});

it.each([
  'drop index if exists shop.main.vault_index',
  'drop type if exists shop.vault_kind',
  'drop table if exists shop.vault',
  'drop view if exists shop.vault cascade',
  'use shop; drop view if exists "VAULT"; use memory',
  'drop macro table if exists shop.vault_lines',
  'drop sequence if exists shop.vaulted.gold',
])('what is hidden is not dropped where it need not be there, as what is not: %s', async (sql) => {
  const before = await admin.rows('from duckdb_tables() union all by name from duckdb_types()');
  expect(await answerOf(sql)).toEqual({ code: 0, details: '' });
  expect(await answerOf(sql.replace(/vault/i, 'vaulz'))).toEqual({ code: 0, details: '' });
  expect(await admin.rows('from duckdb_tables() union all by name from duckdb_types()')).toEqual(before);
});

it.each([
  'with g as (from shop.vault_view) select 1',
  'with g as (from shop.vault_lines()), h as (from g) select 1',
  'from shop.ignores((select max(a) from shop.vault_view))',
  'from shop.ignores((select max(a) from (unpivot shop.vault_view on a)))',
  'from shop.ignores((select max(a) from shop.vault_lines()))',
  'with g as (from shop.vault_view), t as (pivot shop.feelings on id using count(*)) from t',
])('what is hidden is not told of where DuckDB does not look at it: %s', async (sql) => {
  const hidden = await answerOf(sql);
  expect(hidden).toEqual(await answerOf(sql.replaceAll('vault', 'vaulz')));
  expect(hidden.code).toBe(0);
  if (sql.startsWith('with'))
    expect((await answerOf(`${sql.replace(/ select 1| from t$/, '')} from g`)).code).not.toBe(0);
});

it('a type that is hidden answers as one that is not there among columns of its name', async () => {
  expect(await ann.rows('select mood from shop.feelings')).toEqual([['secret']]);
  expect(await ann.rows("select mood from shop.feelings where mood = 'secret'")).toEqual([['secret']]);
  expect(await ann.rows('select enum_range(mood) from shop.feelings')).toEqual([[['secret']]]);
  const many = Array.from({ length: 20 }, (_, at) => `mood as m${at}`).join(', ');
  for (const sql of [
    'select mood, enum_range(null::shop.mood) from shop.feelings',
    `select ${many}, enum_range(null::shop.mood) from shop.feelings`,
    'select enum_range(null::shop.mood)',
  ]) {
    const { code, details } = await answerOf(sql);
    expect(code, sql).not.toBe(0);
    expect(details).not.toContain('secret');
  }
});

it.each([
  ['in a list', `select ${'mood, '.repeat(40)} id from shop.feelings`],
  [
    'in a condition',
    `select id from shop.feelings f where ${"(mood = 'secret' and f.mood <= mood) and ".repeat(40)} true`,
  ],
])('a column that is called as a hidden type is used as often as anybody likes: %s', async (_, sql) => {
  expect(await answerOf(sql)).toMatchObject({ code: 0 });
  for (const type of ['null::mood', "mood 'secret'", 'null::shop.mood', 'null::map(mood, mood)[]']) {
    const { code, details } = await answerOf(sql.replace('select', `use shop; select enum_range(${type}),`));
    expect(code, type).not.toBe(0);
    expect(details).not.toContain('secret');
    await ann.rows('use memory');
  }
});

it('a type in the hidden database where sessions begin is not there without its place before it', async () => {
  await admin.rows("create type vault_first as enum ('secret')");
  const eve = await logInAs(server.address.port, secretKey, 'user', {
    name: 'eve',
    catalogAccess: [{ catalog: 'shop', access: 'read' }],
  });
  for (const sql of [
    'select enum_range(null::vault_first)',
    'select 1::vault_first',
    `select from_json('{}', '{"a": "vault_first"}')`,
  ])
    await expect(eve.rows(sql)).rejects.toThrow('Catalog Error: Type with name vault_first does not exist!');
  eve.close();
  await admin.rows('drop type vault_first');
});

it.each([
  "select * like 'x%' from shop.people",
  "select * not similar to '.*' from shop.people",
  "select columns('^x') from shop.people",
  'select nothing from shop.people',
  "select people.* like 'x%' from shop.people",
])('names no column that may not be read where none is found: %s', async (sql) => {
  const { code, details } = await answerOf(sql);
  expect(code).not.toBe(0);
  expect(details).not.toContain('salary');
});

it('a temporary type of one’s own is there although one of its name is hidden', async () => {
  await ann.rows("create or replace temp type mood as enum ('mine')");
  expect(await ann.rows('select enum_range(null::mood)')).toEqual([[['mine']]]);
  expect(await ann.rows('select enum_range(null::"temp".mood)')).toEqual([[['mine']]]);
  expect((await answerOf('select enum_range(null::shop.mood)')).details).toContain('does not exist');
  await ann.rows('drop type "temp".mood');
});

it.each(['vaulted', 'vaulzed'])('a transaction goes on alike after it was not found: %s', async (schema) => {
  await ann.rows('begin');
  expect((await answerOf(`use shop.${schema}`)).details).toContain('No catalog + schema named');
  expect(await ann.rows('select 1')).toEqual([[1]]);
  await ann.rows('rollback');
});

it('takes nothing from macros and schemas that are known', async () => {
  expect(
    await answerOf('create temp macro named(x) as table select id, name from shop.people'),
  ).toMatchObject({
    code: 0,
  });
  expect(await ann.rows('from named(1)')).toEqual([[1, 'Ann']]);
  expect(await answerOf('use shop.main; use memory')).toMatchObject({ code: 0 });
  expect(
    await answerOf(
      'use information_schema; use memory.main; set search_path = \'"memory",shop.main\'; use memory',
    ),
  ).toMatchObject({ code: 0 });
});

it.each([
  [
    'select null::shop.vault_kind',
    'refuses',
    /To them the answer is: Catalog Error: Type with name vault_kind does not exist!/,
  ],
  ['select null::shop.mood', 'refuses', /To them the answer is/],
  ['from shop.main.vault', 'refuses', /hidden: to them it does not exist/],
  ['from shop.main.vaulz', 'refuses', /cannot be planned/],
  ['select id, name from shop.main.people', 'allows', null],
  ["select current_database(), table_name from duckdb_tables() where table_name = 'vault'", 'allows', null],
  ['from gizmo_policies()', 'refuses', /may not read gizmo_policies/],
  ["kill session 'x'", 'refuses', /Only admin users can execute KILL SESSION/],
  ['set gizmosql.query_timeout = 3', 'allows', null],
])('EXPLAIN ACCESS goes the way of the statement: %s', async (sql, decision, reason) => {
  const rows = await admin.rows(`explain access of ann role user for '${sql.replaceAll("'", "''")}'`);
  const [, found, why] = rows.at(-1) ?? [];
  expect(found).toBe(decision);
  if (reason === null) expect(why).toBeNull();
  else expect(why).toMatch(reason);
});

it('a schema with the name of a hidden database is refused as any to whoever may make none', async () => {
  const hidden = await logInAs(server.address.port, secretKey, 'user', {
    name: 'ben',
    catalogAccess: [{ catalog: 'memory', access: 'read' }],
  });
  const refusals = ['shop', 'shoq'].map((name) =>
    hidden.rows(`create schema ${name}`).then(
      () => '',
      ({ details }: { details: string }) => details.replace(name, 'NAME'),
    ),
  );
  const [first, second] = await Promise.all(refusals);
  hidden.close();
  expect(first).toContain('may not write to the catalog memory');
  expect(first).toBe(second);
});

it.each(['user', 'readonly'] as const)(
  'a bulk load into a hidden database says the same as into one that is not there, to the role %s',
  async (role) => {
    await admin.rows("attach if not exists ':memory:' as vault_db; grant select on vault_db to zed");
    const client = await logInAs(server.address.port, secretKey, role, { name: 'ann' });
    const answers = [];
    for (const catalog of ['vault_db', 'vaulz_db']) {
      const message = { ...INGESTS[0]?.message, catalog };
      const failure = await load(client, message).then(
        () => ({ code: 0, details: '' }),
        ({ code, details }: { code: number; details: string }) => ({ code, details }),
      );
      answers.push({ ...failure, details: failure.details.replace(catalog, '<name>') });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.details).toBe('Binder Error: Catalog "<name>" does not exist!');
    client.close();
    await admin.rows('detach vault_db');
  },
);

it.each(INGESTS.filter(({ what }) => /create|replace/.test(what)))(
  'a bulk load that may make no table says so, whether its name is hidden or nobody has it: $what',
  async ({ message }) => {
    for (const table of ['vault', 'nothing_yet'])
      await expect(load(ann, { ...message, catalog: 'shop', schema: 'main', table })).rejects.toMatchObject({
        code: status.PERMISSION_DENIED,
        details: `ann may not create table shop.main.${table}. An administrator can allow it: GRANT ALL ON shop.main TO … .`,
      });
  },
);

it('DROP … IF EXISTS in a hidden database fails when it is prepared, as in one that is not there', async () => {
  await admin.rows("attach if not exists ':memory:' as vault_db; grant select on vault_db to zed");
  const answers: string[] = [];
  for (const name of ['vault_db', 'vaulz_db'])
    answers.push(
      await ann.prepare(`drop table if exists ${name}.main.gold`).then(
        () => 'prepared',
        ({ details }: { details: string }) => details.replaceAll(name, '<name>'),
      ),
    );
  const [hidden, absent] = answers;
  expect(hidden).toBe('Binder Error: Catalog "<name>" does not exist!');
  expect(absent).toBe(hidden);
  await admin.rows('detach vault_db');
});

it.each([
  ['create temp view vault_view as select 5', 'from vault_view', [[5]]],
  ['create temp table vault_view as select 5', 'select (select * from vault_view)', [[5]]],
  ['create temp macro vault_lines() as table select 5', 'from vault_lines()', [[5]]],
  ['create temp macro vault_lines() as table select 5', 'select 1', [[1]]],
])(
  'a temporary object of one’s own can be used although one of its name is hidden: %s; %s',
  async (made, sql, rows) => {
    const bob = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
    try {
      await bob.rows(made);
      expect(await bob.rows(sql)).toEqual(rows);
    } finally {
      bob.close();
    }
  },
);

it('a temporary macro does not stand before a hidden one that a table calls', async () => {
  const bob = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
  try {
    await bob.rows("create temp macro vault_word() as 'mine'");
    await expect(bob.rows('insert into shop.noted (a) values (1)')).rejects.toThrow(/stands before it/);
  } finally {
    bob.close();
  }
});

it('a parameter may be given to a macro although hidden ones run texts', async () => {
  expect(await ann.prepare('from shop.ignores(?)')).toBeInstanceOf(Uint8Array);
});
