/** Statements that write rows with what views and macros of an administrator read: in VALUES, SET, conditions, FROM and USING. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import { type LendingServer, lendingServer } from '../../support/lending-server.js';
import type { RawClient } from '../../support/raw-client.js';

const { path, start } = lendingServer('owners-writes');
let server: LendingServer;
let admin: RawClient;
let ann: RawClient;
/** May use nothing of what is lent. */
let other: RawClient;

beforeAll(async () => {
  server = await start(MADE);
  ({ admin } = server);
  await admin.rows('GRANT ALL ON anns TO other');
  ann = await server.logInAs('ann');
  other = await server.logInAs('other');
});
afterAll(() => server.stop());
const reset = () =>
  admin.rows(
    "create or replace table anns.main.t (a integer, b varchar default 'd', c integer); insert into anns.main.t values (1, 'x', 5), (2, 'y', 6), (9, 'z', null)",
  );
beforeEach(reset);

const MADE = [
  'create macro pub.main.name_of(p) as (select name from hr.main.people where people.id = p)',
  'create macro pub.main.of_name(p) as lower(pub.main.name_of(p))',
  'create macro pub.main.ids() as (select list(id order by id) from hr.main.people)',
  'create macro pub.main.plus(a, b) as a + b',
  'create macro pub.main.lines(p) as table select id, name from hr.main.people where people.id <= p',
  'create macro pub.main.name(p) as (select max(name) from hr.main.people where people.id = p)',
  'create view pub.main.names as select id, name from hr.main.people',
  'create view pub.main.mine as select id, salary from hr.main.people where login = gizmo_user()',
  `create view pub.main.rates as from '${path('rates.csv')}'`,
];

/** What is in the table afterwards, and what the statement has answered. */
async function written(client: RawClient, sql: string): Promise<unknown> {
  const answer = await client.rows(sql).catch(({ code, details }) => `${code} ${details}`);
  return [answer, await admin.rows('from anns.main.t order by all')];
}

const denied = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    () => 'ran',
    ({ code, details }: { code: number; details: string }) => `${code} ${details}`,
  );

