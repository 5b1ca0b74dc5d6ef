/** Names of columns, and whatever else shows a query's own text: over a table under a row policy they show no policy. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeEncapsulatedSchema } from '../../../src/flight/ipc/schema.js';
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
    "attach ':memory:' as shop",
    "create table shop.main.orders as from (values (1, 'ann'), (2, 'vault')) t(id, owner)",
    'create view shop.main.v as from shop.main.orders',
    "create table shop.main.free as from (values (1, 'x')) t(id, name)",
    'create table shop.main.behind as select 1 as id, 5 as secret_column',
    'create view shop.main.lent as select id from shop.main.behind where secret_column = 5',
    'create macro shop.main.lends(n) as table select id from shop.main.behind where secret_column = n',
    'create macro shop.main.scal(n) as (select max(id) from shop.main.behind where secret_column > n)',
    'grant select on shop.main.scal to ann',
    'grant select on shop.main.lent to ann; grant select on shop.main.lends to ann; grant all on shop.main.free to ann',
    'grant select on shop.main.orders to ann; grant select on shop.main.v to ann',
    "create policy own on shop.main.orders using (owner = gizmo_user() or owner = 'secret_condition')",
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const Q = '(select max(id) from shop.main.orders)';
it.each([
  `select ${Q}`,
  `select ${Q} + 1, id from shop.main.free`,
  'select count(id) filter (where id in (select id from shop.main.orders)) from shop.main.free',
  'select count(id) filter (where id in (select id from shop.main.v)) from shop.main.free',
  'select id in (select id from shop.main.orders), exists(from shop.main.orders) from shop.main.free',
  `from (select ${Q})`,
  `select t from (select ${Q}) t`,
  `with w as (select ${Q} + 2) from w`,
  `select ${Q} union all select 3`,
  `select alias(${Q})`,
  `select alias(id + ${Q}) from shop.main.free`,
  `select current_query(), id from shop.main.orders`,
  `select [alias(x) for x in [${Q}]]`,
  `pivot shop.main.free on name in ('x') using max(id + ${Q}), min(id + ${Q})`,
  `select unnest([${Q}])`,
  `select {'a': ${Q}}, row(${Q}), struct_pack(${Q})`,
  `select columns(*) + ${Q} from shop.main.free`,
  `select case when ${Q} > 0 then 1 end`,
  `select sum(id + ${Q}) over (order by id) from shop.main.free`,
  `select id from shop.main.free order by ${Q}`,
  `select id + ${Q} from shop.main.free group by all`,
  `values (${Q})`,
  `select (${Q} || 'a')::integer`,
  `select list_transform([1], lambda x: x + ${Q})`,
  `create or replace temp table made as select ${Q}; from made`,
  `create or replace temp table made as select ${Q}; describe made`,
  `create or replace temp table made as select ${Q}; select sql from duckdb_tables() where table_name = 'made'`,
  ...['shop.main.orders', 'shop.main.v', 'shop.main.lent', 'shop.main.lends(5)'].flatMap((source) => [
    `insert into shop.main.free values (2, 'y') returning (select max(id) from ${source})`,
    `insert into shop.main.free values (2, 'y') returning id, (select max(id) from ${source}) is null`,
    `update shop.main.free set id = id returning id in (select id from ${source})`,
    `delete from shop.main.free where id = 7 returning id in (select id from ${source})`,
    `insert into shop.main.free select id, 'x' from ${source} returning name`,
    `describe select (select max(id) from ${source})`,
    `summarize select (select max(id) from ${source})`,
    `select columns('id') in (select id from ${source}) from shop.main.free`,
    `select * exclude (name), * replace ((select max(id) from ${source}) as id) from shop.main.free`,
    `select x from (values ((select max(id) from ${source}))) t(x)`,
    `select (select (select max(id) from ${source})) in (select (select max(id) from ${source}))`,
    `select shop.main.scal((select max(id) from ${source}))`,
    `with recursive r as (select 1 as a, (select max(id) from ${source}) union all select a + 1, 2 from r where a < 2) from r`,
    `select s from (select (select max(id) from ${source}), 1 as one) s`,
    `select to_json(s) from (select (select max(id) from ${source})) s`,
    `pivot (select id, (select max(id) from ${source}) from shop.main.free) on id in (1) using count(*)`,
    `unpivot (select (select max(id) from ${source})) on columns(*)`,
  ]),
  `select shop.main.scal(id) from shop.main.free`,
  ...['shop.main.lent', 'shop.main.lends(5)'].flatMap((lent) => [
    `select (select max(id) from ${lent})`,
    `select id in (select id from ${lent}) from shop.main.free`,
    `from (select (select max(id) from ${lent}) + 1)`,
    `select current_query(), id from ${lent}`,
    `select alias((select max(id) from ${lent}))`,
    `select id from ${lent}`,
    `create or replace temp table made as select (select max(id) from ${lent}); from made`,
    `create or replace temp table made as select (select max(id) from ${lent}); describe made`,
  ]),
])('%s', async (sql) => {
  const answer = await ann.query(sql).then(
    async (info) => textOf([schemaOf(info), await ann.rows(sql).catch(({ message }: Error) => message)]),
    ({ message }: Error) => message,
  );
  expect(answer).not.toMatch(/secret_|gizmo_user/);
});

function textOf(values: readonly unknown[]): string {
  return JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function schemaOf({ schema }: { readonly schema: Uint8Array }): string[] {
  return decodeEncapsulatedSchema(schema).fields.map(({ name }) => name);
}
