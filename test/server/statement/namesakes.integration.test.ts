/**
 * What is hidden in one place and known in another: `twin` is both, `twim` is known and nowhere hidden, and whatever is said of the
 * one is to be said of the other.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let ann: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as shop; attach ':memory:' as own",
    'create schema own.side; create table own.side.rows as select 1 as id',
    'create table shop.open as select 1 as id; create schema shop.more; create table shop.more.parts as select 1 as id',
    "create table shop.twin as select 77 as secret, 'x' as hush",
    "create macro shop.twin_f(x) as 'secret'; create type shop.twin_t as enum ('secret')",
    'create schema shop.twin_s; create table shop.twin_s.rows as select 77 as secret; create table shop.twin_s.others as select 1 as secret',
    'create table shop.pair as select 77 as secret; create table shop.more.pair as select 1 as id; create table shop.more.pail as select 1 as id',
    'grant select on shop.main.open to ann; grant select on shop.more to ann; grant all on own to ann',
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
  for (const twin of ['twin', 'twim'])
    for (const sql of [
      `create table own.${twin} as select 1 as id, 2 as secret`,
      `create macro own.${twin}_f(x) as x; create type own.${twin}_t as enum ('mine')`,
      `create table own.side.${twin}_cols as select 5 as ${twin}`,
      `create schema own.${twin}_s; create table own.${twin}_s.rows as select 1 as id`,
    ])
      await ann.rows(sql);
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const answerOf = (sql: string): Promise<string> =>
  ann.rows(sql).then(
    (rows) => JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
    ({ code, details }: { code: number; details: string }) => `${code} ${details}`,
  );

describe.each(['shop', 'shop.more', 'own', 'own.side'])('in %s', (place) => {
  it.each([
    'from twin',
    'select nothing from twin',
    'select secret from twin',
    'select twin.nothing from twin',
    'select nothing from twin join own.twin using (secret)',
    'select twin.nothing from own.twin',
    'select twin, (select nothing from own.side.rows, twin) from own.side.twin_cols',
    'select twin, (select nothing from own.side.rows c join own.side.rows d on (c.id = d.id), twin) from own.side.twin_cols',
    'select twin, (select nothing from (own.side.rows c cross join own.side.rows d), (twin)) from own.side.twin_cols',
    'select c.twin from own.side.twin_cols c join own.side.twin_cols using (twin)',
    'select shop.twin.nothing from own.twin',
    'select shop.twin.id from own.twin',
    'select shop.twin.nothing from own.side.rows as twin',
    'create view own.v as select shop.twin.nothing from own.twin',
    'select nothing from main.twin',
    'select nothing from shop.twin',
    'select nothing from own.twin',
    'select nothing from shop.main.twin',
    'select nothing as twin from twin',
    'select nothing from open, twin',
    "select columns('nn') from twin",
    'insert into twin values (1, 2, 3, 4, 5)',
    'insert into twin (nothing) values (1)',
    'update twin set nothing = 1',
    'create index i on twin (nothing)',
    'pivot twin on nothing',
    'explain select nothing from twin',
    'prepare p as select nothing from twin',
    'with t as (select nothing from twin) from t',
    'with twin as (select 1 as a) select nothing from twin',
    'with twin as (select 1 as a) from twin',
    'merge into own.twin o using twin z on o.id = z.nothing when matched then delete',
    "from query('select nothing from twin')",
    "from query('select nothing from shop.twin')",
    "from query('select nothing from own.twin')",
    "from query('from twin')",
    "from query_table('twin')",
    "from query_table(['twin', 'own.twin'])",
    "from pragma_table_info('twin')",
    "pragma table_info('shop.twin')",
    'summarize (select nothing from twin)',
    'select twin_f(1)',
    'select twin_f(1, 2)',
    'select shop.twin_f(nothing)',
    'select own.twin_f(1)',
    'select enum_range(null::twin_t)',
    'select enum_range(null::own.twin_t)',
    'select enum_range(null::shop.twin_t)',
    'create temp table typed (a twin_t); drop table typed',
    `select from_json('"mine"', '"twin_t"')`,
    `select from_json('"mine"', '"own.twin_t"')`,
    `select from_json('"secret"', '"shop.twin_t"')`,
    `select json_transform_strict('{"a": ["mine"]}', '{"a": ["own.main.twin_t"], "twin_t": "INT"}')`,
    `select enum_range(from_json('null', '"twin_t"'))`,
    `select enum_range(from_json('null', '"shop" ".twin_t"'))`,
    `select enum_range(from_json('null', '"shop .twin_t"'))`,
    `select enum_range(from_json('null', '"shop/**/.twin_t"'))`,
    `select enum_range(from_json('null', '"\\"shop\\".twin_t"'))`,
    `create view own.side.v as select from_json('null', '"twin_t"') as a; drop view own.side.v`,
    `create view own.v as from query('select null::twin_t as a'); describe own.v; drop view own.v`,
    `create view own.v as select from_json('null', '"twin_t"') as a; describe own.v; drop view own.v`,
    'from twin_s.rows',
    'from twin_s.others',
    'select nothing from twin_s.rows',
    'select nothing from shop.twin_s.rows',
    'from own.twin_s.rows',
    'show tables from twin_s',
    'drop table if exists twin_s.nothing',
    "from query('from twin_s.others')",
    "from pragma_table_info('twin_s.rows')",
    'use twin_s',
    "set schema = 'twin_s'",
    'create view own.v as select nothing from twin',
    'explain create or replace /* v */ view if not exists "own"."side".v as select nothing from twin',
    'create temp view v as select nothing from twin',
    'create view own.v as select nothing from main.twin',
    'create view own.v as select nothing from shop.twin',
    'create view side.v as select nothing from twin',
    'create macro own.f() as (select nothing from twin)',
    'create macro own.f() as table select nothing from main.twin',
    'create table own.made as select nothing from twin',
    "set search_path = 'own.side,shop'; select nothing from twin",
    "set search_path = 'own.side,own,shop'; select nothing from twin",
    "set search_path = 'own,shop'; from twin",
    "set search_path = 'own,shop'; select enum_range(null::twin_t)",
    "set search_path = 'shop,own'; from twin",
    "set search_path = 'shop.main,own'; from twin",
    "set search_path = 'shop.more,own'; from twin",
  ])('hears of %s what it hears where nothing is hidden', async (sql) => {
    const told: string[] = [];
    for (const twin of ['twin', 'twim']) {
      await ann.rows(`use ${place}`);
      const answer = await answerOf(sql.replaceAll('twin', twin));
      told.push(answer.replaceAll(twin, 'twin'));
    }
    expect(told[0]).toBe(told[1]);
    expect(told[0]).not.toMatch(/77|hush/);
  });
});

