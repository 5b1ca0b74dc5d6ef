/** Views that an administrator has made run with owner's rights: what that opens, and every way that it must not. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSchema, unwrapEncapsulated } from '../../../src/flight/ipc/schema.js';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-owners-')));
const exported = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-owners-out-')));
const path = (name: string) => join(folder, name);
const secretKey = randomBytes(16).toString('hex');

let server: RunningServer;
let admin: RawClient;
let ann: RawClient;
let reader: RawClient;
/** Without any grant or rule but the role. */
let plain: RawClient;

beforeAll(async () => {
  writeFileSync(path('a.csv'), 'id,name\n1,csv one\n2,csv two\n');
  writeFileSync(path('a.json'), '[{"id": 7, "name": "json"}]');
  writeFileSync(path('secret.csv'), 'canary\nnever\n');
  server = await startTestServer({
    'secret-key': secretKey,
    'state-dir': path('state'),
    'allow-write-path': [exported],
  });
  const { port } = server.address;
  admin = await logIn(port);
  await admin.rows(`copy (select 3 as id, 'parquet' as name) to '${path('a.parquet')}'`);
  await admin.rows("attach ':memory:' as hr; attach ':memory:' as pub; attach ':memory:' as bobs");
  await admin.rows(
    "create table hr.main.people as select * from (values (1, 'Ann', 'canary-1', 'ann'), (2, 'Bob', 'canary-2', 'bob')) t(id, name, salary, login)",
  );
  await admin.rows('create schema pub.reports');
  await admin.rows("create type hr.main.kind as enum ('canary'); attach ':memory:' as cellar");
  await admin.rows(
    "create type cellar.main.kind as enum ('canary'); create table cellar.main.t (id integer)",
  );
  for (const view of VIEWS) await admin.rows(view);
  await admin.rows('create table pub.main.own as select 1 as id, 5 as price');
  await admin.rows('GRANT SELECT ON hr TO nobody_at_all');
  await admin.rows('GRANT SELECT ON cellar TO nobody_at_all');
  await admin.rows('GRANT SELECT ON pub TO ann, bob');
  await admin.rows('GRANT ALL ON bobs TO ann');
  ann = await logInAs(port, secretKey, 'user', { name: 'ann' });
  reader = await logInAs(port, secretKey, 'readonly', { name: 'bob' });
  plain = await logInAs(port, secretKey, 'user', { name: 'plain' });
});
afterAll(async () => {
  for (const client of [admin, ann, reader, plain]) client.close();
  await server.stop();
  for (const it of [folder, exported]) rmSync(it, { recursive: true });
});

const VIEWS = [
  'create macro pub.main.people_of(who) as table select id, name from hr.main.people where name = who',
  'create macro pub.main.from_id(least) as table select name from hr.main.people where id >= least',
  `create macro pub.main.csv_of(number) as table select * from read_csv('${path('a.csv')}') where id = number`,
  'create macro pub.main.any_csv(file) as table from read_csv(file)',
  'create macro pub.main.any_table(t) as table from query_table(t)',
  'create macro pub.main.salary_of(who) as (select salary from hr.main.people where name = who)',
  "create table hr.main.keys (k int primary key, d varchar default 'canary-3')",
  'create view pub.main.keyed as from hr.main.keys',
  'create view pub.main.names as select id, name from hr.main.people',
  `create view pub.main.of_csv as select * from read_csv('${path('a.csv')}')`,
  `create view pub.main.of_csv_scan as from '${path('a.csv')}'`,
  `create view pub.main.of_json as select * from read_json('${path('a.json')}')`,
  `create view pub.main.of_json_scan as select id, name from '${path('a.json')}'`,
  `create view pub.main.of_parquet as select * from read_parquet('${path('*.parquet')}')`,
  `create view pub.main.of_parquet_scan as from '${path('a.parquet')}'`,
  `create view pub.main.joined (number, label) as select p.id, c.name from hr.main.people p join read_csv('${path('a.csv')}') c using (id)`,
  'create view pub.main.mine as select salary from hr.main.people where login = gizmo_user()',
  'create view pub.main.over as select upper(name) as big from pub.main.names where id > 0',
  'create view pub.reports.names as select id from hr.main.people',
  "create view pub.main.cte as with people as (select 'cte' as x union all select name from hr.main.people) select x, people.x as y from people order by all",
];

const outcome = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    (rows) => rows,
    ({ code, details }: { code: number; details: string }) =>
      code === status.PERMISSION_DENIED ? 'no' : /does not exist/.test(details) ? 'hidden' : details,
  );