describe('what is lent is written as its owner would write it:', () => {
  it.each([
    'insert into anns.main.t values (4, pub.main.name_of(1), default)',
    'insert into anns.main.t values (4, pub.main.name_of(1), 2), (5, default, 3), (6, pub.main.of_name(2), pub.main.plus(1, 2))',
    'insert into anns.main.t (b) values (upper(pub.main.name_of(1 + 1)) || pub.main.of_name((select max(a) from anns.main.t where a < 3)))',
    "insert into anns.main.t values (case when pub.main.name_of(1) = 'Ann' then 7 else 8 end, 'q', 1)",
    "insert into anns.main.t (a, b) values (8, pub.main.name_of(3)) returning a, b || '!'",
    'update anns.main.t set b = pub.main.name_of(a)',
    "update anns.main.t set (b, c) = (pub.main.name_of(a), 3) where pub.main.name_of(a) <> 'Bob' returning *",
    'update anns.main.t set b = PUB.Main."Name_Of" /* it */ (t.a), c = 4 where a = 1',
    "update anns.main.t set b = coalesce(pub.main.name_of(a), pub.main.name_of(c::bigint - 4), 'none')",
    'update anns.main.t set c = c * 2, b = pub.main.name_of(a)',
    'merge into anns.main.t using pub.main.names n on n.id = t.a when matched then update set c = c * 2 + a, b = n.name',
    'update anns.main.t set c = 0 where pub.main.name_of(a) is distinct from pub.main.name_of(2)',
    "update anns.main.t set c = 0 where pub.main.name_of(a) in ('Ann', pub.main.name_of(2)) and not pub.main.name_of(a) like 'B%'",
    'update anns.main.t as name_of set b = pub.main.name_of(name_of.a) where name_of.a < 2',
    "delete from anns.main.t where pub.main.name_of(a) = 'Ann' or pub.main.of_name(a) = 'bob'",
    'delete from anns.main.t where pub.main.name_of(a) is null',
    'delete from anns.main.t where a in (select id from pub.main.lines(2))',
    "merge into anns.main.t using (select 2 as id) s on pub.main.name_of(t.a) = pub.main.name_of(s.id) when matched and pub.main.name_of(s.id) = 'Bob' then update set b = pub.main.name_of(s.id::bigint - 1)",
    'merge into anns.main.t using (select 12 as id) s on t.a = s.id when not matched then insert values (s.id, pub.main.name_of(s.id::bigint - 9), default)',
    'insert into anns.main.t (a, b) select id, name from pub.main.names',
    'update anns.main.t set b = name from pub.main.names where id = a',
    'update anns.main.t set b = names.name from pub.main.names where names.id = t.a',
    'update anns.main.t set b = n.y from pub.main.names as n(x, y) where n.x = t.a',
    'update anns.main.t set b = n.name || r.code from pub.main.names n join pub.main.rates r on r.rate = n.id where n.id = a returning a, b',
    'update anns.main.t set c = m.salary from (select 1 as one) o, pub.main.mine m where m.id = a',
    "update anns.main.t set b = l.name from pub.main.lines(2) l where l.id = a and pub.main.name_of(a) = 'Bob'",
    'update anns.main.t set b = l.name from pub.main.lines(1 + 1) l where l.id = a',
    'update anns.main.t set b = l.name from (select 1 as k union all select 3) v, pub.main.lines(v.k) l where l.id = a',
    'update anns.main.t set b = n.name from pub.main.names n semi join pub.main.mine m on m.id = n.id where n.id = a',
    'delete from anns.main.t using pub.main.names where id = a',
    'update anns.main.t set b = l.name from (values (1), (3)) v(k), pub.main.lines(v.k) l where l.id = a',
    'insert into anns.main.t (a, b) select k, pub.main.name_of(k) from (values (1), (3)) v(k)',
    "merge into anns.main.t using (values (1, 'o'), (3, 'p')) v(k, l) on v.k = a when matched then update set b = pub.main.name_of(v.k) when not matched then insert (a, b) values (v.k, l || pub.main.name_of(v.k))",
    'delete from anns.main.t using pub.main.names n, pub.main.mine where n.id = mine.id and a = mine.id returning a',
    'merge into anns.main.t using pub.main.names on names.id = t.a when matched then update set b = names.name when not matched then insert values (names.id, names.name, 1)',
    'merge into anns.main.t as o using pub.main.names n on n.id = o.a when matched then delete when not matched then insert (a, b) values (n.id, pub.main.of_name(n.id))',
    'merge into anns.main.t using pub.main.lines(3) l on l.id = t.a when not matched then insert (a, b) values (l.id, l.name)',
    'with n as (from pub.main.names) insert into anns.main.t (a, b) from n',
    "with n(x, y) as (from pub.main.names where id > 1), o as materialized (from n) insert into anns.main.t (a, b) select x, y || '!' from o returning b",
    'with n as (from pub.main.names) update anns.main.t set b = n.name from n where n.id = a',
    'with n as (from pub.main.names) update anns.main.t set b = (select name from n where n.id = a), c = (select max(id) from n)',
    'with n as (select pub.main.name_of(2) as x) update anns.main.t set b = pub.main.name_of(a) where pub.main.name_of(a) = (select x from n)',
    'with n as (from pub.main.names), m as (from pub.main.mine) delete from anns.main.t using n, m where n.id = a and m.id = a',
    'with recursive n as (select min(id) as i from pub.main.names union all select i + 1 from n where i < 2) delete from anns.main.t where a in (from n)',
    'with n as (from pub.main.names) merge into anns.main.t using n on n.id = a when not matched then insert (a, b) values (n.id, pub.main.of_name(n.id))',
    'with update as (from pub.main.lines(1)) delete from anns.main.t where a in (select id from update)',
    'with l as (from pub.main.lines(1 + 1)) insert into anns.main.t (a, b) from l',
    'merge into anns.main.t using (select id as a, name from pub.main.names) using (a) when matched then update set b = name',
  ])('%s', async (sql) => {
    const asAdmin = await written(admin, sql);
    await reset();
    expect(asAdmin).toEqual([expect.any(Array), expect.any(Array)]);
    const before = await admin.rows('from anns.main.t order by all');
    const byAnn = await written(ann, sql);
    if (/mine/.test(sql)) expect(byAnn).toEqual([expect.any(Array), expect.any(Array)]);
    else expect(byAnn).toEqual(asAdmin);
    expect(byAnn).not.toEqual([expect.anything(), before]);
    expect(await denied(other, sql)).toMatch(/does not exist|PERMISSION|^7 /);
  });
});

