/** Logins that are limited to catalogs, through every door, and every way round the limit that is known. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { STATEMENT_DOORS } from '../../support/statement-doors.js';

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
  // With their owner's rights these would be no way round anything.
  for (const name of ['peep', 'peep2', 'tell', 'tells'])
    await admin.rows(`SET SECURITY INVOKER ON staging.main.${name}`);
  await admin.rows("create type vault.secret_enum as enum ('one', 'two')");
  await admin.rows('create sequence vault.counter; create macro vault.vault_tell(x) as 7');
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
  'drop sequence if exists vault.inner',
  'drop macro if exists vault.nothing',
  'drop macro if exists vault.vault_tell',
  'drop macro table if exists vault.vault_tell',
  'explain use vault.inner',
  'select VAULT_TELL(1)',
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
  'from system.main.duckdb_tables()',
  "attach 'x.db' as vault",
  'detach vault',
  "copy vault.gold to 'stolen.csv'",
  "copy (from vault.gold) to 'stolen.csv'",
  'copy from database vault to staging',
  "export database vault to 'stolen'",
  'prepare p as from vault.gold',
];

/** What is not there is not dropped, hidden or absent. */
const DOES_NOTHING = /^drop (?!schema).* if exists vault\.\w+$/;

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

/** In portions, so that each is a test of its own. */
function chunksOf(sqls: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let from = 0; from < sqls.length; from += 8) chunks.push(sqls.slice(from, from + 8));
  return chunks;
}

/** All of them through a query, and through each other door some. */
function shareOf(sqls: readonly string[], door: string): string[][] {
  const doors = Object.keys(STATEMENT_DOORS);
  const at = doors.indexOf(door);
  return chunksOf(at === 0 ? sqls : sqls.filter((_, index) => index % doors.length === at));
}