async function rejection(client: RawClient, sql: string): Promise<string> {
  return await client.rows(sql).then(
    (rows) => `gave ${rows.length} rows`,
    (error: { code: number; details: string }) => `${error.code} ${error.details}`,
  );
}

describe('a view of an administrator', () => {
  it.each<[string, unknown]>([
    [
      'from pub.main.names order by id',
      [
        [1, 'Ann'],
        [2, 'Bob'],
      ],
    ],
    ['select names.name from pub.main.names where id = 1', [['Ann']]],
    ['table pub.main.names order by names.id limit 1', [[1, 'Ann']]],
    [
      'with t as (table "pub".main.names) select name from t union all (table pub.main.mine) limit 1',
      [['Ann']],
    ],
    ['select names.name from only pub.main.names where id = 2', [['Bob']]],
    ['select pub.main.names.name from pub.main.names where main.names.id = 1', [['Ann']]],
    ['select "n"."name" from "pub"."main"."names" as n(a, name) where a = 2', [['Bob']]],
    ['select count(*)::int from PUB.Main.NAMES', [[2]]],
    [
      'from pub.main.of_csv order by id',
      [
        [1n, 'csv one'],
        [2n, 'csv two'],
      ],
    ],
    ['from pub.main.of_csv_scan order by id limit 1', [[1n, 'csv one']]],
    ['from pub.main.of_json', [[7n, 'json']]],
    ['from pub.main.of_json_scan', [[7n, 'json']]],
    ['from pub.main.of_parquet', [[3, 'parquet']]],
    ['from pub.main.of_parquet_scan', [[3, 'parquet']]],
    [
      'from pub.main.joined order by number',
      [
        [1, 'csv one'],
        [2, 'csv two'],
      ],
    ],
    ['from pub.main.over order by big', [['ANN'], ['BOB']]],
    [
      'from pub.main.cte',
      [
        ['Ann', 'Ann'],
        ['Bob', 'Bob'],
        ['cte', 'cte'],
      ],
    ],
    ["select 'ä€', name, o.price from pub.main.names join pub.main.own o using (id)", [['ä€', 'Ann', 5]]],
    ['with x as (from pub.main.names) select count(*)::int from x, pub.main.names', [[4]]],
    ['select (select max(name) from pub.main.names) as m', [['Bob']]],
    ['select id from pub.main.own o where exists (from pub.main.names n where n.id = o.id)', [[1]]],
    ["with names as (select 'mine' as name) select name from names", [['mine']]],
    [
      "with names as (select 'mine' as name) select n.name from names n, pub.main.names p where p.id = 1",
      [['mine']],
    ],
  ])('lends what it reads: %s', async (sql, rows) => {
    expect(await outcome(ann, sql)).toEqual(rows);
    expect(await outcome(reader, sql)).toEqual(rows);
  });

  it('is described and summarized', async () => {
    expect(await outcome(ann, 'select column_name from (describe pub.main.names)')).toEqual([
      ['id'],
      ['name'],
    ]);
    expect(await ann.rows('describe pub.main.keyed')).toEqual([
      ['k', 'INTEGER', 'YES', null, null, null],
      ['d', 'VARCHAR', 'YES', null, null, null],
    ]);
    const described = await ann.rows('describe pub.main.of_csv');
    expect(described.map(([name]) => name)).toEqual(['id', 'name']);
    expect((await ann.rows('summarize pub.main.of_csv')).map(([name]) => name)).toEqual(['id', 'name']);
  });

  it('has its columns in the metadata of drivers, whatever it reads', async () => {
    const message = { catalog: 'pub', tableNameFilterPattern: 'of_csv', includeSchema: true };
    const listed = [
      ...(await ann.get(encodeCommand({ type: 'CommandGetTables', message }))),
      ...(await ann.get(
        encodeCommand({ type: 'CommandGetTables', message: { ...message, tableNameFilterPattern: 'names' } }),
      )),
    ];
    const found = listed.map(([, schema, table, , columns]) => [
      `${schema}.${table}`,
      decodeSchema(unwrapEncapsulated(columns as Uint8Array)).fields.map(({ name }) => name),
    ]);
    expect(found).toEqual([
      ['main.of_csv', ['id', 'name']],
      ['main.names', ['id', 'name']],
      ['reports.names', ['id']],
    ]);
  });

  it.each([
    'create view bobs.main.over as from pub.main.names',
    'create view bobs.main.over as from pub.main.of_csv',
    'pivot pub.main.names on id using count(*)',
    'select current_query(), id from pub.main.names',
    'select pub.main.salary_of(columns(*)) from pub.main.own',
  ])('is not lent to what is no query, and says so to those who may use it: %s', async (sql) => {
    const told = await rejection(ann, sql);
    expect(told).toMatch(
      /^7 Views and macros that read with their owner's rights are for queries, INSERT, UPDATE, DELETE, MERGE, /,
    );
    expect(told).not.toMatch(/csv'|hr\.|people|\//);
    expect(await outcome(plain, sql)).toBe('hidden');
  });

  it.each(['people', 'cellar', 'nothing_at_all'])(
    'is refused in one way where a WITH is called as something hidden or not: %s',
    async (name) => {
      const sql = `create view bobs.main.over as with ${name} as (from pub.main.names) from ${name}`;
      expect(await rejection(ann, sql)).toMatch(/this statement is none of those/);
    },
  );

  it('does not tell which files it reads where DuckDB would open them', async () => {
    for (const sql of ["pragma table_info('pub.main.of_csv')", "call pragma_show('pub.main.of_json_scan')"])
      expect(await rejection(ann, sql)).not.toMatch(/a\.csv|a\.json|gizmo-owners/);
  });

  it('over files is for those as well who are limited by their role only', async () => {
    expect(await outcome(plain, 'select name from pub.main.of_parquet')).toEqual('hidden');
    await admin.rows('GRANT SELECT ON pub TO plain');
    expect(await outcome(plain, 'select name from pub.main.of_parquet')).toEqual([['parquet']]);
  });

  it('is for those who may read the catalog it is in, and no others', async () => {
    const of = (catalog: string) =>
      logInAs(server.address.port, secretKey, 'user', {
        name: 'ann',
        catalogAccess: [
          { catalog, access: 'read' },
          { catalog: '*', access: 'none' },
        ],
      });
    const [reads, sees] = [await of('pub'), await of('bobs')];
    expect(await outcome(reads, 'select count(*) from pub.main.of_csv')).toEqual([[2n]]);
    expect(await outcome(reads, 'select name from pub.main.names where id = 2')).toEqual([['Bob']]);
    expect(await outcome(reads, 'from hr.main.people')).toBe('hidden');
    expect(await outcome(sees, 'select name from pub.main.names')).toBe('hidden');
    for (const client of [reads, sees]) client.close();
  });

  it('knows who asks', async () => {
    expect(await outcome(ann, 'from pub.main.mine')).toEqual([['canary-1']]);
    expect(await outcome(reader, 'from pub.main.mine')).toEqual([['canary-2']]);
  });

  it("that runs a text stands in nobody's way who calls no macro with a parameter", async () => {
    await admin.rows('create table bobs.main.sums (a integer, b integer)');
    await admin.rows('create or replace macro pub.main."values"(t) as table from query_table(t)');
    const asks = (sql: string) => ann.prepare(sql);
    await asks('select name from pub.main.names where id in (?::integer)');
    await asks('insert into bobs.main.sums values (?, ?)');
    await expect(asks('from pub.main.values(?)')).rejects.toThrow(/a parameter in a macro/);
    await expect(asks('from pub.main."values"(?)')).rejects.toThrow(/a parameter in a macro/);
    await admin.rows('drop macro table pub.main."values"');
  });

  it('is found by the search path, and behind names of WITH that are others', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
    await client.rows('use pub');
    expect(await outcome(client, 'select name from names where names.id = 1')).toEqual([['Ann']]);
    expect(await outcome(client, 'select main.names.name from names where id = 1')).toEqual([['Ann']]);
    expect(await outcome(client, 'from reports.names order by id')).toEqual([[1], [2]]);
    await client.rows('use pub.reports');
    expect(await outcome(client, 'from names order by id')).toEqual([[1], [2]]);
    client.close();
  });
});

