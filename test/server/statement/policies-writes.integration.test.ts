/** Statements that write what a row policy leaves of a large table, whose hidden rows would fail in them and be quoted by that. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
/** So many that DuckDB changes the order of filters while it runs. */
const ROWS = 200_000;

let server: RunningServer;
let admin: RawClient;
let ann: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as shop; create schema shop.work",
    `create table shop.main.orders as select x as id, case when x % 100 = 0 then 'ann' else 'hidden' || x end as owner, case when x % 100 = 0 then '1' else 'hidden' || x end as price from range(${ROWS}) r(x)`,
    'create view shop.main.v as from shop.main.orders',
    'create policy own on shop.main.orders using (owner = gizmo_user())',
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const LEFT = ROWS / 100;

it.each<[string, string, number]>([
  ['insert into shop.work.t select id, price::integer from shop.main.orders', 'shop.work.t', LEFT],
  ['insert into shop.work.t select id, price from shop.main.v', 'shop.work.t', LEFT],
  ['insert into shop.work.checked select id, price from shop.main.v', 'shop.work.checked', LEFT],
  ['insert into shop.work.computed (p) select price from shop.main.v', 'shop.work.computed', LEFT],
  ['create table shop.work.made as from shop.main.v where price::integer = 1', 'shop.work.made', LEFT],
  [
    'create table shop.work.made as select max(id) over (partition by price::int) as m from shop.main.v qualify row_number() over (order by price::int) > 3',
    'shop.work.made',
    LEFT - 3,
  ],
  [
    'insert into shop.work.t with recursive r(i, p) as (select 0, 1 union all select i + 100, (select price::int from shop.main.v o where o.id = i) from r where i < 300) from r',
    'shop.work.t',
    4,
  ],
  [
    'merge into shop.work.t using (select id, price from shop.main.v) o on t.id = o.id and o.price::integer = 1 when matched then update set n = o.price::integer + 1 when not matched then insert values (o.id, o.price::integer)',
    'shop.work.t',
    LEFT,
  ],
  [
    'insert into shop.work.t select id, (select max(price::integer) from shop.main.orders i where i.id <= o.id) from shop.main.v o',
    'shop.work.t',
    LEFT,
  ],
  ['create temp table made as from shop.main.v tablesample 100%', 'made', LEFT],
])('%s fails on no row that is hidden', async (sql, table, rows) => {
  await admin.rows(
    'create or replace table shop.work.t (id bigint, n integer); create or replace table shop.work.checked (id bigint, p varchar check (p::integer > 0)); create or replace table shop.work.computed (p varchar, q integer generated always as (p::integer)); drop table if exists shop.work.made',
  );
  await ann.rows(sql);
  expect((await ann.rows(`select count(*)::int from ${table}`)).flat()).toEqual([rows]);
});

it.each([
  'create table shop.work.told as select error(price) from shop.main.v',
  'create table shop.work.told as select bitstring_agg(id) from shop.main.v',
  'explain insert into shop.work.t select id, 1 from shop.main.v',
  'explain analyze update shop.work.t set n = (select max(id) from shop.main.v)',
])('%s is refused, and tells nothing of them', async (sql) => {
  const answer = await ann.rows(sql).then(
    (rows) => rows.flat().join(),
    (error: Error) => error.message,
  );
  expect(answer).toMatch(/under row policies/);
  expect(answer).not.toMatch(/hidden\d|gizmo_user/);
});
