/** A default asks no sequence that whoever makes it, or loads rows without it, may not ask. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfMissing,
} from '../../../src/flight/gen/flight_sql_pb.js';
import { buildBatch } from '../../../src/flight/ipc/build.js';
import { encodeSchema } from '../../../src/flight/ipc/schema.js';
import { field } from '../../../src/flight/ipc/types.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
/** May write `work`, read `shown`, and not know of `hidden`. */
let ann: RawClient;
/** May insert into one table of `closed`, whose default asks a sequence there. */
let bob: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  const { port } = server.address;
  admin = await logIn(port);
  for (const name of ['work', 'shown', 'hidden', 'closed'])
    await admin.rows(`attach ':memory:' as ${name}; create sequence ${name}.numbers`);
  await admin.rows("use closed; create table lines (a int, n bigint default nextval('numbers')); use memory");
  await admin.rows('grant insert on closed.main.lines to bob');
  await admin.rows("create macro hidden.word(x) as 'hidden word'; create type hidden.kind as enum ('kind')");
  ann = await logInAs(port, secretKey, 'user', {
    name: 'ann',
    catalogAccess: [
      { catalog: 'work', access: 'write' },
      { catalog: 'shown', access: 'read' },
    ],
  });
  bob = await logInAs(port, secretKey, 'user', { name: 'bob' });
});
afterAll(async () => {
  for (const client of [admin, ann, bob]) client.close();
  await server.stop();
});

const said = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'done',
    (error: Error) => error.message,
  );
const asked = async () =>
  (await admin.rows('select last_value from duckdb_sequences() where last_value is not null')).length;

function load(client: RawClient, message: object): Promise<string> {
  const a = field('a', { kind: 'int', bits: 32, signed: true });
  const batches = [
    { header: encodeSchema({ fields: [a] }), body: new Uint8Array(0) },
    buildBatch({ fields: [a] }, [[1]]),
  ];
  const tableDefinitionOptions = { ifNotExist: IfMissing.FAIL, ifExists: IfExists.APPEND };
  const command = { ...message, tableDefinitionOptions };
  return said(client.put(encodeCommand({ type: 'CommandStatementIngest', message: command }), batches));
}

describe('a default', () => {
  it.each([
    "create temp table t (a int, n bigint default nextval('PLACE.main.numbers'))",
    "create table work.main.t (a int, n bigint default 1 + nextval('PLACE.main.numbers'))",
    "use work; create table s (a bigint); alter table s alter a set default nextval('PLACE.main.numbers')",
    "create or replace macro work.main.m() as nextval('PLACE.main.numbers')",
    "create temp table t (a int, n bigint default currval('PLACE.main.numbers'))",
  ])('of a sequence that is hidden answers as of one that is not there: %s', async (sql) => {
    const hidden = await said(ann.rows(sql.replaceAll('PLACE', 'hidden')));
    await admin.rows('drop table if exists work.main.s');
    expect(hidden).toMatch(/Catalog "hidden" does not exist/);
    expect(hidden.replaceAll('hidden', 'hiddem')).toBe(
      await said(ann.rows(sql.replaceAll('PLACE', 'hiddem'))),
    );
    await admin.rows('drop table if exists work.main.s');
  });

  it.each([
    'create table work.main.s (a varchar default PLACE.main.word(1))',
    'create table work.main.s (a varchar); alter table work.main.s alter a set default PLACE.main.word(1)',
    'create table work.main.s (a varchar); alter table work.main.s alter column a set default (lower(PLACE.word(1)))',
    'create table work.main.s (a varchar); alter table work.main.s alter a type varchar using a || PLACE.word(a)',
    'create table work.main.s (a varchar); alter table work.main.s alter a set default enum_first(null::PLACE.kind)',
    "create table work.main.s (a varchar); explain alter table work.main.s alter a set default 'a' || PLACE.word(1)",
  ])('computes nothing with what is hidden, which answers as one that is not there: %s', async (sql) => {
    const hidden = await said(ann.rows(sql.replaceAll('PLACE', 'hidden')));
    await admin.rows('drop table if exists work.main.s');
    expect(hidden).toMatch(/^\d+ \w+: (Catalog|Binder) Error: .*(hidden|word|kind)/);
    expect(hidden.replaceAll('hidden', 'hiddem')).toBe(
      await said(ann.rows(sql.replaceAll('PLACE', 'hiddem'))),
    );
    await admin.rows('drop table if exists work.main.s');
  });

  it('may compute with what may be used', async () => {
    await ann.rows('create macro work.main.twice(x) as 2 * x; create table work.main.s (a int, b int)');
    await ann.rows('alter table work.main.s alter a set default work.main.twice(21)');
    await ann.rows(
      'alter table work.main.s alter column b set data type integer using work.main.twice(b) + a',
    );
    await ann.rows('insert into work.main.s (b) values (1)');
    expect(await ann.rows('from work.main.s')).toEqual([[42, 1]]);
    await ann.rows('drop table work.main.s; drop macro work.main.twice');
  });

  it.each([
    "create temp table t (a int, n bigint default nextval('shown.main.numbers'))",
    "create or replace macro work.main.m() as nextval('shown.main.numbers')",
    "use work; create table u (a bigint); alter table u alter a set default nextval('shown.main.numbers')",
  ])('asks no sequence of what may only be read: %s', async (sql) => {
    expect(await said(ann.rows(sql))).toMatch(/^7 PERMISSION_DENIED: .* may not write to the catalog shown/);
  });

  it('is one that a load needs the rights for as INSERT does', async () => {
    const refused = /^5 NOT_FOUND|^7 PERMISSION_DENIED/;
    expect(await said(bob.rows('insert into closed.main.lines (a) values (1)'))).toMatch(refused);
    expect(await load(bob, { table: 'lines', catalog: 'closed', schema: 'main' })).toMatch(refused);
    expect(await asked()).toBe(0);
    await admin.rows('grant update on closed.main.numbers to bob');
    expect(await load(bob, { table: 'lines', catalog: 'closed', schema: 'main' })).toBe('done');
    expect(await admin.rows('from closed.main.lines')).toEqual([[1, 1n]]);
  });

  it('may ask what is one’s own', async () => {
    await ann.rows("create table work.main.own (a int, n bigint default nextval('work.main.numbers'))");
    await ann.rows(
      "create temp sequence mine; create temp table most (a int, n bigint default nextval('mine'))",
    );
    expect(await load(ann, { table: 'own', catalog: 'work', schema: 'main' })).toBe('done');
    expect(await load(ann, { table: 'most', temporary: true })).toBe('done');
    expect(await ann.rows('select n from work.main.own union all select n from most')).toEqual([[1n], [1n]]);
  });
});

