/** Macros that an administrator has made run with owner's rights, whatever they are given: what that opens, and what it must not. */
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { type ArrowSchema, type ArrowType, field } from '../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import { type LendingServer, lendingServer } from '../../support/lending-server.js';
import { type RawClient, ticketOf } from '../../support/raw-client.js';

const { path, start } = lendingServer('owners-macros');
let server: LendingServer;
let admin: RawClient;
let ann: RawClient;
let reader: RawClient;

beforeAll(async () => {
  server = await start(MACROS);
  ({ admin } = server);
  await admin.rows(
    "create table pub.main.own as from (values (1, 'x', 5), (2, 'y', 6), (2, 'y', 7), (null, 'z', 8), (9, 'z', 9)) t(id, k, n)",
  );
  await admin.rows('GRANT SELECT ON pub TO bob');
  ann = await server.logInAs('ann');
  reader = await server.logInAs('bob', 'readonly');
});
afterAll(() => server.stop());

const MACROS = [
  'create macro pub.main.name_of(p) as (select name from hr.main.people where people.id = p)',
  'create macro pub.main.id(n) as (select name from hr.main.people where people.id = n)',
  'create macro pub.main.typed(p integer) as (select salary * 12 from hr.main.people where people.id = p)',
  'create macro pub.main.yearly(p) as (select salary * 12 from hr.main.people where people.id = p)',
  'create macro pub.main.mine() as (select name from hr.main.people where login = gizmo_user())',
  'create macro pub.main.between_ids(a, b) as (select count(*) from hr.main.people where people.id between a and b)',
  `create macro pub.main.rate_of(c) as (select rate from read_csv('${path('rates.csv')}') r where r.code = c)`,
  `create macro pub.main.rate_in(c) as (select rate from '${path('rates.csv')}' r where r.code = c)`,
  "create macro pub.main.known(p) as case when exists (from hr.main.people where people.id = p) then 'yes' else 'no' end",
  'create macro pub.main.of_name(p) as lower(pub.main.name_of(p))',
  'create macro pub.main.plus(a, b) as a + b',
  'create macro pub.main.up_to(p) as table select id, name from hr.main.people where people.id <= p',
  'create macro pub.main.first(p, many) as table select id, name from hr.main.people where people.id >= p order by people.id limit many',
  'create macro pub.main.named(p) as table select q.id, pub.main.name_of(q.id) as called from hr.main.people q where q.id <= p',
  "create macro pub.main.cast_of(p) as (select (name || '1')[-1:]::int + 1 from hr.main.people where (id::varchar || '0')::int = p)",
  "create macro pub.main.casts_of(p) as table select (name || '1')[-1:]::int as one from hr.main.people where (id::varchar || '0')::int <= p",
  'create macro pub.main.with_login(p) as (select count(*) from hr.main.people q where q.login = p)',
  'create view pub.main.all_names as select id, pub.main.name_of(q.id) as called, pub.main.plus(id, 1) as next from hr.main.people q',
  'create view pub.main.some_names as from pub.main.up_to(2)',
  'create view pub.main.pairs as select a.id as a, b.id as b from pub.main.up_to(2) a, pub.main.up_to(a.id) b',
  'create macro pub.main.of_view(p) as (select called from pub.main.all_names v where v.id = p)',
];

const outcome = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    (rows) => rows,
    ({ code, details }: { code: number; details: string }) =>
      code === status.PERMISSION_DENIED ? 'no' : /does not exist/.test(details) ? 'hidden' : details,
  );

