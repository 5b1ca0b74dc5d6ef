/**
 * Tables that may be read in part, against an oracle: the same statements on a server whose tables do not have the other
 * columns at all. Whoever may read some columns must not be able to tell one from the other.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const PEOPLE =
  "(values (1, 'Ann', 10, 'x'), (2, 'Bob', 20, 'y'), (3, null, null, 'z')) t(id, name, salary, secret)";

const exported = mkdtempSync(join(tmpdir(), 'gizmo-cuts-'));
const FILE = join(exported, 'shapes.csv');
writeFileSync(FILE, 'id,shape\n1,round\n2,square\n');

interface Side {
  readonly server: RunningServer;
  readonly admin: RawClient;
  readonly ann: RawClient;
}

let real: Side;
let bare: Side;

/** @param columns of the tables that ann may read in part */
async function start(columns: string, grant: string): Promise<Side> {
  const server = await startTestServer({ 'secret-key': secretKey, 'allow-write-path': [exported] });
  const admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as shop; create schema shop.more; attach ':memory:' as own",
    `create table shop.main.people as select ${columns} from ${PEOPLE}`,
    `create table shop.more."Odd.Na""me" as select ${columns} from ${PEOPLE}`,
    'create table shop.main.other as select 1 as id, 7 as salary, 8 as secret',
    'create schema own.alike; create table own.alike.people as select 1 as salary',
    'create table own.main.made as select 1 as id, 7 as salary',
    `grant select${grant} on shop.main.people to ann`,
    `grant select${grant} on shop.more."Odd.Na""me" to ann`,
    'grant select on shop.main.other to ann',
    'grant all on own to ann; grant all on memory to ann',
  ])
    await admin.rows(sql);
  return { server, admin, ann: await logInAs(server.address.port, secretKey, 'user', { name: 'ann' }) };
}

beforeAll(async () => {
  real = await start('salary, id, secret, name', ' (NAME, id)');
  bare = await start('id, name', '');
});
afterAll(async () => {
  for (const { server, admin, ann } of [real, bare]) {
    for (const client of [admin, ann]) client.close();
    await server.stop();
  }
  rmSync(exported, { recursive: true });
});

/**
 * The rows, or how it fails: without the excerpt, and without what DuckDB would have proposed for `table.column`, which it
 * does for tables and not for the queries that stand in their place.
 */
const answer = ({ ann }: Side, sql: string): Promise<string> =>
  ann.rows(sql).then(
    (rows) => JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
    ({ code, details }: { code: number; details: string }) =>
      `${code} ${details.replace(/\n+LINE \d+:[\s\S]*$/, '').replace(/\n+Candidate bindings: : .*/, '')}`,
  );

/** Of `catalog.schema.table.column` DuckDB says that the catalog is no table, or, where a query stands in its place, that it has no such column. */
const NO_COLUMN =
  /^(\d+ Binder Error: )(?:Referenced table ".*" not found!|[Tt]able ".*" does not have a column named ".*")$/;

/** @param proposes whether what DuckDB proposes is to be the same as well */
async function expectSame(sql: string, proposes = true): Promise<string> {
  const answers = await Promise.all([answer(real, sql), answer(bare, sql)]);
  const [one = '', other = ''] = answers.map((it) =>
    proposes ? it : it.replace(/\n+(?:Candidate|Did you mean)[\s\S]*$/, '').replace(NO_COLUMN, '$1'),
  );
  expect(one, sql).toBe(other);
  return one;
}

