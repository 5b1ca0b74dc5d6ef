/** Logins that are limited to catalogs, through every door, and every way round the limit that is known. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../src/flight/sql/action.js';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/start-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const CANARY = 'canary-in-the-vault';

let server: RunningServer;
let admin: RawClient;
/** May write `staging`, read `production`, and not know of `vault`. */
let ann: RawClient;
/** The same with the role readonly. */
let bob: RawClient;

const RULES = [
  { catalog: 'production', access: 'read' },
  { catalog: 'staging', access: 'write' },
  { catalog: 'memory', access: 'write' },
  { catalog: '*', access: 'none' },
] as const;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const name of ['production', 'staging', 'vault']) await admin.rows(`attach ':memory:' as ${name}`);
  await admin.rows(`create table vault.gold as select '${CANARY}' as bar, 7 as weight`);
  await admin.rows('create schema vault.inner; create table vault.inner.deep as from vault.gold');
  await admin.rows(
    'create view staging.peep as from vault.gold; create view staging.peep2 as from staging.peep',
  );
  await admin.rows('create macro staging.tell() as (select max(bar) from vault.gold)');
  await admin.rows('create macro staging.tells() as table from vault.gold');
  await admin.rows("create type vault.secret_enum as enum ('one', 'two')");
  await admin.rows('create sequence vault.counter');
  await admin.rows('create schema staging.vaultish; create table staging.vaultish.gold as select 1 as bar');
  await admin.rows('create table production.report as select 1 as x');
  await admin.rows('create table staging.mine as select 1 as x');
  const { port } = server.address;
  ann = await logInAs(port, secretKey, 'user', { name: 'ann', catalogAccess: RULES });
  bob = await logInAs(port, secretKey, 'readonly', { name: 'bob', catalogAccess: RULES });
});
afterAll(async () => {
  for (const client of [admin, ann, bob]) client.close();
  await server.stop();
});
beforeEach(() => ann.rows('use memory.main'));

const prepare = async (client: RawClient, query: string) => {
  const [body] = await client.action(
    'CreatePreparedStatement',
    ACTIONS.CreatePreparedStatement.encodeRequest({ query }),
  );
  return ACTIONS.CreatePreparedStatement.decodeResult(body ?? new Uint8Array(0)).preparedStatementHandle;
};

const DOORS: Readonly<Record<string, (client: RawClient, sql: string) => Promise<unknown>>> = {
  'a query': (client, query) => client.rows(query),
  'a query in one call': (client, query) =>
    client.get(encodeCommand({ type: 'CommandStatementQuery', message: { query } })),
  'an update': (client, query) =>
    client.put(encodeCommand({ type: 'CommandStatementUpdate', message: { query } })),
  async 'a prepared query'(client, query) {
    const preparedStatementHandle = await prepare(client, query);
    return client.get(
      encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
    );
  },
  async 'a prepared update'(client, query) {
    const preparedStatementHandle = await prepare(client, query);
    return client.put(
      encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } }),
    );
  },
  'the last of several statements': (client, query) => client.rows(`select 1; ${query}`),
};

const ALLOWED = [
  'from production.report',
  'from staging.mine',
  'insert into staging.mine select * from production.report',
  'create or replace table staging.copied as from production.report',
  'create or replace temp table own as select 42 as x',
  'create schema if not exists staging.s; drop schema staging.s',
  'use staging.main; from mine',
  'from "STAGING"."Mine"',
  'create or replace view staging.seen as from production.report',
  'create or replace macro staging.twice(x) as 2 * x',
  'from staging.vaultish.gold',
];

/** Refused with PERMISSION_DENIED: the catalog is known and may not be written. */
const UNWRITABLE = [
  'insert into production.report values (2)',
  'with x as (select 2) insert into production.report from x',
  'update production.report set x = 2',
  'delete from production.report',
  'truncate production.report',
  'merge into production.report using (select 1 as x) s on report.x = s.x when matched then delete',
  'create table production.new as select 1',
  'create view production.new as select 1',
  'create macro production.new() as 1',
  'create sequence production.new',
  "create type production.new as enum ('a')",
  'create index i on production.report (x)',
  'create schema production.new',
  'alter table production.report add column y integer',
  'alter table production.report rename to other',
  "comment on table production.report is 'x'",
  'drop table production.report',
  'drop schema production.main',
  'explain analyze delete from production.report',
  'use production.main; insert into report values (2)',
  'use production.main; create table new as select 1',
  'use production.main; create schema new',
  'INSERT INTO "Production".REPORT VALUES (2)',
];

