/** CREATE POLICY and DROP POLICY, and what they leave of a table to whom. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-policies-'));
const exported = mkdtempSync(join(tmpdir(), 'gizmo-policies-out-'));
const settings = {
  'secret-key': randomBytes(16).toString('hex'),
  'state-dir': join(folder, 'state'),
  'allow-write-path': [exported],
};

let server: RunningServer;
let admin: RawClient;
let ann: RawClient;
let bob: RawClient;

async function start() {
  server = await startTestServer(settings);
  const { port } = server.address;
  admin = await logIn(port);
  await admin.rows("attach ':memory:' as shop; create schema shop.other; create schema shop.work");
  await admin.rows(
    "create table shop.main.orders as from (values (1, 'ann', 10), (2, 'bob', 20), (3, 'ann', 30)) t(id, owner, price)",
  );
  await admin.rows('create table shop.main.open as from range(3) t(id)');
  await admin.rows(
    "create table shop.main.timed as select 1 as id, 'ann' as owner, 10 as price, now() as seen, date '2024-01-01' as day",
  );
  await admin.rows('create view shop.main.v as from shop.main.orders');
  await admin.rows(
    'create view shop.main.sums(holder, total) as select owner, sum(price) from shop.main.v group by 1',
  );
  await admin.rows('create macro shop.main.m() as table from shop.main.orders');
  await admin.rows('create view shop.main.of_macro as from shop.main.m()');
  ann = await logInAs(port, settings['secret-key'], 'user', { name: 'ann' });
  bob = await logInAs(port, settings['secret-key'], 'readonly', { name: 'bob' });
}
async function stop() {
  for (const client of [admin, ann, bob]) client.close();
  await server.stop();
}
beforeAll(start);
afterAll(async () => {
  await stop();
  for (const it of [folder, exported]) rmSync(it, { recursive: true });
});

beforeEach(async () => {
  for (const [...names] of await admin.rows(
    'select policy_name, catalog_name, schema_name, table_name from gizmo_policies()',
  )) {
    const [name, ...table] = names.map((it) => `"${it}"`);
    await admin.rows(`DROP POLICY ${name} ON ${table.join('.')}`);
  }
});

const refusal = (client: RawClient, sql: string): Promise<string> =>
  client.rows(sql).then(
    (rows) => `answered ${JSON.stringify(rows)}`,
    (error: Error) => error.message,
  );

const runPrepared = async (client: RawClient, preparedStatementHandle: Uint8Array) =>
  client.get(
    ticketOf(
      await client.info(
        encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
      ),
    ),
  );

const OWN = 'CREATE POLICY own ON shop.main.orders USING (owner = gizmo_user())';

const ids = (client: RawClient, sql: string) =>
  client.rows(sql).then((rows) => rows.flat().map(Number).toSorted());

describe('a policy', () => {
  it('leaves everybody but administrators the rows for which its condition holds', async () => {
    await admin.rows(OWN);
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1, 3]);
    expect(await ids(bob, 'select id from shop.main.orders')).toEqual([2]);
    expect(await ids(admin, 'select id from shop.main.orders')).toEqual([1, 2, 3]);
    expect(await ids(ann, 'select id from shop.main.open')).toEqual([0, 1, 2]);
  });

  it('of several whoever it is for may read what one of theirs lets through', async () => {
    await admin.rows(
      'CREATE POLICY cheap ON TABLE shop.main.orders TO USER bob, ROLE user USING (price < 15)',
    );
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1]);
    expect(await ids(bob, 'select id from shop.main.orders')).toEqual([1]);
    await admin.rows('CREATE POLICY dear ON shop.main.orders TO bob USING (price > 25)');
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1]);
    expect(await ids(bob, 'select id from shop.main.orders')).toEqual([1, 3]);
  });

  it('leaves nothing to those whom none is for', async () => {
    await admin.rows('CREATE POLICY mine ON shop.main.orders TO ann USING (true)');
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1, 2, 3]);
    expect(await ids(bob, 'select id from shop.main.orders')).toEqual([]);
  });

  it('is listed for administrators, replaced and dropped by name', async () => {
    await admin.rows(OWN);
    expect(await refusal(admin, OWN)).toMatch(/CREATE OR REPLACE POLICY/);
    await admin.rows(OWN.replace('CREATE', 'CREATE OR REPLACE').replace('=', '<>'));
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([2]);
    expect(
      await admin.rows(
        'select catalog_name, schema_name, table_name, policy_name, grantees, condition from gizmo_policies()',
      ),
    ).toEqual([['shop', 'main', 'orders', 'own', 'PUBLIC', 'owner <> gizmo_user()']]);
    await admin.rows('DROP POLICY OWN ON SHOP.main.Orders');
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1, 2, 3]);
    expect(await refusal(admin, 'DROP POLICY own ON shop.main.orders')).toMatch(/has no policy own/);
    await admin.rows('DROP POLICY IF EXISTS own ON shop.main.orders');
  });

  it('is made, dropped and read by administrators only', async () => {
    await admin.rows(OWN);
    for (const sql of [OWN, 'DROP POLICY own ON shop.main.orders', 'from gizmo_policies()'])
      for (const client of [ann, bob]) expect(await refusal(client, sql)).toMatch(/^7 PERMISSION_DENIED/);
  });

  it('outlives a restart', async () => {
    await admin.rows(OWN);
    await stop();
    await start();
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([1, 3]);
  });

  it('holds at once for what was prepared before', async () => {
    const handle = await ann.prepare('select id from shop.main.orders');
    await admin.rows(OWN);
    await expect(runPrepared(ann, handle)).rejects.toThrow(/Prepare it again/);
    const again = await ann.prepare('select id from shop.main.orders');
    expect((await runPrepared(ann, again)).flat().map(Number).toSorted()).toEqual([1, 3]);
    await admin.rows("insert into shop.main.orders values (4, 'ann', 1), (5, 'bob', 1)");
    expect((await runPrepared(ann, again)).flat().map(Number).toSorted()).toEqual([1, 3, 4]);
    await admin.rows('delete from shop.main.orders where id > 3');
    await admin.rows(OWN.replace('CREATE', 'CREATE OR REPLACE').replace('=', '<>'));
    await expect(runPrepared(ann, again)).rejects.toThrow(/Prepare it again/);
    await admin.rows('DROP POLICY own ON shop.main.orders');
    await expect(runPrepared(ann, again)).rejects.toThrow(/Prepare it again/);
  });

  it('holds where a name in the query is also that of something hidden, prepared or not', async () => {
    await admin.rows(
      "attach ':memory:' as vault; create schema shop.cellar; create table shop.bin (id integer)",
    );
    await admin.rows(OWN);
    await admin.rows('grant select on shop.main.orders to ann, bob');
    const eve = await logInAs(server.address.port, settings['secret-key'], 'user', {
      name: 'eve',
      catalogAccess: [{ catalog: 'shop', access: 'read' }],
    });
    await admin.rows('grant select on shop.main.orders to eve');
    for (const hidden of ['vault', 'cellar', 'bin', '"Vault"'])
      for (const sql of [
        `select ${hidden}.id from shop.main.orders as ${hidden}`,
        `with ${hidden} as (from shop.main.orders) select ${hidden}.id from ${hidden}`,
        `select ${hidden}.id from (select id from shop.main.orders) ${hidden} where ${hidden}.id > 0`,
      ]) {
        expect(await ids(ann, sql), sql).toEqual([1, 3]);
        expect(await ids(bob, sql), sql).toEqual([2]);
        expect(await ids(eve, sql), sql).toEqual([]);
        const preparedStatementHandle = await ann.prepare(sql);
        for (let time = 0; time < 2; time++)
          expect((await runPrepared(ann, preparedStatementHandle)).flat().map(Number).toSorted()).toEqual([
            1, 3,
          ]);
      }
    eve.close();
    await admin.rows('detach vault; drop schema shop.cellar; drop table shop.bin');
    await admin.rows('revoke select on shop.main.orders from ann, bob, eve');
    await admin.rows('grant select on shop to public; grant all on shop to ann');
  });

  it('is for nobody any more when the user it was for is dropped', async () => {
    await admin.rows("CREATE USER eve PASSWORD 'open sesame'");
    await admin.rows('CREATE POLICY mine ON shop.main.orders TO eve, bob USING (true)');
    await admin.rows('CREATE POLICY hers ON shop.main.orders TO eve USING (true)');
    await admin.rows('DROP USER eve');
    expect(await admin.rows('select policy_name, grantees from gizmo_policies() order by 1')).toEqual([
      ['hers', ''],
      ['mine', 'bob'],
    ]);
    expect(await ids(ann, 'select id from shop.main.orders')).toEqual([]);
  });

  it('does not filter what an administrator runs after having asked for the rights of others', async () => {
    await admin.rows(OWN);
    const text = 'select id from shop.main.orders';
    const asked = await admin.rows(`EXPLAIN ACCESS OF 'ann' ROLE user FOR '${text}'`);
    expect(asked.find(([rule]) => rule === 'policy')).toEqual([
      'policy',
      'allows',
      expect.stringContaining('own'),
    ]);
    expect(await ids(admin, text)).toEqual([1, 2, 3]);
  });
});

describe('a query over a table under a policy', () => {
  beforeEach(() => admin.rows(OWN));

  it.each<[string, (number | null)[]]>([
    ['select o.id from shop.main.orders as o where o.price > 5', [1, 3]],
    ['select shop.main.orders.id from shop.main.orders', [1, 3]],
    ['select orders.id from SHOP.MAIN.ORDERS', [1, 3]],
    ['from shop.main.orders select id', [1, 3]],
    ['select count(*) from shop.main.orders', [2]],
    ['select max(price) from shop.main.orders', [30]],
    ['with o as (from shop.main.orders) select id from o', [1, 3]],
    ['with orders as (from shop.main.orders) select id from orders', [1, 3]],
    ['select id from shop.main.open where id in (select id from shop.main.orders)', [1]],
    ['select a.id from shop.main.orders a join shop.main.orders b using (id)', [1, 3]],
    ['select id from shop.main.orders union all select id from shop.main.open', [0, 1, 1, 2, 3]],
    ['select id from shop.main.open except select id from shop.main.orders', [0, 2]],
    [
      'select (select max(id) from shop.main.orders o where o.id <= p.id) from shop.main.open p where id > 0',
      [1, 1],
    ],
    [
      'select o.id from shop.main.open p, lateral (select id from shop.main.orders o where o.id = p.id) o',
      [1],
    ],
    ['select id from shop.main.orders where price * 2 > 50', [3]],
    ['select id from shop.main.orders where id::varchar::int = 3', [3]],
    [
      'select id from (select id, row_number() over (order by id) as n from shop.main.orders) where n = 2',
      [3],
    ],
    [
      'with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select id from r, shop.main.orders where n = id',
      [1, 3],
    ],
    ['select o.id from shop.main.open p positional join shop.main.orders o where o.id is not null', [1, 3]],
    ['select distinct on (owner) count(*) over () from shop.main.orders', [2]],
    [
      "pivot shop.main.orders on owner in ('ann', 'bob') using count(*) group by price order by price limit 0",
      [],
    ],
    ['select id from shop.main.orders tablesample 100%', [1, 3]],
  ])('%s reads what is left of it', async (sql, expected) => {
    expect(await ids(ann, sql)).toEqual(expected);
  });

  it.each([
    'select rowid from shop.main.orders',
    'explain from shop.main.orders',
    'explain analyze from shop.main.orders',
    "from query('from shop.main.orders')",
    "from query_table('shop.main.orders')",
    'explain create table shop.main.copied as from shop.main.orders',
    'with o as (from shop.main.orders) insert into shop.main.open select id from o',
    'insert into shop.main.open select id from shop.main.orders returning (select max(rowid) from shop.main.orders)',
    'update shop.main.open set id = o.id from shop.main.orders o',
    'create macro shop.main.taken() as table from shop.main.orders',
    'create macro shop.main.taken() as (select max(id) from shop.main.orders)',
    'set variable x = (select max(id) from shop.main.orders)',
    'from shop.main.of_macro',
    'pivot shop.main.orders on owner using count(*)',
    'select bitstring_agg(id) from shop.main.orders',
    "select regexp_replace('a', owner, '') from shop.main.orders",
    'select epoch_ns(id::timestamp) from shop.main.orders',
    "insert into shop.main.orders values (9, 'ann', 1)",
    'update shop.main.orders set price = 1',
    'delete from shop.main.orders',
    'truncate shop.main.orders',
    'merge into shop.main.orders using (select 1 as id) s using (id) when matched then delete',
    'drop table shop.main.orders',
    'alter table shop.main.orders rename to free',
    'alter table shop.main.orders add column x int',
    'create index i on shop.main.orders(id)',
    'create or replace table shop.main.orders as select 1 as id',
    'drop schema shop.main cascade',
    'create table shop.main.pointing (id int references shop.main.orders(id))',
    "comment on table shop.main.orders is 'x'",
  ])('%s is refused', async (sql) => {
    expect(await refusal(ann, sql)).toMatch(/^(7 PERMISSION_DENIED|3 INVALID_ARGUMENT|5 NOT_FOUND)/);
    expect(await ids(admin, 'select id from shop.main.orders')).toEqual([1, 2, 3]);
  });

  it.each<[string, (number | null)[]]>([
    ['select id from shop.main.v', [1, 3]],
    ['select v.id from shop.main.v where shop.main.v.price > 5', [1, 3]],
    ['select x.a from shop.main.v as x(a, b, c)', [1, 3]],
    ['select total::int from shop.main.sums', [40]],
    ['with v as (select 7 as id) select id from v', [7]],
    ['select id from shop.main.open where exists (from shop.main.sums where total = 40 and id = 1)', [1]],
    ['select id from shop.main.orders union all select id from shop.main.v', [1, 1, 3, 3]],
  ])('%s reads what is left behind a view', async (sql, expected) => {
    expect(await ids(ann, sql)).toEqual(expected);
  });

  it.each<[string, (number | null)[]]>([
    ['create table shop.work.made as select id from shop.main.orders', [1, 3]],
    ['create or replace table shop.work.made as (select id from shop.main.v)', [1, 3]],
    ['create table shop.work.made as select id from shop.main.orders with no data', []],
    ['create table shop.work.made as with orders as (from shop.main.orders) select id from orders', [1, 3]],
    ['create table shop.work.made as select id::varchar::int + 1 as id from shop.main.orders', [2, 4]],
    ['create temp table made as select id from shop.main.orders', [1, 3]],
    ['create table shop.work.made (id) as from (select id from shop.main.orders)', [1, 3]],
    ['insert into shop.work.there select id, price from shop.main.orders', [0, 1, 3]],
    ['insert into shop.work.there (id) select id from shop.main.orders order by id limit 1', [0, 1]],
    ['insert into shop.work.there by name select price, id from shop.main.orders', [0, 1, 3]],
    ['insert into shop.work.there values ((select max(id) from shop.main.orders), 0)', [0, 3]],
    ['insert into shop.work.there select id, 0 from shop.main.orders on conflict do nothing', [0, 1, 3]],
    [
      'insert into shop.work.there select id - 1, 9 from shop.main.orders on conflict (id) do update set price = excluded.price',
      [0, 2],
    ],
    ['insert or replace into shop.work.there from (select id, price from shop.main.v)', [0, 1, 3]],
    ['update shop.work.there set id = (select max(id) from shop.main.orders)', [3]],
    [
      'update shop.work.there set id = o.id from (select id from shop.main.orders order by id desc limit 1) o',
      [3],
    ],
    ['delete from shop.work.there where id not in (select id from shop.main.orders)', []],
    ['delete from shop.work.there using (select id from shop.main.orders) o where o.id = there.id', [0]],
    [
      'merge into shop.work.there t using (select id, price from shop.main.orders) o on t.id = o.id when not matched then insert',
      [0, 1, 3],
    ],
  ])('%s writes what is left', async (sql, expected) => {
    await admin.rows('create or replace table shop.work.there as select 0 as id, 5 as price');
    await admin.rows('alter table shop.work.there add primary key (id)');
    await ann.rows(sql);
    const made = sql.includes('temp') ? 'made' : sql.includes('made') ? 'shop.work.made' : 'shop.work.there';
    expect(await ids(ann, `select id from ${made}`)).toEqual(expected);
    await ann.rows('drop table if exists temp.made');
    await admin.rows('drop table if exists shop.work.made');
  });

  it.each<[string, string]>([
    ['copy shop.main.orders to FILE', 'id,owner,price\n1,ann,10\n3,ann,30\n'],
    ['copy shop.main.orders (id) to FILE (header false)', '1\n3\n'],
    ['copy (select id from shop.main.v order by id desc) to FILE', 'id\n3\n1\n'],
  ])('%s writes what is left to a file', async (sql, expected) => {
    const file = join(exported, 'rows.csv');
    await ann.rows(sql.replace('FILE', `'${file}'`));
    expect(readFileSync(file, 'utf8')).toBe(expected);
    const both = `copy (select o.id from shop.main.orders o, read_csv('${file}')) to '${join(exported, 'both.csv')}'`;
    expect(await refusal(ann, both)).toMatch(/PERMISSION_DENIED.*opens files/);
    rmSync(file);
  });

  it('answers what RETURNING says of rows it has written', async () => {
    await admin.rows('create or replace table shop.work.there as select 0 as id, 5 as price');
    const sql = 'insert into shop.work.there select id, price from shop.main.orders returning id';
    expect(await ids(ann, sql)).toEqual([1, 3]);
  });

  it('is filtered anew each time SQL executes what it has prepared', async () => {
    await ann.rows('prepare mine as select id from shop.main.v where id > $1');
    expect(await ids(ann, 'execute mine(1)')).toEqual([3]);
    const kept = await ann.rows('from duckdb_prepared_statements()').catch((error: Error) => error.message);
    expect(JSON.stringify(kept, (_, it) => (typeof it === 'bigint' ? String(it) : it))).not.toMatch(
      /owner|gizmo_user/,
    );
    await admin.rows(OWN.replace('CREATE', 'CREATE OR REPLACE').replace('=', '<>'));
    expect(await ids(ann, 'execute mine(1)')).toEqual([2]);
    await admin.rows('create or replace view shop.main.v as select id from shop.main.open');
    expect(await ids(ann, 'execute mine(1)')).toEqual([2]);
    await admin.rows('insert into shop.main.open values (9)');
    expect(await ids(ann, 'execute mine(1)')).toEqual([2, 9]);
    await admin.rows('delete from shop.main.open where id = 9');
    await admin.rows('create or replace view shop.main.v as from shop.main.orders');
    await ann.rows('deallocate mine');
  });

  it('means by a name of a view what the session means by it then', async () => {
    await admin.rows('create or replace view shop.other.v as select 8 as id from shop.main.orders');
    const handle = await ann.prepare('select id from shop.main.v');
    expect((await runPrepared(ann, handle)).flat().map(Number).toSorted()).toEqual([1, 3]);
    await ann.rows('use shop.other');
    expect(await ids(ann, 'select id from v')).toEqual([8, 8]);
    await ann.rows('use shop.main');
    expect(await ids(ann, 'select id from v')).toEqual([1, 3]);
    await ann.rows('create temp view v as select 6 as id');
    expect(await refusal(ann, 'select id from v')).not.toMatch(/answered.*[12]/);
    await ann.rows('drop view temp.v');
    const unqualified = await ann.prepare('select id from v');
    await ann.rows('use shop.other');
    expect(
      await runPrepared(ann, unqualified).then(
        (rows) => rows.flat().map(Number),
        () => 'refused',
      ),
    ).not.toEqual([1, 2, 3]);
    await admin.rows('create or replace view shop.main.v as select id from shop.main.orders where id < 3');
    expect(
      await runPrepared(ann, handle).then(
        (rows) => rows.flat().map(Number),
        () => [1],
      ),
    ).toEqual([1]);
    await admin.rows('create or replace view shop.main.v as from shop.main.orders');
    await ann.rows('use memory');
  });

  it('reads nothing more for what a temporary object stands before', async () => {
    await ann.rows("create temp table orders as select 5 as id, 'ann' as owner, 1 as price");
    expect(await ids(ann, 'select id from orders')).toEqual([5]);
    expect(await refusal(ann, 'select id from shop.main.v')).not.toMatch(/answered .*2/);
    await ann.rows('drop table temp.orders');
  });

  it('in a view that somebody else has made is left to each what is theirs', async () => {
    await ann.rows('create view shop.work.taken as select id from shop.main.orders');
    expect(await ids(ann, 'select id from shop.work.taken')).toEqual([1, 3]);
    expect(await ids(bob, 'select id from shop.work.taken')).toEqual([2]);
    expect(await ids(admin, 'select id from shop.work.taken')).toEqual([1, 2, 3]);
    const [[text] = []] = await admin.rows("select sql from duckdb_views() where view_name = 'taken'");
    expect(text).not.toMatch(/gizmo_user|OFFSET/i);
    await admin.rows('drop view shop.work.taken');
  });

  it('makes JSON of the texts of rows that are left, and of no others', async () => {
    await admin.rows(
      `create or replace table shop.main.texts as
        select case when i = 7 then 'ann' else 'bob' end as owner, case when i = 7 then '{"a": 1}' else 'no json' end as text
        from range(10) t(i)`,
    );
    await admin.rows('create policy own on shop.main.texts using (owner = gizmo_user())');
    expect(await ann.rows("select text::json->>'a' from shop.main.texts")).toEqual([['1']]);
    expect(await ann.rows(`select owner from shop.main.texts where text = '{"a": 1}'::json`)).toEqual([
      ['ann'],
    ]);
  });

  it('fails or not whatever the greatest value in hidden rows is', async () => {
    await admin.rows(
      "create or replace table shop.main.far as from (values (1, 'ann', 10), (2, 'bob', 900)) t(id, owner, price)",
    );
    await admin.rows('create policy own on shop.main.far using (owner = gizmo_user())');
    const told = (least: number) =>
      refusal(ann, `select price from shop.main.far where price > ${least} and 'a'::int > 0 and id + 1 > 0`);
    expect(await told(100)).toBe(await told(5000));
    expect(await told(1)).toMatch(/Conversion Error/);
    expect(await ann.rows('select id + 1, price from shop.main.far where price > 1')).toEqual([[2, 10]]);
  });

  it('summarizes what is left', async () => {
    const rows = await ann.rows('select column_name, count from (summarize shop.main.orders)');
    expect(rows.map(([, count]) => Number(count))).toEqual([2, 2, 2]);
    await ann.rows('describe shop.main.orders');
  });

  it('says what could not be filtered and what can be done', async () => {
    expect(await refusal(ann, 'explain from shop.main.orders')).toMatch(
      /under row policies, and cannot be filtered here: EXPLAIN would show the policies, and by its estimates what is in hidden rows. Run the query itself, or let an administrator explain it/,
    );
  });

  it('shows neither how many rows there are nor what the policy says', async () => {
    expect(await ann.rows("select estimated_size from duckdb_tables() where table_name = 'orders'")).toEqual([
      [null],
    ]);
    const message = await refusal(ann, 'select nothing from shop.main.orders');
    expect(message).not.toMatch(/gizmo_user/);
  });
});

describe('an administrator', () => {
  it('cannot rename a table from under its policies', async () => {
    await admin.rows(OWN);
    expect(await refusal(admin, 'alter table shop.main.orders rename to free')).toMatch(/DROP POLICY/);
    await admin.rows('alter table shop.main.orders alter price set default 1');
    await admin.rows(
      'alter table shop.main.open rename to opened; alter table shop.main.opened rename to open',
    );
  });
});

describe('a condition', () => {
  it.each([
    'owner = gizmo_user()',
    "gizmo_role() = 'readonly' or price between 1 and 20",
    "lower(owner) like 'a%' and id in (1, 2)",
    'price < 10.5',
    'try_cast(owner as int) is null',
    'seen < now()',
    "day > date '2020-01-01'",
    "case when price > 1 then owner = 'ann' else false end",
  ])('can be %s', async (condition) => {
    await admin.rows(`CREATE POLICY p ON shop.main.timed USING (${condition})`);
    await ann.rows('from shop.main.timed');
  });

  it.each([
    'owner',
    'nothing = 1',
    'id in (select 1)',
    'random() > 0.5',
    "getvariable('x') = owner",
    "current_setting('TimeZone') = owner",
    'current_schema() = owner',
    'owner::int = 1',
    'price / 2 > 1',
    'price * 2 > 1',
    "seen > '2020-01-01'",
    "seen::date = date '2020-01-01'",
    'hour(seen) > 1',
    'day = current_date',
    'owner = own_type.x',
    'count(*) > 1',
    'row_number() over () > 1',
    "shop.main.gizmo_user() = 'x'",
    'true) or (true',
  ])('cannot be %s', async (condition) => {
    expect(await refusal(admin, `CREATE POLICY p ON shop.main.timed USING (${condition})`)).toMatch(
      /^(3 INVALID_ARGUMENT|5 NOT_FOUND)/,
    );
  });

  it.each(['shop.main.v', 'shop.main.nothing', 'nothing.main.orders', 'shop.orders'])(
    'cannot be one on %s',
    async (table) => {
      expect(await refusal(admin, `CREATE POLICY p ON ${table} USING (true)`)).toMatch(
        /^(3 INVALID_ARGUMENT|5 NOT_FOUND)/,
      );
    },
  );

  it('whose column is gone leaves nothing', async () => {
    await admin.rows("create or replace table shop.main.short as select 1 as id, 'ann' as owner");
    await admin.rows('CREATE POLICY p ON shop.main.short USING (owner = gizmo_user())');
    await admin.rows('alter table shop.main.short rename column owner to holder');
    expect(await refusal(ann, "select id from (select 'ann' as owner) u, shop.main.short")).toMatch(
      /row policies/,
    );
    expect(await refusal(ann, 'select id from shop.main.short')).toMatch(
      /a policy names a column that the table does not have any more.* CREATE OR REPLACE POLICY … ON shop\.main\.short/,
    );
  });
});