describe('a table that may be read in part', () => {
  it.each([
    ['from shop.main.people order by id', '[[1,"Ann"],[2,"Bob"],[3,null]]'],
    ['select salary from shop.main.people', /Referenced column "salary" not found/],
    ["select columns('^s') from shop.main.people", /No matching columns found/],
    ['select people from shop.main.people where id = 1', '[[{"id":1,"name":"Ann"}]]'],
    ["select name from pragma_table_info('shop.main.people')", '[["id"],["name"]]'],
    ['select sum(count)::int from histogram_values(shop.main.people, id)', '[[3]]'],
    [
      `select name, shape from shop.main.people join '${FILE}' using (id) order by id`,
      '[["Ann","round"],["Bob","square"]]',
    ],
    ['describe shop.main.people', /^\[\["id","INTEGER",.*\],\["name","VARCHAR",[^[]*\]\]$/],
  ])('is one without the other columns: %s', async (sql, expected) => {
    const said = await expectSame(sql);
    if (typeof expected === 'string') expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });
});

it('has no counts in lists, which would be those of columns, keys and checks that may not be read', async () => {
  const counts = 'has_primary_key, column_count, index_count, check_constraint_count';
  const where = "where database_name = 'shop' and table_name = 'people'";
  expect(await answer(real, `select ${counts} from duckdb_tables() ${where}`)).toBe(
    '[[null,null,null,null]]',
  );
  const size = "from pragma_database_size() where database_name = 'shop'";
  await expectSame(`select total_blocks, used_blocks, wal_size, memory_usage ${size}`);
});

describe('COPY … TO', () => {
  const path = join(exported, 'copied.csv');
  it.each([
    ['copy shop.main.people', 'id,name\n1,Ann\n2,Bob\n3,\n'],
    ['copy (from shop.main.people where id = 1)', 'id,name\n1,Ann\n'],
    ['copy own.alike.people', 'salary\n1\n'],
  ])('writes the columns that may be read: %s', async (sql, written) => {
    const { length } = written.trim().split('\n');
    expect(await answer(real, `${sql} to '${path}'`)).toBe(`[["${length - 1}"]]`);
    expect(readFileSync(path, 'utf8')).toBe(written);
  });
});

/** Where a column is named: one that may be read, one that may not, and one that nothing has. */
const COLUMN = fc.constantFrom('id', 'name', 'salary', 'secret', 'zalary', '"SALARY"', 'people', 'Name');
const TABLE = fc.constantFrom(
  'shop.main.people',
  'shop.people',
  '"SHOP"."Main"."PEOPLE"',
  'shop.more."Odd.Na""me"',
  '(from shop.main.people)',
);

/** Queries: `@` is the table, `#` and `%` are columns. */
const QUERIES = [
  'from @ order by id',
  'table shop.main.people',
  'select # from @ order by id',
  'select p.# from @ as p order by id',
  'select people.# from shop.main.people order by id',
  'select shop.main.people.# from shop.main.people order by id',
  'select shop.main.people.# + 1 from shop.main.people order by id',
  'select @.# from @',
  'select *, # from @ order by id',
  'select p.* from @ p order by id',
  'select * exclude (#) from @ order by id',
  'select * exclude (#, %) from @ order by id',
  'select p.* exclude (p.#) from @ p order by id',
  'select * replace (1 as #) from @ order by id',
  'select * rename (# as b) from @ order by id',
  "select * like '#' from @ order by id",
  "select columns('^s') from @",
  "select columns('^(n|s)') from @ order by id",
  "select columns(c -> c like '#') from @ order by id",
  'select min(columns(*)) from @',
  'select columns(*) + (select max(id) from @) from @',
  'select (select max(#) from @)',
  'select (select # from @ limit 1) from shop.main.other',
  'select (select max(#) from @ p where p.% = o.id) from shop.main.other o',
  'select # as % from @ where % is not null order by id',
  'select id from @ order by #, id',
  'select id from @ group by all having max(#) is not null order by id',
  'select #, count(*) from @ group by # order by 1, 2',
  'select distinct on (#) id from @ order by id',
  'select sum(id) over (partition by # order by %) from @ order by 1',
  'select id from @ qualify row_number() over (order by #, id) = 1',
  'from @ natural join shop.main.other',
  'from shop.main.other natural join @',
  'from @ p natural join @ q order by all',
  'from @ join shop.main.other using (#)',
  'from @ p join @ q using (#, %) order by all',
  'select p.id from @ p join shop.main.other o on p.# = o.%',
  'from @ semi join shop.main.other using (#)',
  'from @ positional join shop.main.other',
  'from shop.main.other o, lateral (select # from @ p where p.id = o.id)',
  'from @ where # in (select % from @) order by id',
  'from @ where exists (from shop.main.other where # = 7) order by id',
  'select p from @ p order by id',
  'select p.id, struct_pack(p) from @ p',
  'select p + 1 from @ p',
  'select to_json(p) from @ p order by id',
  'select list(p).# from @ p',
  'select row(p.*) from @ p order by id',
  'select count(p) from @ p',
  'select {"a": p}.a.# from @ p',
  'from @ as t(a, b) order by 1',
  'from @ as t(a, b, c)',
  'from @ t(#) order by id',
  'unpivot @ on *',
  'from (unpivot (select id, # as b from @) on #, b)',
  "unpivot @ on columns('^[ins]')",
  'unpivot (select * replace (id::varchar as id) from @) on columns(*)',
  "pivot @ on name in ('Ann', 'Bob') using max(#)",
  'pivot @ on # in (1, 2) using count(*) group by %',
  'describe @',
  'describe (select # from @)',
  'from (describe @)',
  'summarize @',
  'select column_name from (summarize @)',
  'from @ union by name select # from shop.main.other order by all',
  'select * from @ union all from @ order by all',
  'select id, # from @ intersect select id, salary from shop.main.other',
  'with people as (select 1 as #) from people',
  'with t as (from @) select # from t order by id',
  'with recursive t(n) as (select min(id) from @ union all select n + 1 from t where n < 3) from t order by 1',
  'with t as (from @), people as (from t) select # from people order by id',
  'with unused as (select # from @) select 1',
  'from @ tablesample 100% order by id',
  'from @ using sample 100% order by id',
  'from @ at (version => 1)',
  'values ((select max(#) from @))',
  'select # from (values (1, 2)) people(id, salary)',
  'select id, [x for x in [1, 2] if x = #] from @ order by id',
  'select list_transform([1], lambda salary: salary + #) from @',
  'select # collate nocase from @ order by id',
  'select cast(# as date) from @ where id = 1',
  'select count(#), max(%) from @',
  'select id from @ p where p.# > p.% order by id',
  'select abs(#) from @ order by id',
  "select p.'#' from @ p",
  'select $1 from @',
  'explain select * from shop.main.nothing',
  'prepare q as select # from @ where % = ?',
] as const;

/** Statements that are no queries to DuckDB, and those that run a text; what they make is the same on both servers. */
const OTHERS = [
  'create or replace table own.main.copy as from @',
  'create or replace table own.main.copy as select # from @',
  'create or replace view own.main.seen as from @; describe own.main.seen',
  'create or replace view own.main.seen as select # from @; from own.main.seen',
  'create or replace view own.main.seen(a, b, c) as from @',
  'create or replace temp view seen as select 1 as # from @ where # = 1; from seen',
  'create or replace temp macro most() as (select max(#) from @); select most()',
  'create or replace temp macro most(x) as (select max(#) from @ where id > x); select most(1)',
  'create or replace temp macro most(#) as table select #, id from @ order by id; from most(5)',
  'create or replace temp macro most(x) as table select x from @; from most(#)',
  'create or replace temp macro most(x) as (select x + #), (x, y) as (select y)',
  'create or replace temp type kinds as enum (select #::varchar from @); select enum_range(null::kinds)',
  'create temp type kind as enum (from @)',
  'pivot @ on # using count(id)',
  'from (pivot @ on # using count(id)) order by all',
  'pivot (select # as n from @) on n using count(*)',
  "from query('select # from @ order by id')",
  "select query_table.# from query_table('shop.main.people')",
  "from query_table('shop.main.people') p where p.# is not null order by id",
  "from query_table(['shop.main.people', 'shop.people']) where # is not null order by all",
  'from histogram(shop.main.people, #)',
  "select bin, h.count from histogram_values('shop.people', # + 1, bin_count := 2) h order by all",
  'with people as (select 1 as #) from histogram(people, id)',
  "pragma table_info('shop.main.people')",
  "select cid, t.name, pk from pragma_table_info('shop.people') t where t.name <> '#'",
  `select # from @ p join '${FILE}' f on f.id = p.id and f.shape = 'round' order by all`,
  `select p.id, # from read_csv('${FILE}', header = true, all_varchar = true) f join @ p on f.id = p.id::varchar order by all`,
  `insert into own.main.made select p.id, f.# from @ p, read_csv(['${FILE}']) f where p.id < 0`,
  `copy (select # from @ join '${FILE}' f using (id)) to '${join(exported, 'joined.out.csv')}'`,
  'insert into own.main.made select id, # from @ where id < 0',
  'insert into own.main.made (#) select id from @',
  'insert into own.main.made by name from @',
  'with t as (from @) insert into own.main.made select id, # from t where id < 0',
  'insert into own.main.made values ((select max(#) from @ where id < 0), 1)',
  'update own.main.made set id = p.# from @ p where p.id = made.id',
  'update own.main.made set id = 1 where salary in (select # from @)',
  'delete from own.main.made using @ p where p.# = made.salary and p.id < 0',
  'delete from own.main.made where exists (from @ p where p.# = made.id and p.id < 0)',
  'merge into own.main.made using @ p on p.# = made.id when matched then update set salary = 7',
  'explain select # from @ where 1 = 0',
  'prepare q as select # from @ where id = ?; execute q(1)',
  "copy (select # from @) to '/nowhere/at/all.csv'",
] as const;

/** Statements in which no query can stand in the place of the table, or in which DuckDB takes the query for none. */
const CHANGES = [
  'update @ set name = 1 where # = 1',
  'update @ set # = 1',
  'update @ set name = % where id = 1 and people.# is null',
  'update @ p set name = o.secret from shop.main.other o where o.id = p.#',
  'delete from @ where # = 1',
  'delete from @ p using shop.main.other o where p.# = o.id',
  'insert into @ (#) values (1)',
  'insert into @ (id, #) select id, secret from shop.main.other',
  'merge into @ p using (select 1 as id) s on s.id = p.# when matched then delete',
  'create index i on @ (#)',
  'alter table shop.main.people add primary key (#)',
  'set variable v = (select max(#) from @)',
] as const;

const queryOf = (form: string, table: string, one: string, other: string): string =>
  form.replaceAll('@', table).replaceAll('#', one).replaceAll('%', other);

describe('whoever may read some columns', () => {
  it.each(OTHERS)('hears of another statement what they would hear: %s', async (form) => {
    // A column called as the table is.
    for (const one of ['id', 'salary', 'zalary', 'people'])
      await expectSame(queryOf(form, 'shop.main.people', one, 'name'), false);
  });

  it.each(CHANGES)('hears of a change what they would hear: %s', async (form) => {
    for (const one of ['id', 'salary', 'zalary', '"SALARY"'])
      await expectSame(queryOf(form, 'shop.main.people', one, 'name'), false);
  });

  it.each(QUERIES)('hears of a query what they would hear if there were no others: %s', async (form) => {
    for (const one of ['id', 'salary', 'zalary'])
      for (const other of form.includes('%') ? ['name', 'secret'] : ['name'])
        await expectSame(queryOf(form, 'shop.main.people', one, other));
  });

  it('hears the same of any form with any name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...QUERIES, ...OTHERS),
        TABLE,
        COLUMN,
        COLUMN,
        async (...[form, table, one, other]) => {
          await expectSame(queryOf(form, table, one, other), false);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);
});

it('is known by its database and its name, too', async () => {
  const sql = 'select shop.people.id from shop.people where shop.people.id > 1 order by shop.people.id';
  expect(await expectSame(sql)).toBe('[[2],[3]]');
});

it('has all of its columns for a text that was asked before, once all of it may be read', async () => {
  const { server, admin } = real;
  const dora = await logInAs(server.address.port, secretKey, 'user', { name: 'dora' });
  const sql = 'select max(secret) as found from shop.main.people';
  await admin.rows('grant select (id) on shop.main.people to dora');
  await expect(dora.rows(sql)).rejects.toThrow(/secret/);
  await admin.rows('grant select on shop.main.people to dora');
  expect(await dora.rows(sql)).toEqual([['z']]);
  dora.close();
});

it('has to be asked for anew by what was prepared with columns that have been revoked', async () => {
  const { server, admin } = real;
  const eve = await logInAs(server.address.port, secretKey, 'user', { name: 'eve' });
  await admin.rows('grant select (id, secret) on shop.main.people to eve');
  const handle = await eve.prepare('select id from shop.main.people order by id');
  await admin.rows('revoke select (id, secret) on shop.main.people from eve');
  await admin.rows('grant select (id) on shop.main.people to eve');
  const message = { preparedStatementHandle: handle };
  await expect(
    eve
      .info(encodeCommand({ type: 'CommandPreparedStatementQuery', message }))
      .then((it) => eve.get(ticketOf(it))),
  ).rejects.toThrow(/changed since it was prepared. Prepare it again/);
  expect(await eve.rows('select id from shop.main.people order by id')).toEqual([[1], [2], [3]]);
  eve.close();
});