describe('a macro of an administrator', () => {
  it.each([
    'select pub.main.name_of(1)',
    'select id, pub.main.name_of(id) from pub.main.own order by all',
    'select pub.main.name_of(own.id) as x, n from pub.main.own where pub.main.name_of(own.id) is not null order by all',
    'select k, pub.main.name_of(max(id)) from pub.main.own group by k order by k',
    'select pub.main.name_of(max(id)) from pub.main.own where id < 5',
    'select pub.main.name_of(id), count(*) from pub.main.own group by all order by all',
    'select pub.main.name_of(own.id), count(*) from pub.main.own group by pub.main.name_of(own.id) order by all',
    'select distinct pub.main.name_of(id) from pub.main.own order by pub.main.name_of(id)',
    'select max(pub.main.name_of(id)) from pub.main.own',
    'select "pub.main.name_of(id)" from (select pub.main.name_of(id) from pub.main.own) order by all',
    'select pub.main.id(n::bigint - 4) from pub.main.own order by all',
    'select pub.main.name_of((select max(id) from pub.main.own where id < 3))',
    'select pub.main.known(pub.main.between_ids(1, 2)), pub.main.known(pub.main.between_ids(5, 7))',
    'select pub.main.between_ids(1, own.id) from pub.main.own order by all',
    'select a.id from pub.main.own a join pub.main.own b on pub.main.name_of(a.id) = pub.main.name_of(b.id) order by all',
    "select pub.main.rate_of('usd'), pub.main.rate_in('eur')",
    'select pub.main.of_name(id) from pub.main.own order by all',
    'select pub.main.plus(id, n), pub.main.name_of(id) from pub.main.own order by all',
    'select pub.main.typed(1::smallint), pub.main.typed(2)',
    'select pub.main.yearly(id) from pub.main.own order by all',
    'select pub.main.of_view(2)',
    'select pub.main.cast_of(10)',
    'select pub.main.cast_of(n) from pub.main.own order by all',
    'from pub.main.casts_of(20)',
    'from pub.main.own o, pub.main.casts_of(o.n) order by all',
    'select k, pub.main.name_of(k) from (values (1), (3)) v(k) order by all',
    "select pub.main.name_of(col0), col1 from (values (1, 'x'), (2, null)) order by all",
    'with v(k) as (values (1), (2)) from v, pub.main.up_to(v.k) order by all',
    "select pub.main.name_of(1) in (values ('Ann'), ('Bob'))",
    'values (1, pub.main.name_of(1)), (2, pub.main.name_of(2)) order by 1',
    'with name_of as (select 1 as id) select pub.main.name_of(id) from name_of',
    'from pub.main.own o, pub.main.up_to(o.id) u order by all',
    'select u.* from pub.main.up_to((select max(id) from pub.main.own where id < 3)) u order by all',
    'select t.name from pub.main.own, pub.main.up_to(own.id) t order by all',
    'from pub.main.up_to(1 + 1) order by all',
    'from pub.main.named(2) order by all',
    'from pub.main.own o join lateral (from pub.main.named(o.id)) u on true order by all',
    'from pub.main.first(1, 2) order by all',
    'from pub.main.all_names order by all',
    'from pub.main.some_names order by all',
    'from pub.main.pairs order by all',
    'select v.called, pub.main.name_of(v.next) from pub.main.all_names v order by all',
    'describe select pub.main.name_of(id) from pub.main.own',
    'describe select pub.main.yearly(id), pub.main.typed(id) as t from pub.main.own',
  ])('answers what it answers its owner: %s', async (sql) => {
    const rows = await outcome(admin, sql);
    expect(rows).toBeTypeOf('object');
    expect(await outcome(ann, sql)).toEqual(rows);
    expect(await outcome(reader, sql)).toEqual(rows);
  });
});

