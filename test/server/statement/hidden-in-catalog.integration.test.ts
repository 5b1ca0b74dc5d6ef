/** What is hidden within a catalog that is known: it answers as what does not exist, whatever is asked of it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/start-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let ann: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as shop",
    "create table shop.people as select 1 as id, 'Ann' as name, 'secret' as salary",
    "create table shop.vault as select 1 as id, 'secret' as salary",
    'create schema shop.vaulted',
    'create table shop.vaulted.gold as select 1 as id',
    'grant select (id, name) on shop.main.people to ann',
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', { name: 'ann' });
});
afterAll(async () => {
  for (const client of [admin, ann]) client.close();
  await server.stop();
});

const answerOf = (sql: string) =>
  ann.rows(sql).then(
    () => ({ code: 0, details: '' }),
    ({ code, details }: { code: number; details: string }) => ({ code, details }),
  );

it.each([
  'from shop.vault',
  'use shop.vaulted',
  "set schema = 'shop.vaulted'",
  "set search_path = 'memory,shop.vaulted'",
  'use shop; use vaulted',
  'use "SHOP"."VAULTED"',
  'create temp macro m(x) as table from shop.vault',
  'create temp macro m(x) as (select max(id) from shop.vault) + x',
  'create temp macro m(x) as 1, (x, y) as (select max(id) from shop.vault)',
  'create or replace temp macro m() as table select * from (select id from shop.vaulted.gold)',
])('%s', async (sql) => {
  const hidden = await answerOf(sql);
  await ann.rows('use memory');
  const absent = await answerOf(sql.replace(/vault/i, (it) => (it === 'vault' ? 'vaulz' : 'VAULZ')));
  await ann.rows('use memory');
  expect(hidden.code).not.toBe(0);
  expect({ ...hidden, details: hidden.details.replace(/vault/gi, '<name>') }).toEqual({
    ...absent,
    details: absent.details.replace(/vaulz/gi, '<name>'),
  });
});

it.each(['vaulted', 'vaulzed'])('a transaction goes on alike after it was not found: %s', async (schema) => {
  await ann.rows('begin');
  expect((await answerOf(`use shop.${schema}`)).details).toContain('No catalog + schema named');
  expect(await ann.rows('select 1')).toEqual([[1]]);
  await ann.rows('rollback');
});

it('takes nothing from macros and schemas that are known', async () => {
  expect(
    await answerOf('create temp macro named(x) as table select id, name from shop.people'),
  ).toMatchObject({
    code: 0,
  });
  expect(await ann.rows('from named(1)')).toEqual([[1, 'Ann']]);
  expect(await answerOf('use shop.main; use memory')).toMatchObject({ code: 0 });
  expect(
    await answerOf(
      'use information_schema; use memory.main; set search_path = \'shop.main,"memory"\'; use memory',
    ),
  ).toMatchObject({ code: 0 });
});
