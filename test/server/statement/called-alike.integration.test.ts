/** What somebody may know can be called as something is that is hidden from them: it works, and tells nothing. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
/** May know the database `open` only. */
let ann: RawClient;
/** May know a table of `shop`, and all of `own`. */
let gus: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  // `vault` is hidden, `vaulz` is not there.
  for (const sql of [
    "attach ':memory:' as open; attach ':memory:' as own; attach ':memory:' as shop; attach ':memory:' as vault",
    "create table vault.gold as select 1 as id; create type vault.mood as enum ('ok'); create macro vault.f(x) as x",
    'create schema shop.vault_schema; create table shop.vault_table as select 1 as id',
    'create macro shop.vault_f(x) as x; create macro shop.vault_lines(x) as table select x; create schema own.vault_schema',
    'create schema own.vaulz_schema',
  ])
    await admin.rows(sql);
  for (const name of ['vault', 'vaulz'])
    for (const sql of [
      `create table open.${name} as select 1 as a, 2 as ${name}, {'a': 3} as ${name}_s`,
      `create table open.of_${name} as select {'a': 3} as ${name}`,
      `create macro own.${name}_f(x) as x; create macro own.${name}_lines(x) as table select x as a`,
      `create table own.${name}_table as select 1 as ${name}_table, 2 as ${name}_schema, 3 as ${name}`,
    ])
      await admin.rows(sql);
  await admin.rows(
    'grant all on own to gus; create table shop.open as select 1 as id; grant select on shop.main.open to gus',
  );
  ann = await logInAs(server.address.port, secretKey, 'user', {
    name: 'ann',
    catalogAccess: [{ catalog: 'open', access: 'write' }],
  });
  gus = await logInAs(server.address.port, secretKey, 'user', { name: 'gus' });
});
afterAll(async () => {
  for (const client of [admin, ann, gus]) client.close();
  await server.stop();
});

async function answersOf(client: RawClient, sql: string): Promise<{ hidden: string; absent: string }> {
  const answerOf = async (text: string, name: string) => {
    const answer = await client.rows(text).then(
      (rows) => JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
      ({ code, details }: { code: number; details: string }) => `${code} ${details}`,
    );
    return answer.replaceAll(name, '<name>');
  };
  return {
    hidden: await answerOf(sql, 'vault'),
    absent: await answerOf(sql.replaceAll('vault', 'vaulz'), 'vaulz'),
  };
}