describe('a name in an argument', () => {
  // The tables behind have such columns, and such names.
  it.each([
    ['select pub.main.name_of(salary)', 'salary'],
    ['select pub.main.name_of(people.salary) from pub.main.own', 'people'],
    ['select pub.main.name_of(people) from pub.main.own', 'people'],
    ['select pub.main.name_of(login || id) from pub.main.own', 'login'],
    ['select pub.main.of_name(pub.main.name_of(salary)) from pub.main.own', 'salary'],
    ['from pub.main.up_to(salary)', 'salary'],
    ['from pub.main.up_to(people.nothing)', 'people'],
    ['prepare asked as select pub.main.name_of(salary) from pub.main.own', 'salary'],
    ['create temp table asked as select pub.main.name_of(login || id) from pub.main.own', 'login'],
  ])('tells nothing of what is behind a macro: %s', async (sql, name) => {
    const asked = (written: string) =>
      ann.rows(written).then(
        (rows) => rows,
        ({ code, details }: { code: number; details: string }) => [code, details.split('\n', 1)[0]],
      );
    const said = await asked(sql);
    expect(JSON.stringify(said)).toMatch(/Referenced (column|table)/);
    // What nothing has is missed in the same words.
    const nothing = await asked(sql.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), 'nosuch'));
    expect(said).toEqual(JSON.parse(JSON.stringify(nothing).replaceAll('nosuch', name)));
  });

  it('is told about with the columns of its author alone', async () => {
    await expect(ann.rows('from pub.main.up_to(people.nothing)')).rejects.not.toMatchObject({
      details: expect.stringMatching(/salary|login|Candidate/),
    });
  });
});

describe('what is not of the macro', () => {
  it.each([
    'select pub.main.name_of((select max(id) from hr.main.people))',
    'select pub.main.name_of(p.id) from hr.main.people p',
    'select pub.main.name_of(1), salary from hr.main.people',
    'select pub.main.name_of(people.id)',
    'select pub.main.name_of(salary)',
    'from hr.main.people p, pub.main.up_to(p.id)',
    'from pub.main.up_to((select max(salary) from hr.main.people))',
    'from pub.main.up_to(1 + 1) u, hr.main.people p where p.id = u.id',
    'select pub.main.name_of(id) from pub.main.own where id in (select id from hr.main.people)',
    'select pub.main.name_of(pub.main.name_of((select max(login) from hr.main.people)))',
    `select pub.main.rate_of((select max(rate) from read_csv('${path('rates.csv')}')))`,
    "select pub.main.rate_of((select content from read_text('/etc/hostname')))",
    "select pub.main.name_of((from query('select 1 from hr.main.people')))",
    'select salary from pub.main.up_to(1 + 1)',
    'select gizmo_1.v from (select pub.main.name_of(1))',
    'with gizmo_1 as (select 1 as v) select pub.main.name_of(1)',
    'select gizmo_1_given."1" from (select pub.main.name_of(1))',
    'select pub.main.name_of("gizmo_1_given"."1")',
    'create view anns.main.v as select pub.main.name_of(1)',
    'explain select pub.main.name_of(1)',
    'set variable x = pub.main.name_of(1)',
  ])('is decided on with the rights of whoever asks: %s', async (sql) => {
    const told = await outcome(ann, sql);
    expect(told).toBeTypeOf('string');
    expect(told).not.toMatch(/Ann|Bob|1000|2000|3000/);
  });

  it.each([
    ['create temp table people as select 1 as id, 77 as name', 'drop table people'],
    ["create temp macro name_of(p) as 'mine'", 'drop macro name_of'],
  ])('is not what a session has made: %s', async (make, drop) => {
    const [sql, rows] = ['select pub.main.name_of(1), pub.main.of_name(2)', [['Ann', 'bob']]];
    for (const path of ['pub.main', 'anns.main']) {
      const client = await server.logInAs('ann');
      await client.rows(`use ${path}`);
      await client.rows(make);
      // What a temporary object may stand before is refused, where it is not known that it does not.
      expect([rows, 'hidden']).toContainEqual(await outcome(client, sql));
      await client.rows(drop);
      expect(await outcome(client, sql)).toEqual(rows);
      client.close();
    }
  });

  it('cannot be called by the names that a table of the caller has', async () => {
    await ann.rows(
      "create or replace table anns.main.people as select 2 as id, 'mine' as name, 2 as p, 2 as who",
    );
    for (const [sql, rows] of [
      ['select pub.main.name_of(id) from anns.main.people', [['Bob']]],
      ['select pub.main.name_of(people.id) from anns.main.people', [['Bob']]],
      ['select pub.main.name_of(p) from anns.main.people', [['Bob']]],
      ['select pub.main.between_ids(p - 0::tinyint, p) from anns.main.people', [[1n]]],
      ['select pub.main.between_ids(p, id) from anns.main.people', [[1n]]],
      ['select u.name from anns.main.people, pub.main.up_to(people.id) u order by all', [['Ann'], ['Bob']]],
    ] as const)
      expect([sql, await outcome(ann, sql)]).toEqual([sql, rows]);
  });

  it('stays the one that was lent', async () => {
    await admin.rows(
      'create macro pub.main.changing(p) as (select name from hr.main.people where people.id = p)',
    );
    await admin.rows('create view pub.main.over_changing as select pub.main.changing(1) as x');
    const all = ['select pub.main.changing(1)', 'from pub.main.over_changing'];
    for (const sql of all) expect(await outcome(ann, sql)).toEqual([['Ann']]);
    await admin.rows('SET SECURITY INVOKER ON MACRO pub.main.changing');
    for (const sql of all) expect(await outcome(ann, sql)).toBeTypeOf('string');
    await admin.rows('SET SECURITY DEFINER ON MACRO pub.main.changing');
    for (const sql of all) expect(await outcome(ann, sql)).toEqual([['Ann']]);
    await admin.rows('GRANT ALL ON pub.main.changing TO ann');
    await ann
      .rows('create or replace macro pub.main.changing(p) as (select max(salary) from hr.main.people)')
      .catch(() => undefined);
    await ann.rows('drop macro pub.main.changing').catch(() => undefined);
    await admin.rows('create or replace macro pub.main.changing(p) as 7');
    for (const sql of all) expect(await outcome(ann, sql)).toEqual([[7]]);
  });

  it('is not lent to whoever may not use the macro', async () => {
    const other = await server.logInAs('other');
    expect(await outcome(other, 'select pub.main.name_of(1)')).toBe('hidden');
    other.close();
  });

  it('has a table under a policy behind it for nobody whom that is for', async () => {
    await admin.rows('create table hr.main.policed as from hr.main.people');
    await admin.rows(
      'create macro pub.main.of_policed(p) as (select name from hr.main.policed q where q.id = p)',
    );
    expect(await outcome(ann, 'select pub.main.of_policed(2)')).toEqual([['Bob']]);
    await admin.rows('create policy own on hr.main.policed using (login = gizmo_user())');
    expect(await outcome(ann, 'select pub.main.of_policed(2)')).toBeTypeOf('string');
    await admin.rows('drop policy own on hr.main.policed');
  });
});