describe.each(['shop', 'shop.more', 'own', 'own.side'])('in %s', (place) => {
  it.each([
    'select nothing from pair',
    'select nothing from main.pair',
    'select nothing from shop.pair',
    'select nothing from more.pair',
    'create view own.v as select nothing from pair',
    'create view own.more.v as select nothing from shop.pair',
  ])('hears of %s what it hears where nothing is hidden beside what is known', async (sql) => {
    const told: string[] = [];
    for (const pair of ['pair', 'pail']) {
      await ann.rows(`use ${place}`);
      told.push((await answerOf(sql.replaceAll('pair', pair))).replaceAll(pair, 'pair'));
    }
    expect(told[0]).toBe(told[1]);
  });
});

it.each(['temp macro twin(x) as x', 'temp sequence twin', 'temp view twin as select 1 as id'])(
  'hears the same of a hidden table behind its own %s',
  async (made) => {
    await ann.rows('use shop');
    const told: string[] = [];
    for (const twin of ['twin', 'twim']) {
      const [, kind = ''] = made.split(' ');
      await ann.rows(`create ${made.replaceAll('twin', twin)}`);
      const answers: string[] = [];
      for (const sql of [
        'select nothing from twin',
        "from query('select nothing from twin')",
        'comment on column shop.twin.nothing is null',
        'select twin(nothing)',
      ])
        answers.push((await answerOf(sql.replaceAll('twin', twin))).replaceAll(twin, 'twin'));
      await ann.rows(`drop ${kind} ${twin}`);
      told.push(answers.join());
    }
    expect(told[0]).toBe(told[1]);
  },
);

it('a place that is known in part comes last in a search path', async () => {
  expect(await answerOf("set search_path = 'shop,own'")).toMatch(
    /^7 ann may not put shop before others in search_path, because they may know a part of it only\. /,
  );
  expect(await answerOf(`set search_path = '"shop".main,own'`)).toMatch(/^7 ann may not put shop before/);
  expect(await answerOf("set search_path = 'own.side,shop'")).toMatch(
    /Name it last, behind own\.main, or tables/,
  );
  for (const path of ['own,shop', 'shop.more,own', 'own.side,own,shop.main', 'shop', 'shop.more,shop'])
    expect(await answerOf(`set search_path = '${path}'`)).toBe('[]');
});

it('what is read through a macro is not told by what a column is called', async () => {
  await admin.rows(
    'create table shop.hoard as select 1 as secret; grant all on shop to bob; grant all on own to bob',
  );
  const bob = await logInAs(server.address.port, secretKey, 'user', { name: 'bob' });
  await bob.rows('create macro own.tell() as (select max(secret) from shop.hoard)');
  bob.close();
  const told = await answerOf('select own.tell() as hoard');
  expect(told).toBe(await answerOf('select own.tell() as hoarx'));
  expect(told).toMatch(/through a view or macro that does not exist, or not for you/);
});