/** What reaches the hidden catalog in any way: answered as if it were not there. */
const HIDDEN = [
  'from vault.gold',
  'from vault.main.gold',
  'from "VAULT"."main"."gold"',
  'select * from vault.inner.deep',
  'select (select max(bar) from vault.gold)',
  'select 1 where exists (from vault.gold)',
  'with x as (from vault.gold) from x',
  'with recursive x as (select bar from vault.gold union all select bar from x where false) from x',
  'from staging.mine join vault.gold on true',
  'from staging.peep',
  'from staging.peep2',
  'select staging.tell()',
  'from staging.tells()',
  'describe vault.gold',
  'summarize vault.gold',
  'explain from vault.gold',
  'explain analyze from vault.gold',
  'insert into staging.mine select weight from vault.gold',
  'insert into staging.mine values ((select weight from vault.gold))',
  'insert into staging.mine values (1) returning (select max(bar) from vault.gold)',
  'update staging.mine set x = (select weight from vault.gold)',
  'update staging.mine set x = weight from vault.gold',
  'delete from staging.mine where x in (select weight from vault.gold)',
  'delete from staging.mine using vault.gold where x = weight',
  'merge into staging.mine using vault.gold on x = weight when matched then delete',
  'create table staging.stolen as from vault.gold',
  'create temp table stolen as from vault.gold',
  'create view staging.stolen as from vault.gold',
  'create temp view stolen as from vault.gold',
  'create view staging.stolen as from staging.peep',
  'set variable q = (select max(bar) from vault.gold)',
  'insert into vault.gold values (1, 2)',
  'delete from vault.gold',
  'drop table vault.gold',
  'drop table if exists vault.main.gold',
  'select nosuch from vault.gold',
  'select nosuch from vault.main.gold',
  'select 1 from vault.main.nothing',
  'insert into vault.main.gold (nosuch) values (1)',
  'explain select nosuch from vault.main.gold',
  'create table vault.new as select 1',
  'create schema vault.new',
  'drop schema vault.inner',
  'alter table vault.gold add column y integer',
  'use vault',
  'use vault.main',
  'use "Vault"',
  "set schema = 'vault'",
  "set schema = 'vault.main'",
  "set search_path = 'memory,vault'",
  `set search_path = 'memory,"vault".main'`,
  "set search_path = 'vault.inner'",
  "select nextval('vault.counter')",
  "select currval('vault.main.counter')",
  "select 'one'::vault.secret_enum",
  'select enum_range(null::vault.secret_enum)',
  'create temp table typed (x vault.secret_enum)',
  'pivot vault.gold on bar in (1)',
  'unpivot vault.gold on weight',
  "from query_table('vault.gold')",
  "from query('from vault.gold')",
  'call staging.tells()',
  "pragma table_info('vault.gold')",
  "from pragma_table_info('vault.gold')",
  "from pragma_show('vault.gold')",
  'from duckdb_tables()',
  'from system.main.duckdb_tables()',
  'show all tables',
  'show databases',
  'select * from information_schema.tables',
  'select * from pg_catalog.pg_class',
  'from sqlite_master',
  "attach 'x.db' as vault",
  'detach vault',
  "copy vault.gold to 'stolen.csv'",
  "copy (from vault.gold) to 'stolen.csv'",
  'copy from database vault to staging',
  "export database vault to 'stolen'",
  'prepare p as from vault.gold',
];

/** `vault` and its other spellings with another last letter. */
const rename = (text: string, from: string, to: string) =>
  text.replace(new RegExp(`(vaul)(${from})`, 'gi'), (_, stem: string, last: string) =>
    last === from ? stem + to : stem + to.toUpperCase(),
  );

const answerOf = (sent: Promise<unknown>) =>
  sent.then(
    (rows) => ({
      code: status.OK,
      details: JSON.stringify(rows ?? null, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
    }),
    ({ code, details }: { code: number; details: string }) => ({ code, details }),
  );

const everything = async () => ({
  report: await admin.rows('from production.report'),
  vault: [await admin.rows('from vault.gold'), await admin.rows('from vault.inner.deep')],
  tables: await admin.rows(
    "select database_name, schema_name, table_name, sql from duckdb_tables() where database_name in ('production', 'vault') order by all",
  ),
  views: await admin.rows(
    "select view_name from duckdb_views() where not internal and database_name in ('production', 'vault', 'staging') order by all",
  ),
  schemas: await admin.rows(
    "select database_name, schema_name from duckdb_schemas() where database_name in ('production', 'vault') order by all",
  ),
});

describe.each(Object.keys(DOORS))('limited to catalogs, through %s', (door) => {
  const send = DOORS[door] ?? expect.fail('no such door');
  const attempt = (client: RawClient, sql: string) => answerOf(send(client, sql));

  it.each(ALLOWED)('a user may run %s', async (sql) => {
    if (sql.includes(';') && door.startsWith('a prepared')) return;
    expect(await attempt(ann, sql)).toMatchObject({ code: status.OK });
  });

  it('writes to a catalog that may be read are refused, and nothing is changed', async () => {
    const before = await everything();
    for (const sql of UNWRITABLE) {
      await ann.rows('use memory.main');
      const answer = await attempt(ann, sql);
      expect({ sql, ...answer }).toMatchObject({ code: status.PERMISSION_DENIED });
      expect(answer.details).toMatch(/production|Production/);
    }
    expect(await everything()).toEqual(before);
  });

  it('what is hidden does not show, by any way round, and nothing is changed', async () => {
    const before = await everything();
    const shown: unknown[] = [];
    for (const sql of HIDDEN) {
      const { code, details } = await attempt(ann, sql);
      if (code === status.OK || details.includes(CANARY)) shown.push([sql, details]);
    }
    expect(shown).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe('a hidden catalog', () => {
  it('what is hidden answers as what does not exist', async () => {
    const different: unknown[] = [];
    for (const client of [ann, bob]) {
      for (const sql of HIDDEN.filter((it) => /vault/i.test(it))) {
        const hidden = await answerOf(client.rows(sql));
        const absent = await answerOf(client.rows(rename(sql, 't', 'z')));
        const expected = { ...absent, details: rename(absent.details, 'z', 't') };
        if (JSON.stringify(hidden) !== JSON.stringify(expected)) different.push({ sql, hidden, expected });
      }
    }
    expect(different).toEqual([]);
  });
});