it.each([
  ['select pub.main.name_of(random())', 'an argument has random in it. Compute that in a query below'],
  ['select pub.main.name_of(row_number() over ()) from pub.main.own', 'an argument has row_number in it.'],
  ['select pub.main.name_of(unnest([1, 2]))', 'an argument has unnest in it.'],
  ['select pub.main.name_of(p := 1)', 'name_of takes one argument, without a name'],
  ['select pub.main.name_of(1, 2)', 'name_of takes one argument, without'],
])('how it can be called is said to those who may use it: %s', async (sql, reason) => {
  expect(await outcome(ann, sql)).toContain(
    `A macro that reads with its owner's rights cannot be called in this way: ${reason}`,
  );
  const other = await server.logInAs('other');
  expect(await outcome(other, sql)).toBe('hidden');
  other.close();
});

it.each([
  'explain select pub.main.name_of(1)',
  'explain analyze select pub.main.name_of(id) from pub.main.own',
  'explain (format json) from pub.main.all_names',
  'explain create table anns.main.copied as from pub.main.all_names',
])('what is behind it is explained to nobody else: %s', async (sql) => {
  const told = await ann.rows(sql).catch((error) => error);
  expect(told).toMatchObject({ code: status.PERMISSION_DENIED });
  expect(told.details).toMatch(
    /^EXPLAIN would show what pub\.main\.(name_of|all_names) reads with its owner's rights, .* Run the query itself, or let an administrator explain it\.$/,
  );
  expect(await outcome(ann, 'explain from anns.main.copied')).toBe('hidden');
  expect(await outcome(ann, 'explain select id from pub.main.own where id > 1')).toBeTypeOf('object');
});