describe('a table macro of an administrator', () => {
  it.each<[string, unknown]>([
    ["from pub.main.people_of('Ann')", [[1, 'Ann']]],
    ["select p.id from pub.main.people_of('Bob') as p", [[2]]],
    ["select people_of.name from pub.main.people_of('Bob')", [['Bob']]],
    ['from pub.main.from_id(2::bigint) order by all', [['Bob']]],
    ['from pub.main.from_id(-1) order by all', [['Ann'], ['Bob']]],
    ['describe from pub.main.from_id(1)', [['name', 'VARCHAR', 'YES', null, null, null]]],
    ['select c.name from pub.main.csv_of(2) c, pub.main.names n where n.id = c.id', [['csv two']]],
  ])('lends what it reads: %s', async (sql, rows) => {
    expect(await outcome(ann, sql)).toEqual(rows);
    expect(await outcome(reader, sql)).toEqual(rows);
  });

  it('is found by the search path', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
    await client.rows('use pub');
    expect(await outcome(client, "from people_of('Ann')")).toEqual([[1, 'Ann']]);
    client.close();
  });

  it.each([
    'from pub.main.people_of((select max(salary) from hr.main.people))',
    'from hr.main.people p, pub.main.people_of(p.name)',
    'from pub.main.people_of()',
    "from pub.main.people_of('Ann', 'Bob')",
    "from pub.main.people_of(who := 'Ann')",
    `from pub.main.any_csv('${path('secret.csv')}')`,
    "from pub.main.any_table('hr.main.people')",
    'select pub.main.salary_of((select max(salary) from hr.main.people))',
  ])('and nothing that its caller brings: %s', async (sql) => {
    expect(await outcome(ann, sql)).toBeTypeOf('string');
    expect(String(await outcome(ann, sql))).not.toMatch(/canary|secret\.csv.*exist/);
  });
});