describe.each(Object.keys(STATEMENT_DOORS))('limited to catalogs, through %s', (door) => {
  const send = STATEMENT_DOORS[door] ?? expect.fail('no such door');
  const attempt = (client: RawClient, sql: string) => answerOf(send(client, sql));

  it.each(ALLOWED)('a user may run %s', async (sql) => {
    if (sql.includes(';') && door.startsWith('a prepared')) return;
    expect(await attempt(ann, sql)).toMatchObject({ code: status.OK });
  });

  it.each(shareOf(UNWRITABLE, door))(
    'writes to a catalog that may be read are refused: %s …',
    async (...sqls) => {
      const before = await everything();
      for (const sql of sqls) {
        await ann.rows('use memory.main');
        const answer = await attempt(ann, sql);
        expect({ sql, ...answer }).toMatchObject({ code: status.PERMISSION_DENIED });
        expect(answer.details).toMatch(/production/i);
      }
      expect(await everything()).toEqual(before);
    },
  );

  it.each(shareOf(HIDDEN, door))('what is hidden does not show: %s …', async (...sqls) => {
    const before = await everything();
    const shown: unknown[] = [];
    for (const sql of sqls) {
      const { code, details } = await attempt(ann, sql);
      if ((code === status.OK && !DOES_NOTHING.test(sql)) || details.includes(CANARY))
        shown.push([sql, details]);
    }
    expect(shown).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

describe('a hidden catalog', () => {
  it.each(chunksOf(HIDDEN.filter((sql) => /vault/i.test(sql))))(
    'answers as one that does not exist: %s …',
    async (...sqls) => {
      const different: unknown[] = [];
      for (const [index, sql] of sqls.entries()) {
        const client = index % 4 === 0 ? bob : ann;
        const hidden = await answerOf(client.rows(sql));
        const absent = await answerOf(client.rows(rename(sql, 't', 'z')));
        const expected = { ...absent, details: rename(absent.details, 'z', 't') };
        if (JSON.stringify(hidden) !== JSON.stringify(expected)) different.push({ sql, hidden, expected });
      }
      expect(different).toEqual([]);
    },
  );

  it('takes no bulk load, and neither does one that may only be read', async () => {
    const schema = { fields: [field('x', { kind: 'int', bits: 32, signed: true })] };
    const messages = [{ header: encodeSchema(schema), body: new Uint8Array(0) }, buildBatch(schema, [[9]])];
    const load = (client: RawClient, catalog: string | undefined, more: object) => {
      const tableDefinitionOptions = { ifNotExist: IfMissing.CREATE, ifExists: IfExists.REPLACE };
      const message = { table: 'loaded', tableDefinitionOptions, ...(catalog && { catalog }), ...more };
      return answerOf(client.put(encodeCommand({ type: 'CommandStatementIngest', message }), messages));
    };
    const before = await everything();
    expect(await load(ann, 'production', {})).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await load(ann, 'production', { table: 'report' })).toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    const hidden = await load(ann, 'vault', { table: 'gold' });
    const absent = await load(ann, 'vaulz', { table: 'gold' });
    expect([hidden.code, hidden.code]).not.toContain(status.OK);
    expect(absent.code).not.toBe(status.OK);
    expect(await load(bob, 'staging', {})).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await load(ann, 'staging', {})).toMatchObject({ code: status.OK });
    await ann.rows('use production.main');
    expect(await load(ann, undefined, {})).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await load(ann, undefined, { temporary: true })).toMatchObject({ code: status.OK });
    expect(await everything()).toEqual(before);
  });

  it('stays hidden where an object that was prepared over changes to read it', async () => {
    await admin.rows(
      'create or replace view staging.turning as select x::varchar as bar from production.report',
    );
    await admin.rows(
      'create or replace macro staging.turns() as table select x::varchar as bar from production.report',
    );
    for (const sql of ['select bar from staging.turning', 'select bar from staging.turns()']) {
      const preparedStatementHandle = await ann.prepare(sql);
      const run = () =>
        answerOf(
          ann.get(
            encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } }),
          ),
        );
      expect(await run()).toMatchObject({ code: status.OK });
      await admin.rows('create or replace view staging.turning as select bar from vault.gold');
      await admin.rows('create or replace macro staging.turns() as table select bar from vault.gold');
      const after = await run();
      expect(after.code).not.toBe(status.OK);
      expect(after.details).not.toContain(CANARY);
      await admin.rows(
        'create or replace macro staging.turns() as table select x::varchar as bar from production.report',
      );
    }
  });

  it('stays hidden where a ticket was given before it was read', async () => {
    await admin.rows(
      'create or replace view staging.turning as select x::varchar as bar from production.report',
    );
    const query = 'select bar from staging.turning';
    const info = await ann.info(encodeCommand({ type: 'CommandStatementQuery', message: { query } }));
    await admin.rows('create or replace view staging.turning as select bar from vault.gold');
    const fetched = await answerOf(ann.get(ticketOf(info)));
    expect(fetched.code).not.toBe(status.OK);
    expect(fetched.details).not.toContain(CANARY);
  });

  it('is every catalog that is attached later and that no rule allows', async () => {
    await admin.rows(`attach ':memory:' as late; create table late.gold as select '${CANARY}' as bar`);
    try {
      expect(await answerOf(ann.rows('from late.main.gold'))).toMatchObject({
        code: status.INVALID_ARGUMENT,
        details: 'Binder Error: Catalog "late" does not exist!',
      });
    } finally {
      await admin.rows('detach late');
    }
  });

  it('shows by no metadata command', async () => {
    for (const cmd of [
      encodeCommand({ type: 'CommandGetCatalogs', message: {} }),
      encodeCommand({ type: 'CommandGetDbSchemas', message: {} }),
      encodeCommand({ type: 'CommandGetTables', message: { includeSchema: true } }),
      encodeCommand({ type: 'CommandGetPrimaryKeys', message: { table: 'gold', catalog: 'vault' } }),
    ]) {
      const answer = await answerOf(ann.get(cmd));
      // The visible catalog has a schema `vaultish` with a table `gold`, and a view with a column `weight`.
      expect(answer.details).not.toMatch(/"vault"|inner|deep|secret_enum|counter|canary/);
    }
  });

  it('is not where an alias has its name', async () => {
    expect(await ann.rows('select vault.x from staging.mine as vault limit 1')).toEqual([[1]]);
    expect(await ann.rows('select vault.y from (select {y: 5} as vault)')).toEqual([[5]]);
    expect(await ann.rows("select 'vault.gold'")).toEqual([['vault.gold']]);
  });
});