describe('a value that is bound to a prepared statement', () => {
  const bound = async (query: string, type: ArrowType, value: unknown) => {
    const preparedStatementHandle = await ann.prepare(query);
    const cmd = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle },
    });
    const schema: ArrowSchema = { fields: [field('0', type)] };
    await ann.put(cmd, [
      { header: encodeSchema(schema), body: new Uint8Array(0) },
      buildBatch(schema, [[value]]),
    ]);
    return await ann.get(ticketOf(await ann.info(cmd)));
  };
  const told = (query: string, type: ArrowType, value: unknown) =>
    bound(query, type, value).catch(({ details }) => details);
  const INT: ArrowType = { kind: 'int', bits: 32, signed: true };
  const TEXT: ArrowType = { kind: 'utf8' };

  it.each([
    ['select pub.main.name_of(?::integer)', INT, 2, [['Bob']]],
    ['from pub.main.up_to($1::integer) order by all', INT, 1, [[1, 'Ann']]],
    ['select name from pub.main.above where login = ?', TEXT, 'cy', [['Cy']]],
    ['select name from pub.main.above where id = ?', { ...INT, bits: 64 } as ArrowType, 3n, [['Cy']]],
  ] as const)('is one that its caller computes: %s', async (query, type, value, rows) => {
    await admin.rows('create or replace view pub.main.above as from hr.main.people where salary > 2000');
    expect(await told(query, type, value)).toEqual(rows);
  });

  it('has the type that was looked at', async () => {
    await admin.rows('create or replace view pub.main.above as from hr.main.people where salary > 2000');
    expect(await told('select name from pub.main.above where login = ?', INT, 3)).toMatch(
      /^The parameter 1 has another type than the statement says \(utf8, not int\)\./,
    );
    expect(await told('select pub.main.name_of(?)', TEXT, 'x')).toMatch(
      /a parameter whose type is not known/,
    );
    expect(await told('select pub.main.with_login(?)', INT, 3)).toMatch(
      /a parameter whose type is not known/,
    );
  });
});

describe('rows that a macro leaves out', () => {
  beforeAll(async () => {
    await admin.rows(
      'create macro pub.main.more_than(p) as (select count(*) from hr.main.people q where q.salary + p > 0)',
    );
    await admin.rows(
      'create macro pub.main.with_salary(p) as table select name from hr.main.people q where q.salary + p > 3000',
    );
    await admin.rows(
      'create macro pub.main.limited(p, many) as table select name from hr.main.people q where q.salary + p > 3000 limit many',
    );
  });

  it.each([
    'select pub.main.more_than(2147483647)',
    'select pub.main.more_than(n) from pub.main.own',
    'select pub.main.with_login(1)',
    "select pub.main.cast_of('10')",
    "from pub.main.casts_of('1')",
    'select pub.main.cast_of(10), pub.main.with_login(1)',
    "select pub.main.with_login(date '2020-01-01')",
    'select pub.main.with_login(n) from pub.main.own',
    'from pub.main.with_salary(2147483647)',
    'from pub.main.with_salary(2147480000 + 1)',
    'from pub.main.limited(2147483647, 1)',
    "from pub.main.own o, pub.main.up_to(o.id) u where chr(u.id) > 'a'",
    'from pub.main.own o, pub.main.up_to(o.id) u where 1 // (u.id - 3) > 0',
    'select u.name::int from pub.main.up_to(1 + 1) u',
    'select u.id + 2147483645 from pub.main.up_to(1 + 1) u',
    'select pub.main.name_of(1)::int',
    'select pub.main.yearly(1) + 2147483647',
    'select id + 1 as x from (select id, pub.main.name_of(id) from pub.main.own) where x > 1',
    "select id from pub.main.own where n * 2147483647 > 0 and pub.main.known(id) = 'yes'",
  ])('cannot be told of by what fails: %s', async (sql) => {
    const told = await ann.rows(sql).catch((error) => error);
    expect(told).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(told.details).toMatch(/^This can fail for rows that (pub\.main\.\w+(, )?)+ leaves out/);
  });

  it.each<[string, unknown]>([
    ["select pub.main.with_login('ann')", [[1n]]],
    ['select n * 1000, pub.main.name_of(id) from pub.main.own where n = 5', [[5000, 'Ann']]],
    ['select max(n) + 1 as x, pub.main.name_of(1) from pub.main.own order by x limit 1', [[10, 'Ann']]],
    ['select k || pub.main.name_of(id) from pub.main.own where n = 5', [['xAnn']]],
    ['select pub.main.name_of(id::bigint + 1) from pub.main.own where n = 5', [['Bob']]],
  ])('and what cannot fail may be asked: %s', async (sql, rows) => {
    expect(await outcome(ann, sql)).toEqual(rows);
  });
});

