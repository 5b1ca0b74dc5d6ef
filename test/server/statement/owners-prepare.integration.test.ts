/** PREPARE and EXECUTE of SQL over views and macros of an administrator: what is prepared is decided on each time that it runs. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LendingServer, lendingServer } from '../../support/lending-server.js';
import type { RawClient } from '../../support/raw-client.js';

const { path, start } = lendingServer('owners-prepare');
let server: LendingServer;
let admin: RawClient;
let ann: RawClient;
/** May use nothing of what is lent. */
let other: RawClient;

beforeAll(async () => {
  server = await start(MADE);
  ({ admin } = server);
  await admin.rows('create table anns.main.t (a integer, b varchar)');
  ann = await server.logInAs('ann');
  other = await server.logInAs('other');
});
afterAll(() => server.stop());

const MADE = [
  'create macro pub.main.name_of(p) as (select name from hr.main.people where people.id = p)',
  'create macro pub.main.more_than(p) as (select count(*) from hr.main.people q where q.salary + p > 0)',
  'create macro pub.main.lines(p) as table select id, name from hr.main.people where people.id <= p',
  'create view pub.main.names as select id, name from hr.main.people',
  `create view pub.main.rates as from '${path('rates.csv')}'`,
];

const told = (client: RawClient, sql: string) =>
  client.rows(sql).catch(({ code, details }: { code: number; details: string }) => `${code} ${details}`);

it.each<[string, string, unknown]>([
  ['select name from pub.main.names where id = 1', '', [['Ann']]],
  ['select name from pub.main.names where id = $1', '(2)', [['Bob']]],
  ['select pub.main.name_of(?)', '(3)', [['Cy']]],
  ['select pub.main.name_of($who::integer)', '(who := 2)', [['Bob']]],
  ['from pub.main.lines($1)', '(1)', [[1, 'Ann']]],
  ['select count(*)::int from pub.main.rates', '', [[2]]],
  ['from (describe pub.main.rates) order by all limit 1', '', [['code', 'VARCHAR', 'YES', null, null, null]]],
  [
    'with n as (from pub.main.names) insert into anns.main.t from n where id = ? returning b',
    '(2)',
    [['Bob']],
  ],
  ['update anns.main.t set b = pub.main.name_of(?), a = ? returning a, b', '(3, 7)', [[7, 'Cy']]],
  ['delete from anns.main.t using pub.main.names n where n.name = b and n.id = ? returning a', '(3)', [[7]]],
])('%s', async (text, values, rows) => {
  expect(await told(ann, `prepare p as ${text}`)).toEqual([]);
  expect(await told(ann, `execute p${values}`)).toEqual(rows);
  expect(await told(ann, 'deallocate p')).toEqual([]);
  expect(await told(ann, `execute p${values}`)).toMatch(/^5 .*"p" does not exist/);
  expect(await told(other, `prepare p as ${text}`)).toMatch(/does not exist/);
  expect(await told(other, `execute p${values}`)).toMatch(/"p" does not exist/);
});

it('is what it was prepared as, however often another is prepared', async () => {
  for (const [id, name] of [
    [1, 'Ann'],
    [2, 'Bob'],
  ]) {
    await ann.rows(`prepare again as select pub.main.name_of(${id})`);
    for (let time = 0; time < 3; time++) expect(await told(ann, 'execute again')).toEqual([[name]]);
    await ann.rows('deallocate prepare again');
  }
});

it('follows the view and the rights of each moment', async () => {
  await admin.rows('create view pub.main.later as select name from hr.main.people where id = 1');
  await ann.rows('prepare its as from pub.main.later');
  expect(await told(ann, 'execute its')).toEqual([['Ann']]);
  await admin.rows('create or replace view pub.main.later as select name from hr.main.people where id = 2');
  expect(await told(ann, 'execute its')).toEqual([['Bob']]);
  await admin.rows('SET SECURITY INVOKER ON pub.main.later');
  expect(await told(ann, 'execute its')).toMatch(/^5 .*not for you/);
  await admin.rows('SET SECURITY DEFINER ON pub.main.later');
  expect(await told(ann, 'execute its')).toEqual([['Bob']]);
  await admin.rows('create policy own on hr.main.people using (login = gizmo_user())');
  expect(await told(ann, 'execute its')).toBeTypeOf('string');
  await admin.rows('drop policy own on hr.main.people');
  expect(await told(ann, 'execute its')).toEqual([['Bob']]);
  await admin.rows('REVOKE SELECT ON pub FROM ann');
  const gone = await told(ann, 'execute its');
  await admin.rows('GRANT SELECT ON pub TO ann');
  expect(gone).toMatch(/not for you/);
  expect(gone).not.toMatch(/owner|Bob|\bhr\b/);
  expect(await told(ann, 'execute its')).toEqual([['Bob']]);
  await admin.rows('drop view pub.main.later');
  expect(await told(ann, 'execute its')).toMatch(/does not exist/);
});

it('is decided on with the values, which are those of whoever executes', async () => {
  await ann.rows('prepare tells as select pub.main.more_than($1)');
  expect(await told(ann, 'execute tells(2147483647)')).toMatch(/^7 This can fail for rows that/);
  await ann.rows('prepare names as select pub.main.name_of($1)');
  expect(await told(ann, "execute names('x')")).toBeTypeOf('string');
  expect(await told(ann, 'execute names((select max(salary) from hr.main.people))')).toBeTypeOf('string');
  expect(await told(ann, 'execute names(1, 2)')).toMatch(/no parameter 2/);
  expect(await told(ann, 'explain execute names(1)')).toMatch(/^(5|7) /);
});

it.each([
  'prepare p as from pub.main.names, hr.main.people',
  'prepare p as select pub.main.name_of((select max(id) from hr.main.people))',
  'prepare p as insert into hr.main.people select id, name, id, name from pub.main.names',
  'prepare p as create view anns.main.v as from pub.main.names',
  `prepare p as select * from pub.main.names, read_csv('${path('rates.csv')}')`,
  'prepare p(integer) as from pub.main.names',
  'prepare p as execute its',
  'prepare p as prepare q as from pub.main.names',
  'prepare p as explain from pub.main.names',
  'explain prepare p as from pub.main.names',
])('prepares nothing else: %s', async (sql) => {
  const said = await told(ann, sql);
  expect(said).toMatch(/^(3|5|7|9) /);
  expect(said).not.toMatch(/Ann|Bob|3000|gizmo-owners/);
  expect(await told(ann, 'execute p')).toMatch(/does not exist/);
});

it('is not shown by what is behind it', async () => {
  await ann.rows('prepare shown as select name, pub.main.name_of(id) from pub.main.lines(2), pub.main.rates');
  const shown = JSON.stringify(await told(ann, 'from duckdb_prepared_statements()'), (_, it) => String(it));
  expect(shown).not.toMatch(/people|rates\.csv|gizmo-owners/);
});
