/** What DuckDB drops along (CASCADE), and what it names when it does not: nobody's but theirs who may drop it and know it. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
/** Has all rights in one schema, and on a sequence and a table out of it. */
let ann: RawClient;
/** Has all rights in the catalog. */
let bob: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
});
afterAll(async () => {
  admin.close();
  await server.stop();
});
beforeEach(async () => {
  for (const sql of [
    "attach ':memory:' as shop; use shop",
    'create schema desk; create sequence desk.numbers; create sequence loose; create table desk.own (i int)',
    "create table kept (i int default nextval('shop.desk.numbers'))",
    'create table plain (i int primary key); create table child (hush int references plain(i))',
    'insert into plain values (1), (2); insert into child values (1)',
    'create macro desk.one() as 1; create macro desk.two(x) as x * 2; create macro four(x) as shop.desk.two(x) * 2; create macro lone(x) as x',
    'create table by_default (i int default shop.desk.one()); create table by_check (i int check (shop.desk.two(i) > 0))',
    'create table by_macro (i int, g int generated always as (shop.main.four(i))); create table by_lone (i int check (shop.main.lone(i) > 0))',
    "create table ruled (who varchar, i int default nextval('loose')); use memory",
    'create or replace policy own on shop.main.ruled using (who = gizmo_user())',
    'grant all on shop.main.lone to ann',
    'grant all on shop.desk to ann; grant all on shop.main.loose to ann; grant all on shop.main.plain to ann',
    'grant insert on shop.main.child to eve; grant all on shop to bob',
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
  bob = await logInAs(server.address.port, secretKey, 'user', { name: 'bob' });
});
afterEach(async () => {
  for (const client of [ann, bob]) client.close();
  await admin.rows('detach shop');
});

const said = (client: RawClient, sql: string): Promise<string> =>
  client.rows(sql).then(
    () => 'done',
    (error: Error) => error.message,
  );
/** Tables that call macros. */
const CALLING = ['by_check', 'by_default', 'by_lone', 'by_macro'];
const tables = async () =>
  (
    await admin.rows("select table_name from duckdb_tables() where database_name = 'shop' order by all")
  ).flat();

describe('CASCADE', () => {
  it.each([
    'drop sequence shop.desk.numbers cascade',
    'drop sequence if exists shop.desk.numbers cascade',
    'drop schema shop.desk cascade',
    'alter sequence shop.desk.numbers owned by desk.own; drop table shop.desk.own cascade',
    'drop sequence shop.main.loose cascade',
    'drop macro shop.desk.one cascade',
    'drop function if exists shop.desk.two cascade',
    'drop macro shop.main.lone cascade',
    'drop macro shop.desk.one cascade; drop macro shop.desk.two cascade',
  ])('drops nothing along that whoever drops may not drop: %s', async (sql) => {
    expect(await said(ann, sql)).toMatch(/^7 PERMISSION_DENIED: .*with CASCADE/);
    expect(await tables()).toEqual([...CALLING, 'child', 'kept', 'own', 'plain', 'ruled']);
  });

  it('drops no table along that is under row policies', async () => {
    expect(await said(bob, 'drop sequence shop.main.loose cascade')).toMatch(/^7 PERMISSION_DENIED/);
    expect(await tables()).toContain('ruled');
  });

  it('drops along what may be dropped', async () => {
    await admin.rows('drop policy own on shop.main.ruled');
    expect(await said(bob, 'drop sequence shop.desk.numbers cascade')).toBe('done');
    expect(await tables()).toEqual([...CALLING, 'child', 'own', 'plain', 'ruled']);
    expect(await said(bob, 'drop macro shop.desk.two cascade')).toBe('done');
    expect(await tables()).toEqual(['by_default', 'by_lone', 'child', 'own', 'plain', 'ruled']);
    await admin.rows(
      'drop table shop.main.ruled; drop table shop.main.by_default; drop table shop.main.by_lone',
    );
    expect(await said(ann, 'drop schema shop.desk cascade')).toBe('done');
  });
});

describe('a sequence', () => {
  it.each([
    ['alter sequence shop.desk.numbers owned by main.kept', 'main.kepz'],
    ['alter sequence shop.main.loose owned by kept', 'kepz'],
    ['use shop; alter sequence loose owned by kept', 'kepz'],
  ])(
    'is given to no table that may not be altered, nor says it whether that is there: %s',
    async (sql, absent) => {
      const hidden = await said(ann, sql);
      expect(hidden).not.toBe('done');
      expect(hidden.replaceAll('kept', 'kepz')).toBe(await said(ann, sql.replace(/\S*kept/, absent)));
      expect(await said(ann, 'drop sequence shop.main.loose')).not.toContain('kept');
    },
  );
});

describe('a mistake', () => {
  it.each([
    'drop sequence shop.desk.numbers',
    'create or replace sequence shop.desk.numbers',
    'drop table shop.main.plain',
    'delete from shop.main.plain',
    'update shop.main.plain set i = 3 where i = 1',
  ])('names nothing hidden that depends on something: %s', async (sql) => {
    const answer = await said(ann, sql);
    expect(answer).toMatch(/depend on it|main key|referenced by a foreign key/);
    expect(answer).not.toMatch(/kept|child|hush/);
  });

  it('names no column of the table that a foreign key points to, for whose rows nobody needs a right', async () => {
    const eve = await logInAs(server.address.port, secretKey, 'user', { name: 'eve' });
    try {
      expect(await said(eve, 'insert into shop.main.child values (2)')).toBe('done');
      const answer = await said(eve, 'insert into shop.main.child values (9)');
      expect(answer).toMatch(/because a key does not exist in the referenced table/);
    } finally {
      eve.close();
    }
  });
});