describe('a view that leaves out rows', () => {
  beforeAll(async () => {
    await admin.rows(
      'create view pub.main.some as select id, name, 1.5::double as d from hr.main.people where login = gizmo_user()',
    );
    await admin.rows('create view pub.main.of_some as select * from pub.main.some');
  });

  it.each<[string, unknown]>([
    [
      "select upper(name), d * 2, try_cast(name as int), id::bigint, id::varchar from pub.main.some where name like 'A%' and id > 0.5 and id in (1, 2)",
      [['ANN', 3, null, 1n, '1']],
    ],
    [
      'select round(id / 12.0, 2), floor(d), ceil(d / 0), round(id::decimal(18, 2), 1)::varchar from pub.main.some where trunc(id / 12.0) = 0',
      [[0.08, 1, Number.POSITIVE_INFINITY, '1.0']],
    ],
    ['select count(*), max(name) from pub.main.some group by lower(name) having count(*) > 0', [[1n, 'Ann']]],
    [
      "select case when name = 'Ann' then coalesce(name, 'x') else name || 'y' end from pub.main.of_some order by name",
      [['Ann']],
    ],
    [
      "select s.name from pub.main.some s join pub.main.own o using (id) where o.price::varchar > '1'",
      [['Ann']],
    ],
  ])('can be asked what cannot fail: %s', async (sql, rows) => {
    expect(await outcome(ann, sql)).toEqual(rows);
  });

  it.each([
    'from pub.main.some where name::int = 1',
    'from pub.main.some where name = 1',
    'from pub.main.some where name::json is not null',
    "from pub.main.some where name = '1'::json",
    'select bitstring_agg(id) from pub.main.some',
    "from pub.main.of_some where chr(id) > 'a'",
    'from pub.main.some where 1 / (id - 2) > 0',
    'select id + 2147483647 from pub.main.some',
    'select round(id, -1) from pub.main.some',
    'select error(name) from pub.main.some',
    "from pub.main.some where regexp_matches('x', name)",
    "from pub.main.some where 'x' like name",
    'select id::decimal(2, 1) from pub.main.some',
    'select list_transform([1], x -> x + id) from pub.main.some',
    "with s as (from pub.main.some) select strptime(name, '%d') from s",
  ])('and nothing that could fail on those rows: %s', async (sql) => {
    const told = await ann.rows(sql).catch((error) => error);
    expect(told).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(told.details).toMatch(/^This can fail for rows that pub\.main\.(of_)?some leaves out/);
  });
});