it('what WITH names before a statement is no view of that name in it', async () => {
  const client = await server.logInAs('ann');
  await client.rows('use pub');
  await client.rows(
    "with names as (select 4 as id, 'mine' as name) insert into anns.main.t (a, b) select n.id, n.name || '!' from names n, pub.main.mine",
  );
  await client.rows(
    "with names as (select 1 as id, 'mine' as name) update anns.main.t set b = names.name from names, mine where names.id = a",
  );
  const rows = await admin.rows('select a, b from anns.main.t where a in (1, 4) order by a');
  expect(rows).toEqual([
    [1, 'mine'],
    [4, 'mine!'],
  ]);
  client.close();
});

describe('what is not of a view or macro is decided on with the rights of whoever writes:', () => {
  it.each([
    'insert into anns.main.t values (1, pub.main.name_of((select max(id) from hr.main.people)), 1)',
    'insert into anns.main.t values (1, pub.main.name_of(1), (select max(salary) from hr.main.people))',
    'insert into hr.main.people values (4, pub.main.name_of(1), 1, 1)',
    'update anns.main.t set b = pub.main.name_of(a), c = (select max(salary) from hr.main.people)',
    'update anns.main.t set b = pub.main.name_of(a) where a in (select id from hr.main.people)',
    'update anns.main.t set c = p.salary, b = pub.main.name_of(a) from hr.main.people p',
    'update anns.main.t set c = p.salary from pub.main.names n, hr.main.people p where p.id = n.id',
    'update anns.main.t set c = n.salary from pub.main.names n where n.id = a',
    'update anns.main.t set c = people.salary from pub.main.names n where n.id = a',
    'update hr.main.people set name = n.name from pub.main.names n',
    'with n as (from pub.main.names) insert into anns.main.t (a, b, c) select id, name, salary from n, hr.main.people p where p.id = n.id',
    'with n as (from pub.main.names) update hr.main.people set name = n.name from n',
    'with n as (from pub.main.names) delete from anns.main.t where a in (select salary from hr.main.people)',
    'with n as (from pub.main.names where salary > 0) insert into anns.main.t (a, b) from n',
    'delete from hr.main.people where pub.main.name_of(id) is not null',
    'delete from anns.main.t using hr.main.people p where pub.main.name_of(p.id) is not null',
    'delete from anns.main.t using pub.main.names n join hr.main.people p on p.id = n.id',
    'merge into anns.main.t using hr.main.people p on p.id = a when matched then update set b = pub.main.name_of(1)',
    'merge into hr.main.people p using pub.main.names n on n.id = p.id when matched then delete',
    "insert into anns.main.t values (1, pub.main.name_of(1) || (from query('select max(salary) from hr.main.people')), 1)",
    `update anns.main.t set b = content from pub.main.names, read_text('${path('rates.csv')}')`,
    `update anns.main.t set b = pub.main.name_of(a), c = (select count(*) from '${path('rates.csv')}')`,
    'update anns.main.t set b = gizmo_1.v where pub.main.name_of(a) is not null',
    'update anns.main.t set b = pub.main.name_of(gizmo_1_given."1")',
    'update pub.main.names set name = pub.main.name_of(1)',
    'explain update anns.main.t set b = pub.main.name_of(a)',
    'explain analyze delete from anns.main.t using pub.main.names n where n.id = a',
    'create table anns.main.made (a varchar default (pub.main.name_of(1)))',
    'create table anns.main.made (a varchar check (a <> pub.main.name_of(1)))',
    "insert into anns.main.t values (1, '--', 1), (2, pub.main.name_of(1) /* '), (3, 'x', 3) */, 2)",
    'from hr.main.people; insert into anns.main.t values (1, pub.main.name_of(1), 2)',
  ])('%s', async (sql) => {
    const before = await admin.rows('from anns.main.t order by all');
    const told = await ann.rows(sql).catch(({ code, details }) => `${code} ${details}`);
    expect(told).toMatch(/^(3|5|7|9) /);
    expect(told).not.toMatch(/Ann|Bob|1000|3000|usd|gizmo-owners/);
    expect(await admin.rows('from anns.main.t order by all')).toEqual(before);
    expect(await admin.rows('select count(*)::int from hr.main.people')).toEqual([[3]]);
    expect(await admin.rows("from duckdb_tables() where table_name = 'made'")).toEqual([]);
  });

  it.each([
    [
      "insert into anns.main.keyed values (1, 'x') on conflict (a) do update set b = pub.main.name_of(excluded.a)",
      'DuckDB has no queries in ON CONFLICT. Write MERGE.',
    ],
    [
      'delete from anns.main.t where a in pub.main.ids()',
      'write = in the place of IN, ANY and ALL, or ask a macro that gives a table: a IN (SELECT … FROM …).',
    ],
    [
      'delete from anns.main.t where a = any (pub.main.ids())',
      'write = in the place of IN, ANY and ALL, or ask a macro that gives a table: a IN (SELECT … FROM …).',
    ],
    [
      'insert into anns.main.t values (1, $one$x$one$, 1), (2, pub.main.name_of(2), 2)',
      'leave out comments, dollars, backslashes and unusual spaces around the query.',
    ],
  ])('what can be written in its place is said to those who may use it: %s', async (sql, why) => {
    await admin.rows('create table if not exists anns.main.keyed (a integer primary key, b varchar)');
    expect(await denied(ann, sql)).toBe(
      `${status.PERMISSION_DENIED} Views and macros that read with their owner's rights are for queries, INSERT, UPDATE, DELETE, MERGE, CREATE TABLE … AS and COPY … TO: ${why}`,
    );
    expect(await denied(other, sql)).toMatch(/does not exist/);
  });
});

