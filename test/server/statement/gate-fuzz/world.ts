/**
 * A server with catalogs of which each principal may know a part. Everything that is hidden from somebody has a name of
 * its own that begins with `zq`, and so has every value in it: what comes back of that was shown to them.
 *
 * Each world is made twice: once as it is, and once without what is hidden. Nobody from whom it is hidden may be able to
 * tell one from the other.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../../../src/server/running-server.js';
import { logInAs } from '../../../support/log-in-as.js';
import { logIn, type RawClient } from '../../../support/raw-client.js';
import { startTestServer } from '../../../support/start-test-server.js';
import type { Who } from './principals.js';

const SECRET_KEY = 'a secret key of 32 characters ..';

/** What everybody may read but those who live by grants and have none. */
const OPEN = [
  "attach ':memory:' as open; attach ':memory:' as work; attach ':memory:' as part; attach ':memory:' as desk",
  'create schema open.more',
  "create table open.items (a integer, b varchar, c integer); insert into open.items values (1, 'x', 10), (2, 'y', 20), (3, null, 30)",
  "create table open.more.parts as select 5 as a, 'p' as b, 50 as c",
  'create view open.seen as select a, b, c from open.items',
  'create macro open.twice(x) as 2 * x',
  'create macro open.lines(x) as table select a, b, c from open.items',
  "create type open.mood as enum ('ok', 'sad')",
  'create sequence open.steps',
];
const WORK = [
  "create table work.notes (a integer, b varchar, c integer); insert into work.notes values (1, 'n', 1), (2, 'm', 2)",
  "create table work.keyed (a integer primary key, b varchar default 'd', c integer check (c < 100)); insert into work.keyed values (1, 'k', 1)",
  'create view work.noted as from work.notes',
  'create sequence work.numbers',
];
/** Whoever may write to it may read it in part. */
const DESK = [
  "create table desk.filed (a integer primary key, b varchar default 'd', c varchar default 'zqfiled'); insert into desk.filed (a, b) values (1, 'f'), (2, 'g')",
];
const SECRET = [
  "attach ':memory:' as zqvault",
  'create schema zqvault.zqinner',
  "create type zqvault.zqenum as enum ('zqlabel_one', 'zqlabel_two')",
  'create sequence zqvault.zqcounter start 77100001',
  "create table zqvault.zqgold (a integer primary key, b varchar default 'zqdefault' check (b <> 'zqcheck'), c integer, zqweight integer)",
  "insert into zqvault.zqgold values (77100002, 'zqvalue', 77100003, 77100004)",
  "create table zqvault.zqinner.zqdeep as select (77100005 + range % 2)::integer as a, 'zqdeepvalue' as b, 77100008 as c from range(6367)",
  'create index zqindex on zqvault.zqgold (c)',
  "comment on table zqvault.zqgold is 'zqcomment'",
  'create view zqvault.zqview as select a, b, c from zqvault.zqgold',
  "create macro zqvault.zqmacro(zqparameter) as 'zqresult'",
  "create macro zqvault.zqlines(zqparameter) as table select 77100009 as a, 'zqline' as b",
];
/** What is partly hidden from those who live by grants; into the box they may put what they like. */
const PART = [
  "create table part.people (a integer, b varchar, c varchar); insert into part.people values (1, 'p', 'zqsalary'), (2, 'q', 'zqsalary')",
  "create table part.rowed (a integer, b varchar, c integer); insert into part.rowed values (1, 'r', 10), (77100015, 'zqrow', 77100016), (2, 's', 20)",
  "create policy shown on part.main.rowed using (b not like 'zq%')",
  "create table part.both (a integer, c varchar, b varchar); insert into part.both values (1, 'zqnote', 'r'), (77100019, 'zqnoted', 'zqbothrow'), (2, 'zqnote', 's')",
  "create policy noted on part.main.both using (c = 'zqnote')",
  "create view open.paid as select a, b, length(c) as c from part.people where c like 'zq%'",
  'create macro open.paid_of(p) as (select max(length(k.c)) from part.people k where k.a = p)',
  "create table part.box (a integer check (a <> 77100010), b varchar check (b <> 'zqboxcheck' and c <> 9), c integer)",
];
const PART_HIDDEN = [
  "create type part.zqkind as enum ('zqkind_one', 'zqkind_two')",
  'create schema part.zqsch',
  "create table part.zqhid as select 77100011 as a, 'zqhidden' as b, 77100012 as c",
  "create view part.zqconst as select 77100015 as a, 'zqconstant' as b, 77100016 as c",
  "create macro part.zqtell(zqparameter) as 'zqtold'",
  "create table part.zqsch.zqt as select 77100013 as a, 'zqtvalue' as b, 77100014 as c",
];
/** Read by everybody with the rights of the administrator who has made it, but for the rows that it leaves out. */
const LENT = [
  "attach ':memory:' as zqlend",
  "create table zqlend.zqkept (a integer, b varchar, c integer); insert into zqlend.zqkept values (1, 'k', 10), (77100017, 'zqkeptrow', 77100018), (2, '7', null), (1, 'zqkeptrow', 77100018)",
  "create view open.kept as select a, b, c from zqlend.zqkept where b not like 'zq%'",
  "create macro open.kept_of(p) as (select max(k.b) from zqlend.zqkept k where k.a = p and k.b not like 'zq%')",
  "create macro open.kept_count(p) as (select count(*) from zqlend.zqkept k where k.c >= p and k.b not like 'zq%')",
  "create macro open.kept_lines(p) as table select k.a, k.b, k.c from zqlend.zqkept k where k.a <= p and k.b not like 'zq%'",
];
/** Made by somebody who is no administrator: it gives nobody the rights of its maker. */
const THROUGH = [
  'create view open.peep as select a, b, c from zqvault.zqgold',
  'create macro open.tell(x) as (select max(b) from zqvault.zqgold)',
  'create macro open.tells(x) as table select a, b, c from zqvault.zqgold',
];
const GRANTS = [
  'grant select on open to gus',
  'grant all on work to gus',
  'grant select (a, b) on part.main.people to gus',
  'grant select on part.main.rowed to gus, cut',
  'grant select (a, b) on part.main.people to cut',
  'grant select (b, a) on part.main.both to cut',
  'grant select (a, b), insert, update, delete on desk.main.filed to cut',
  'grant all on work to cut; grant insert on part.main.box to cut; grant select on open to cut',
  'grant insert on part.main.box to gus',
  ...['open', 'work', 'part', 'desk', 'zqvault', 'memory'].map((it) => `grant all on ${it} to maker`),
];