describe('what is not of the view', () => {
  it.each([
    'from pub.main.names, hr.main.people',
    'from pub.main.names where name in (select salary from hr.main.people)',
    'select (select max(salary) from hr.main.people) from pub.main.names',
    'from pub.main.names union all select id, salary from hr.main.people',
    'with x as (select salary from hr.main.people) from x, pub.main.names',
    'from pub.main.names n, lateral (select salary from hr.main.people p where p.id = n.id)',
    'select salary from pub.main.names',
    'from pub.main.names join hr.main.people using (id)',
    'from pub.main.names semi join hr.main.people using (id)',
    "from pub.main.names, query('from hr.main.people')",
    "from pub.main.names, query_table('hr.main.people')",
    "from query('from pub.main.names')",
    "from query_table('pub.main.names')",
    `from pub.main.names, read_csv('${path('secret.csv')}')`,
    `from pub.main.of_csv, '${path('secret.csv')}'`,
    `from pub.main.of_csv, system.main.read_csv('${path('secret.csv')}')`,
    'select enum_range(null::hr.main.kind), name from pub.main.names',
    'select enum_range(null::"Cellar".kind), name from pub.main.names',
    'select name from pub.main.names where from_json(\'{}\', \'{"a": "cellar.main.kind"}\') is null',
    'from pub.main.of_csv, system.main.duckdb_settings()',
    'from pub.main.of_csv, system.main.duckdb_views()',
    'from pub.main.names at (version => 1)',
    'select hr.main.people.salary from pub.main.names, hr.main.people',
  ])('is decided on with the rights of whoever asks: %s', async (sql) => {
    expect(await outcome(ann, sql)).toBeTypeOf('string');
    expect(await outcome(reader, sql)).toBeTypeOf('string');
    expect(String(await outcome(ann, sql))).not.toMatch(/canary|secret|salary of|\/tmp/);
  });

  it.each([
    'explain from pub.main.names',
    'explain analyze from pub.main.of_csv',
    'explain create table bobs.main.copied as from pub.main.names',
    'create view bobs.main.again as from pub.main.names',
    'create macro bobs.main.m() as table from pub.main.names',
    'create macro bobs.main.m() as (select max(id) from pub.main.names)',
    'set variable x = (select max(id) from pub.main.names)',
    'insert into bobs.main.rows from hr.main.people',
    'insert into bobs.main.rows /* */ from pub.main.names',
    "insert into bobs.main.rows select 1, '' where false union all (from pub.main.names); from hr.main.people",
    'insert into bobs.main.rows select id, (select max(salary) from hr.main.people) from pub.main.names',
    'insert into pub.main.own select id, id from pub.main.names',
    'insert into hr.main.people select id, name, name, name from pub.main.names',
    'create table hr.main.taken as from pub.main.names',
    'update bobs.main.rows set id = p.id from hr.main.people p, (from pub.main.names) n',
    'delete from hr.main.people where id in (select id from pub.main.names)',
    `copy (from pub.main.names) to '${path('out.csv')}'`,
    'pivot pub.main.names on name using max(id)',
    'from pub.main.names; from hr.main.people',
  ])('and so is every statement that is no plain query: %s', async (sql) => {
    expect(await outcome(ann, sql)).toBeTypeOf('string');
  });

  it.each<[string, unknown]>([
    [
      'create table bobs.main.made as from pub.main.names',
      [
        [1, 'Ann'],
        [2, 'Bob'],
      ],
    ],
    [
      'create or replace table bobs.main.made as (select n.id, pub.main.names.name from pub.main.names n, pub.main.names where n.id = names.id)',
      [
        [1, 'Ann'],
        [2, 'Bob'],
      ],
    ],
    ["create table bobs.main.made as with n as (from pub.main.people_of('Bob')) from n", [[2, 'Bob']]],
    ['create table bobs.main.made as select 1 as id, salary from pub.main.mine', [[1, 'canary-1']]],
    [
      'create table bobs.main.made as from pub.main.of_csv',
      [
        [1n, 'csv one'],
        [2n, 'csv two'],
      ],
    ],
    [
      'insert into bobs.main.rows from pub.main.names',
      [
        [1, 'Ann'],
        [2, 'Bob'],
        [9, 'there'],
      ],
    ],
    [
      'insert into bobs.main.rows (name) select name from pub.main.names where id = 1',
      [
        [9, 'there'],
        [null, 'Ann'],
      ],
    ],
    [
      'insert into bobs.main.rows by name (select id from pub.main.of_json)',
      [
        [7, null],
        [9, 'there'],
      ],
    ],
    [
      'insert into bobs.main.rows values ((select max(id) from pub.main.names), null)',
      [
        [2, null],
        [9, 'there'],
      ],
    ],
    [
      'update bobs.main.rows set name = (select name from pub.main.names where names.id = rows.id - 8)',
      [[9, 'Ann']],
    ],
    ['update bobs.main.rows set id = n.id from (select max(id) as id from pub.main.names) n', [[2, 'there']]],
    ['delete from bobs.main.rows where id - 8 in (select id from pub.main.names)', []],
    [
      'merge into bobs.main.rows using (from pub.main.names) n on rows.id = n.id when not matched then insert values (n.id, n.name)',
      [
        [1, 'Ann'],
        [2, 'Bob'],
        [9, 'there'],
      ],
    ],
  ])('is written by whoever may write: %s', async (sql, expected) => {
    await admin.rows("create or replace table bobs.main.rows as select 9 as id, 'there' as name");
    await ann.rows(sql);
    expect(await ann.rows(`from bobs.main.${sql.includes('made') ? 'made' : 'rows'} order by 1`)).toEqual(
      expected,
    );
    expect(await outcome(reader, sql)).toBeTypeOf('string');
    await admin.rows('drop table if exists bobs.main.made');
  });

  it('is written to a file that the operator has opened for that', async () => {
    const file = join(exported, 'names.csv');
    await ann.rows(`copy (select name from pub.main.names order by id) to '${file}'`);
    expect(readFileSync(file, 'utf8')).toBe('name\nAnn\nBob\n');
    await ann.rows(`copy pub.main.of_csv (id) to '${file}' (header false)`);
    expect(readFileSync(file, 'utf8')).toBe('1\n2\n');
    const both = `copy (select n.name, salary from pub.main.names n, hr.main.people) to '${file}'`;
    expect(await outcome(ann, both)).toBeTypeOf('string');
    expect(await outcome(reader, `copy pub.main.names to '${file}'`)).toBeTypeOf('string');
    expect(readFileSync(file, 'utf8')).toBe('1\n2\n');
  });

  it('says that a file is not read beside it, and what helps', async () => {
    await expect(
      ann.rows(`select * from pub.main.names n join '${join(exported, 'names.csv')}' f on true`),
    ).rejects.toThrow(
      /no files can be read beside them. Make a temporary table of the file first: CREATE TEMP TABLE/,
    );
  });

  it('is not told of by what cannot be written', async () => {
    await admin.rows('create or replace table bobs.main.few (salary varchar check (length(salary) < 3))');
    const said = await outcome(ann, 'insert into bobs.main.few select salary from pub.main.mine');
    expect(said).toMatch(/failed while it read pub.main.mine/);
    await admin.rows('create or replace table bobs.main.numbers (n integer)');
    const cast = await outcome(ann, 'insert into bobs.main.numbers select salary from pub.main.mine');
    expect(cast).toBe('no');
    expect(await ann.rows('from bobs.main.few union all select n::varchar from bobs.main.numbers')).toEqual(
      [],
    );
  });

  it('does not run behind the view', async () => {
    const client = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
    await client.rows(
      "create temp table people as select 9 as id, 'temp' as name, 'x' as salary, 'ann' as login",
    );
    await client.rows('use bobs');
    expect(await outcome(client, 'select id from pub.main.names n order by id')).toEqual([[1], [2]]);
    await client.rows('create temp macro mask(x) as x');
    expect(await outcome(client, 'select id from pub.main.names n order by id')).toEqual([[1], [2]]);
    await client.rows('set integer_division = true');
    expect(await outcome(client, 'select id from pub.main.names n order by id')).toBe('hidden');
    await client.rows('reset integer_division');
    await client.rows("set session default_order = 'desc'");
    expect(await outcome(client, 'select id from pub.main.names n order by id')).toBe('hidden');
    await client.rows('reset session default_order');
    await client.rows('create temp view names as select 1 as id; create temp table main as select 1 as x');
    expect(await outcome(client, 'select id from pub.main.names n order by id')).toEqual([[1], [2]]);
    client.close();
  });
});