it('is not in RETURNING, where DuckDB has no queries, whose columns would be named by their text', async () => {
  for (const call of ['pub.main.name_of(a)', '(select pub.main.name_of(a))'])
    expect(await denied(ann, `update anns.main.t set b = 1 returning ${call}`)).toBe(
      '3 Binder Error: SUBQUERY is not supported in returning statements',
    );
});

describe('a value that is bound', () => {
  const bound = async (query: string, values: readonly unknown[], types: readonly ArrowType[]) => {
    const preparedStatementHandle = await ann.prepare(query);
    const cmd = encodeCommand({
      type: 'CommandPreparedStatementUpdate',
      message: { preparedStatementHandle },
    });
    const schema: ArrowSchema = { fields: types.map((type, at) => field(String(at), type)) };
    await ann.put(cmd, [
      { header: encodeSchema(schema), body: new Uint8Array(0) },
      buildBatch(
        schema,
        values.map((it) => [it]),
      ),
    ]);
    return await admin.rows('from anns.main.t order by all');
  };
  const INT: ArrowType = { kind: 'int', bits: 32, signed: true };
  const TEXT: ArrowType = { kind: 'utf8' };

  it.each<[string, readonly unknown[], readonly ArrowType[], unknown]>([
    [
      'update anns.main.t set c = ?, b = pub.main.name_of(?::integer) where a = ?',
      [70, 2, 1],
      [INT, INT, INT],
      [1, 'Bob', 70],
    ],
    [
      'update anns.main.t set c = $3, b = pub.main.name_of($1::integer) where a = $2',
      [2, 1, 70],
      [INT, INT, INT],
      [1, 'Bob', 70],
    ],
    [
      'update anns.main.t set c = ?, b = n.name from pub.main.names n where n.name = ? and a = ?',
      [70, 'Bob', 1],
      [INT, TEXT, INT],
      [1, 'Bob', 70],
    ],
    [
      'update anns.main.t set c = ?, b = (select pub.main.name_of(?::integer)) where a = ?',
      [70, 2, 1],
      [INT, INT, INT],
      [1, 'Bob', 70],
    ],
  ])('is the one that was meant: %s', async (query, values, types, row) => {
    expect(await bound(query, values, types)).toContainEqual(row);
  });
});