describe('a number that DuckDB takes while it binds', () => {
  beforeAll(async () => {
    await admin.rows('create macro work.main.series(n) as table from range(n)');
    await admin.rows('create macro work.main.over(series) as table from range(series)');
    await admin.rows('create macro work.main.trim(series) as table from range(series)');
    await admin.rows('create macro work.main."values"(series) as table from range(series)');
    await admin.rows('create macro work.main.next(s) as nextval(s)');
    await admin.rows('create table work.main.kept (i bigint)');
    // DuckDB commits it only where something is written as well.
    await admin.rows(`use work; begin; insert into kept values (7);
      create view counted as from range(nextval('work.main.numbers'));
      create macro counts() as table from range(nextval('work.main.numbers')); commit; use memory`);
  });

  it.each([
    "from range(nextval('PLACE.main.numbers'))",
    "from range(currval('PLACE.main.numbers'))",
    'from a: "range"(1, coalesce(nextval(\'PLACE.main.numbers\'), 1))',
    "select * from (range(nextval('PLACE.main.numbers')) join range(3) using (range))",
    "from unnest([nextval('PLACE.main.numbers')])",
    "from work.main.series(nextval('PLACE.main.numbers'))",
    "from work.main.series(work.main.next('PLACE.main.numbers'))",
    "from work.main.over(nextval('PLACE.main.numbers')) series",
    "from work.main.values(nextval('PLACE.main.numbers')) series",
    "from work.main.trim(nextval('PLACE.main.numbers')) series",
    "from query('from range(nextval(''PLACE.main.numbers''))')",
    "explain from range(nextval('PLACE.main.numbers'))",
    "describe from range(nextval('PLACE.main.numbers'))",
    "prepare p as from range(nextval('PLACE.main.numbers'))",
    "create temp view v as from range(nextval('PLACE.main.numbers'))",
    "create temp macro m() as table from range(nextval('PLACE.main.numbers'))",
    "create temp table t as from range(nextval('PLACE.main.numbers'))",
    "insert into work.main.kept select range from range(nextval('PLACE.main.numbers'))",
    "delete from work.main.kept using range(nextval('PLACE.main.numbers'))",
    "call range(nextval('PLACE.main.numbers'))",
    "set pivot_limit = (nextval('PLACE.main.numbers'))",
    'from work.main.counted',
    'from work.main.counts()',
  ])('is taken from no sequence: %s', async (sql) => {
    const before = await admin.rows('select database_name, last_value from duckdb_sequences() order by all');
    // To an administrator's macro an argument is a query, whose plan shows whom it asks.
    const askAt = (place: string) => said(ann.rows(sql.replaceAll('PLACE', place)));
    for (const place of sql.includes('series') ? ['shown'] : ['shown', 'work'])
      expect(await askAt(place)).toMatch(/PERMISSION_DENIED|NOT_FOUND/);
    expect((await askAt('hidden')).replaceAll('hidden', 'absent')).toBe(await askAt('absent'));
    expect(await admin.rows('select database_name, last_value from duckdb_sequences() order by all')).toEqual(
      before,
    );
  });

  it('may be computed with where it is taken for each row', async () => {
    const ask = (sql: string) => said(ann.rows(sql));
    for (const sql of [
      "select cast(nextval('work.main.numbers') as int), coalesce(nextval('work.main.numbers'), 1)",
      "select greatest(nextval('work.main.numbers'), 1) from range(3)",
      "insert into work.main.kept (i) values (nextval('work.main.numbers')), (1 + nextval('work.main.numbers'))",
      "update work.main.kept set i = nextval('work.main.numbers') where i in (select range from range(2))",
      "select (select nextval('work.main.numbers')), work.main.next('work.main.numbers')",
      "set variable n = nextval('work.main.numbers')",
      "create temp table if not exists tn (i bigint default (1 + nextval('work.main.numbers')), b int)",
    ])
      expect(await ask(sql), sql).toBe('done');
  });
});