describe('whose it is', () => {
  it('is lost when somebody else makes it, whatever its text', async () => {
    const make = 'create or replace view bobs.main.v as select name from hr.main.people';
    await admin.rows(make);
    expect(await outcome(ann, 'select count(*)::int from bobs.main.v')).toEqual([[2]]);
    expect(await outcome(ann, make)).toBe('hidden');
    await ann.rows('create or replace view bobs.main.v as select 1 as one');
    expect(await outcome(ann, 'from bobs.main.v')).toEqual([[1]]);
    expect(await owned()).not.toContain('bobs.main.v');
    // The administrator's own change beside the server leaves a text that nobody has vouched for.
    await admin.rows(make);
    expect(await owned()).toContain('bobs.main.v');
    await ann.rows('drop view bobs.main.v');
    expect(await owned()).not.toContain('bobs.main.v');
  });

  it("is nobody's when an administrator drops it", async () => {
    await admin.rows('create view bobs.main.d as select name from hr.main.people');
    await admin.rows('drop view bobs.main.d');
    expect(await owned()).not.toContain('bobs.main.d');
  });

  it('does not lend what others have made within it', async () => {
    await ann.rows('create or replace view bobs.main.inner as select 1 as x');
    await admin.rows('create view pub.main.outer as select x, salary from bobs.main.inner, hr.main.people');
    expect(await outcome(ann, 'from pub.main.outer')).toBe('hidden');
    await admin.rows('SET SECURITY DEFINER ON VIEW bobs.main.inner');
    expect(await outcome(ann, 'select x from pub.main.outer')).toEqual([[1], [1]]);
    await ann.rows('create or replace view bobs.main.inner as select 2 as x');
    expect(await outcome(ann, 'from pub.main.outer')).toBe('hidden');
  });

  it('is said by administrators, and by nobody else', async () => {
    await admin.rows('SET SECURITY INVOKER ON pub.main.over');
    expect(await outcome(ann, 'from pub.main.over')).toBe('hidden');
    expect(await outcome(ann, 'SET SECURITY DEFINER ON pub.main.over')).toBe('no');
    await admin.rows('set security definer on view "PUB".main."Over"');
    expect(await outcome(ann, 'from pub.main.over order by big')).toEqual([['ANN'], ['BOB']]);
    expect(await outcome(admin, 'SET SECURITY INVOKER ON pub.main.own')).toMatch(
      /does not run with its owner/,
    );
    expect(await outcome(admin, 'SET SECURITY DEFINER ON pub.main.own')).toMatch(/no view or macro/);
    expect(await outcome(ann, 'from gizmo_owners()')).toBe('no');
  });

  it.each([
    ["select getvariable('x') as x from hr.main.people", /depends on the session/],
    ['select current_schema as x from hr.main.people', /depends on the session/],
    ["select x.* from query('from hr.main.people') x", /it calls query/],
    ['from duckdb_views()', /it calls duckdb_views/],
    ['from information_schema.tables', /no table or view/],
    ["select nextval('hr.main.s') as x", /it calls nextval/],
    ['from (describe hr.main.people)', /DESCRIBE/],
    ['select a_temporary_one(1) as x', /temp\.main\.a_temporary_one/],
    ["select 'a'::hr.main.mood as x", /type/],
  ])('cannot be given to what a session can change: %s', async (body, reason) => {
    await admin.rows('create or replace sequence hr.main.s');
    await admin.rows('create or replace temp macro a_temporary_one(x) as x + 1');
    await admin.rows("create type hr.main.mood as enum ('a')").catch(() => undefined);
    await admin.rows(`create or replace view pub.main.bad as ${body}`);
    expect(await owned()).not.toContain('pub.main.bad');
    expect(await outcome(admin, 'SET SECURITY DEFINER ON pub.main.bad')).toMatch(reason);
  });

  const owned = async () =>
    (await admin.rows("select catalog_name || '.' || schema_name || '.' || name from gizmo_owners()")).map(
      ([it]) => it,
    );
});