describe('as a hidden database', () => {
  it.each([
    'select vault from open.vault',
    'select vault, a from open.main.vault order by vault.vault',
    'select vault.a, vault.* from open.vault',
    'select open.vault.vault, v.a from open.vault, open.main.vault as v',
    'select vault.a from open.of_vault',
    'select of_vault.vault.a from open.of_vault',
    'select max(vault) from open.main.vault group by a having max(vault) > 0',
    'with vault as (select 1 as gold) select vault.gold, t.a from vault, open.vault t',
    'insert into open.vault (a, vault) values (1, 2)',
    'update open.vault set vault = 3 where vault.a = 1',
    'delete from open.vault where vault.vault = 77',
    'alter table open.vault add column b int; alter table open.vault drop column b',
    "comment on table open.vault is 'x'",
    'describe open.vault',
    'drop table if exists vault.gold',
  ])('%s', async (sql) => {
    const { hidden, absent } = await answersOf(ann, sql);
    expect(hidden).toBe(absent);
    expect(hidden).toMatch(/^\[/);
  });

  it.each([
    'select vault, nope from open.vault',
    'select vault.nope from open.vault',
    'select vault.a, nope from open.of_vault',
    'with vault as (select 1 as gold) select vault.gold, (select 1 from vault.nope) from vault, open.vault t',
    'select vault.a, null::vault.mood from open.vault',
    'select vault.a, vault.f(1) from open.vault',
    "select vault.upper('a')",
    "select vault.upper('a') from open.vault",
    'select vault.nope(1) from open.main.of_vault',
    'from vault.gold',
    'from vault.nope',
    'from vault.main.gold',
    'from vault.information_schema.tables',
    "from query('from vault.gold')",
    "from query_table('vault.gold')",
    "select nextval('vault.s')",
    'drop table vault.gold',
    'create table vault.x (a int)',
    'create view open.v as from vault.gold',
    'insert into vault.gold values (1)',
    'truncate vault.gold',
    'pivot vault.gold on id',
    'merge into vault.gold using open.vault t on t.a = id when matched then delete',
    'use vault',
    "set search_path = 'vault'",
    'show tables from vault',
    'select * from open.vault, vault.gold',
    'select vault.a from open.vault where a in (select id from vault.gold)',
  ])('a mistake says the same: %s', async (sql) => {
    const { hidden, absent } = await answersOf(ann, sql);
    expect(hidden).toBe(absent);
    expect(hidden).toMatch(/^\d/);
  });
});

it.each([
  ['select vault.abs() from open.vault', 'vault.abs() cannot be used here. Write abs(vault).'],
  ['with t as (select -1 as vault) select vault.abs() from t', 'Write abs(vault).'],
  ['select list_transform([1], lambda vault: vault.abs())', 'Write abs(vault).'],
])('what DuckDB cannot bind beside a database of that name says what to write: %s', async (sql, sentence) => {
  const { hidden } = await answersOf(ann, sql);
  expect(hidden.replaceAll('<name>', 'vault')).toContain(sentence);
});

it.each([
  `from query('from "my-vault".t')`,
  `from query_table('"my-vault".main.t')`,
  `from pragma_table_info('"my-vault".t')`,
  `select nextval('"my-vault".main.s')`,
  `select from_json('null', '"\\"my-vault\\".main.color"')`,
])('a database with a hyphen is not taken for the hidden one whose name is in its own: %s', async (sql) => {
  await admin.rows(
    `attach if not exists ':memory:' as "my-vault"; create table if not exists "my-vault".t as select 1 as id`,
  );
  await admin.rows(
    `create sequence if not exists "my-vault".s; create type if not exists "my-vault".color as enum ('ok')`,
  );
  const eve = await logInAs(server.address.port, secretKey, 'user', {
    name: 'eve',
    catalogAccess: [{ catalog: 'my-*', access: 'write' }],
  });
  expect(await eve.rows(sql)).toHaveLength(1);
  await expect(eve.rows(sql.replaceAll('my-vault', 'vault'))).rejects.toThrow(/does not exist/);
  eve.close();
});

it('a known database is not taken for something hidden of its name where a statement fails', async () => {
  // There is a table `shop.open`, too.
  await expect(ann.rows('select nope from open.vault')).rejects.toThrow(/column "nope" not found/);
});

describe('as a hidden table or schema', () => {
  it.each([
    'select vault_table from own.vault_table',
    'select vault_schema, vault_table.vault from own.main.vault_table',
    'select vault, nope from own.vault_table',
    'select vault_table, nope from own.vault_table',
    'select vault_schema, nope from own.main.vault_table',
    'from shop.vault_table',
    'from shop.vault_schema.nope',
    'select vault_table, (select max(id) from shop.vault_table) from own.vault_table',
    'drop table shop.vault_table',
    'use shop.vault_schema',
    'drop schema shop.vault_schema',
    'create table shop.vault_schema.x (a int)',
    'from shop.vault_schema.x',
    'alter view shop.vault_table rename to other',
    "comment on view shop.main.vault_table is 'x'",
    'select shop.vault_f(1)',
    'select shop.main.vault_f(a) from own.vault_lines(1)',
    'from shop.vault_lines(1)',
  ])('%s', async (sql) => {
    const { hidden, absent } = await answersOf(gus, sql);
    expect(hidden).toBe(absent);
  });
});