export interface World {
  readonly admin: RawClient;
  logIn(who: Who): Promise<RawClient>;
  /** Makes anew what those may have changed who may change something. */
  refresh(): Promise<void>;
  /** Everything but what is in these catalogs, as text. */
  state(except: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** @param has whether what is hidden is there */
export async function makeWorld(kind: Who['world'], has: 'hidden' | 'nothing hidden'): Promise<World> {
  const server = await startTestServer({
    'secret-key': SECRET_KEY,
    'query-timeout': 20,
    ...(kind === 'granted' && { 'default-access': 'none' }),
  });
  const admin = await logIn(server.address.port);
  const run = async (client: RawClient, sqls: readonly string[]) => {
    for (const sql of sqls) await client.rows(sql);
  };
  await run(admin, [
    'set threads = 1',
    ...OPEN,
    ...WORK,
    ...DESK,
    ...SECRET,
    ...PART,
    ...PART_HIDDEN,
    ...LENT,
  ]);
  if (kind === 'granted') await run(admin, GRANTS);
  const maker = await logInAs(server.address.port, SECRET_KEY, 'user', { name: 'maker' });
  await run(maker, THROUGH);
  maker.close();
  if (has === 'nothing hidden')
    await run(admin, [
      'drop schema part.zqsch cascade; drop table part.zqhid; drop type part.zqkind; detach zqvault',
      'drop view part.zqconst; drop macro part.zqtell',
      'create or replace view open.paid as select a, b, 8::bigint as c from part.people',
      'create or replace macro open.paid_of(p) as (select max(8::bigint) from part.people k where k.a = p)',
      "create or replace policy noted on part.main.both using (b not like 'zq%')",
      "delete from part.both where b like 'zq%'",
      'alter table part.people drop c; alter table part.both drop c',
      "delete from part.rowed where b like 'zq%'",
      "delete from zqlend.zqkept where b like 'zq%'",
    ]);
  return { admin, ...doors(server, admin, run, has) };
}

function doors(
  server: RunningServer,
  admin: RawClient,
  run: (client: RawClient, sqls: readonly string[]) => Promise<void>,
  has: 'hidden' | 'nothing hidden',
): Omit<World, 'admin'> {
  return {
    logIn: ({ role, name, catalogAccess }) =>
      logInAs(server.address.port, SECRET_KEY, role, { name, ...(catalogAccess && { catalogAccess }) }),
    async refresh() {
      await run(admin, ["detach work; attach ':memory:' as work", ...WORK]);
      await run(admin, ["detach desk; attach ':memory:' as desk", ...DESK]);
      if (has === 'nothing hidden') await admin.rows('alter table desk.filed drop c');
      const made = await admin.rows(
        "select table_name from duckdb_tables() where database_name = 'memory' union all select view_name from duckdb_views() where database_name = 'memory' and not internal",
      );
      if (made.length > 0) throw new Error(`something was made in memory: ${made.join(', ')}`);
    },
    state: (except) => stateOf(admin, except),
    async stop() {
      admin.close();
      await server.stop();
    },
  };
}

/** One line for each object, with a sum of what is in it. */
async function stateOf(admin: RawClient, except: readonly string[]): Promise<string> {
  const where = `where database_name not in ('temp', 'system', ${['', ...except].map((it) => `'${it}'`).join(', ')})`;
  const tables = await admin.rows(
    `select database_name, schema_name, table_name from duckdb_tables() ${where}`,
  );
  const sums = tables
    .filter(([, , name]) => name !== 'box')
    .map((names) => {
      const name = names.map((it) => `"${it}"`).join('.');
      return `union all select 'rows', '${name}', count(*) || ' ' || coalesce(sum(hash(t)), 0) from ${name} t`;
    });
  const place = (name: string) => `database_name || '.' || schema_name || '.' || ${name}`;
  // Left out is a setting that, by its name, says something of the transaction that asks: it changes by itself.
  const rows = await admin.rows(`
    select 'table' as kind, ${place('table_name')} as place, coalesce(sql, '') || coalesce(comment, '') as text from duckdb_tables() ${where}
    union all select 'view', ${place('view_name')}, sql || coalesce(comment, '') from duckdb_views() ${where} and not internal
    union all select 'sequence', ${place('sequence_name')}, coalesce(last_value::varchar, '') from duckdb_sequences() ${where}
    union all select 'macro', ${place('function_name')}, macro_definition from duckdb_functions() ${where} and not internal
    union all select 'type', ${place('type_name')}, logical_type from duckdb_types() ${where} and not internal
    union all select 'index', ${place('index_name')}, sql from duckdb_indexes() ${where}
    union all select 'schema', schema_name, '' from duckdb_schemas() ${where} and not internal
    union all select 'catalog', database_name, coalesce(path, '') from duckdb_databases()
    union all select 'setting', name, value from duckdb_settings()
      where scope = 'GLOBAL' and name <> 'current_transaction_invalidation_policy'
    ${sums.join('\n')} order by all`);
  return rows.map((it) => it.join(' ')).join('\n');
}

/** A directory with files in it that nobody of these may read, nor add to. */
export function makeOutside(): { readonly path: string; state(): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'gizmo-fuzz-'));
  mkdirSync(join(path, 'zqdirectory'));
  writeFileSync(join(path, 'a.csv'), 'a,b,c\n1,zqfile,3\n');
  writeFileSync(join(path, 'b.json'), '{"a": 1, "b": "zqfile"}\n');
  writeFileSync(join(path, 'd.txt'), 'zqfile\n');
  writeFileSync(join(path, 'zqname.csv'), 'a,b,c\n1,zqfile,3\n');
  return {
    path,
    state: () =>
      [
        ...readdirSync(path, { recursive: true })
          .map(String)
          .sort()
          .map((it) => `${it} ${it.includes('.') ? readFileSync(join(path, it), 'utf8') : ''}`),
        ...readdirSync('.').filter((it) => it.startsWith('fuzz-made')),
        ...['/tmp/x.duckdb_extension', 's3:'].filter((it) => existsSync(it)),
      ].join('\n'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