describe('a row policy', () => {
  it("on a table behind a view takes the owner's rights away from it, also where the view was prepared", async () => {
    await admin.rows('create table hr.main.policed as from hr.main.people');
    await admin.rows('create view pub.main.policed as select name from hr.main.policed');
    await admin.rows('create view pub.main.over_policed as from pub.main.policed');
    const views = ['from pub.main.policed', 'select count(*) from pub.main.over_policed'];
    for (const sql of views) expect(await outcome(ann, sql)).toBeTypeOf('object');
    await admin.rows('create policy own on hr.main.policed using (login = gizmo_user())');
    for (const sql of views) expect(await outcome(ann, sql)).toBeTypeOf('string');
    await admin.rows('drop policy own on hr.main.policed');
    for (const sql of views) expect(await outcome(ann, sql)).toBeTypeOf('object');
  });

  it('on a table beside a view holds', async () => {
    await admin.rows('create table pub.main.beside as select 1 as id');
    await admin.rows('create policy none on pub.main.beside to nobody_at_all using (true)');
    expect(await outcome(ann, 'from pub.main.beside')).toEqual([]);
    expect(await outcome(ann, 'from pub.main.names join pub.main.beside using (id)')).toBeTypeOf('string');
  });
});

it('outlives the server, and is lost to a view that was changed without it', async () => {
  const withServer = async (state: string, work: (its: RawClient, port: number) => Promise<void>) => {
    const other = await startTestServer({
      'secret-key': secretKey,
      'state-dir': path(state),
      database: path('kept.duckdb'),
    });
    const its = await logIn(other.address.port);
    await work(its, other.address.port).finally(() => its.close());
    await other.stop();
  };
  const asked = async (port: number) => {
    const client = await logInAs(port, secretKey, 'user', { name: 'ann' });
    const found = await outcome(client, 'select name from kept.main.shown order by name limit 1');
    client.close();
    return found;
  };
  const change = `create or replace view shown as select name || '!' as name from read_csv('${path('a.csv')}')`;
  await withServer('state-1', async (its, port) => {
    await its.rows(`create view shown as select name from read_csv('${path('a.csv')}')`);
    expect(await asked(port)).toEqual([['csv one']]);
  });
  await withServer('state-1', async (_, port) => expect(await asked(port)).toEqual([['csv one']]));
  // To the first one's state this server is somebody who changes the file.
  await withServer('state-2', async (its) => void (await its.rows(change)));
  await withServer('state-1', async (its, port) => {
    expect(await asked(port)).toBe('no');
    await its.rows('SET SECURITY DEFINER ON VIEW kept.main.shown');
    expect(await asked(port)).toEqual([['csv one!']]);
  });
});