it.each([
  ['select name from pub.main.lowest where id > LEAST', [1, 5]],
  ['select most from pub.main.most where most > LEAST', [1500, 9000]],
  ['select 1 from pub.main.own where pub.main.yearly(id) > LEAST', [30_000, 90_000]],
  ['select u.id from pub.main.own o, pub.main.first_of(o.id, 1) u where u.id > LEAST', [2, 9]],
])(
  'a constant that fails tells nothing of what is greatest in rows that are left out: %s',
  async (sql, tries) => {
    await admin.rows('create or replace view pub.main.lowest as from hr.main.people where id < 2 limit 1');
    await admin.rows(
      'create or replace view pub.main.most as select max(salary) as most from hr.main.people where id < 2',
    );
    await admin.rows(
      'create or replace macro pub.main.first_of(p, q) as table select id from hr.main.people where people.id <= p and people.id <= q limit 1',
    );
    const told = (least: number) =>
      ann.rows(`${sql.replace('LEAST', String(least))} and 'a'::int > 0`).catch(({ details }) => details);
    expect(await told(tries[0] ?? 0)).toEqual(await told(tries[1] ?? 0));
  },
);

describe('a macro that is not lent', () => {
  it.each([
    ['create macro pub.main.bad(p) as (select max(p) from hr.main.people)', undefined],
    [
      'create macro pub.main.bad(p) as max(p) + (select count(*) from hr.main.people)',
      /computes max over the rows/,
    ],
    [
      'create macro pub.main.bad(p) as random() + (select count(*) from hr.main.people)',
      /another one each time/,
    ],
    [
      "create macro pub.main.bad(p) as (select getvariable('x') from hr.main.people)",
      /depends on the session/,
    ],
    [
      'create macro pub.main.bad(p) as p.name || (select name from hr.main.people limit 1)',
      /part of a parameter/,
    ],
    ['create macro pub.main.bad(p) as (select p), (p, q) as (select q)', /several forms/],
    [
      'create macro pub.main.bad(p) as (select content from read_text(p))',
      /who calls it says what read_text reads/,
    ],
    ['create macro pub.main.bad(p) as (from query_table(p))', /it calls query_table/],
  ])('%s', async (sql, reason) => {
    await admin.rows('drop macro if exists pub.main.bad');
    await admin.rows(sql);
    const told = await outcome(admin, 'SET SECURITY DEFINER ON MACRO pub.main.bad');
    if (reason === undefined) expect(told).toEqual([]);
    else expect(told).toMatch(reason);
  });

  it('tells no columns of what is behind it where a name means nothing', async () => {
    await admin.rows(
      'create macro pub.main.near(p) as (select max(name) from hr.main.people q where q.id = p)',
    );
    await admin.rows('SET SECURITY INVOKER ON MACRO pub.main.near');
    for (const name of ['salry', 'q.salry', 'logi']) {
      expect(await outcome(ann, `select pub.main.near(${name})`)).toBe('hidden');
    }
  });
});