describe('EXPLAIN ACCESS', () => {
  const explained = (sql: string) =>
    admin.rows(`EXPLAIN ACCESS OF 'ann' ROLE user FOR '${sql.replaceAll("'", "''")}'`);

  it('says which view lends', async () => {
    const rows = await explained('from pub.main.names');
    expect(rows).toContainEqual(['owner', 'allows', "reads pub.main.names with its owner's rights"]);
    expect(rows.at(-1)?.slice(0, 2)).toEqual(['all', 'allows']);
    expect((await explained('from hr.main.people')).at(-1)?.slice(0, 2)).toEqual(['all', 'refuses']);
    expect((await explained('from pub.main.names, hr.main.people')).at(-1)?.slice(0, 2)).toEqual([
      'all',
      'refuses',
    ]);
  });

  it('leaves the statements of whoever asks what they are', async () => {
    await admin.rows('create table pub.main.mixed as from hr.main.people');
    await admin.rows('create policy own on pub.main.mixed using (login = gizmo_user())');
    const sql = 'select name from pub.main.mixed order by name';
    expect((await explained(sql)).at(-1)?.slice(0, 2)).toEqual(['all', 'allows']);
    expect(await admin.rows(sql)).toEqual([['Ann'], ['Bob']]);
    expect(await outcome(ann, sql)).toEqual([['Ann']]);
  });
});

describe('a statement that was prepared', () => {
  it("is decided on anew each time: the owner's rights may be gone, or the view another one", async () => {
    await admin.rows('create view pub.main.later as select name from hr.main.people where id = 1');
    const handle = await prepare('select name from pub.main.later');
    expect(await run(handle)).toBe('ok');
    await admin.rows('SET SECURITY INVOKER ON pub.main.later');
    expect(await run(handle)).toMatch(/does not exist/);
    await admin.rows('SET SECURITY DEFINER ON pub.main.later');
    expect(await run(handle)).toBe('ok');
    await admin.rows('create or replace view pub.main.later as select salary as name from hr.main.people');
    expect(await run(handle)).toMatch(/Prepare it again/);
    expect(await run(await prepare('select name from pub.main.later'))).toBe('ok');
  });

  async function prepare(query: string) {
    const request = ACTIONS.CreatePreparedStatement.encodeRequest({ query });
    const [body] = await ann.action('CreatePreparedStatement', request);
    return ACTIONS.CreatePreparedStatement.decodeResult(body ?? new Uint8Array(0)).preparedStatementHandle;
  }
  const run = (preparedStatementHandle: Uint8Array) =>
    ann
      .get(encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }))
      .then(
        () => 'ok',
        ({ details }: { details: string }) => details,
      );
});

describe('an error behind a view', () => {
  it('names neither files nor rows', async () => {
    writeFileSync(path('gone.csv'), 'a\n1\n');
    await admin.rows(`create view pub.main.gone as from read_csv('${path('gone.csv')}')`);
    await admin.rows('create view pub.main.casts as select name::int as n from hr.main.people');
    expect(await outcome(ann, 'from pub.main.gone')).toEqual([[1n]]);
    rmSync(path('gone.csv'));
    const told = [
      await outcome(ann, 'from pub.main.gone'),
      await outcome(ann, 'from pub.main.casts'),
      await outcome(ann, 'select name::int from pub.main.names'),
      await outcome(ann, 'select error(name) from pub.main.names'),
      await outcome(ann, 'from pub.main.names where ln(id - 1) > 1'),
    ];
    for (const it of told) {
      expect(it).toBeTypeOf('string');
      expect(it).not.toMatch(/gone\.csv|Ann|people|tmp/);
    }
    expect(told[1]).toMatch(/^Conversion Error: the statement failed while it read pub\.main\.casts/);
  });
});
