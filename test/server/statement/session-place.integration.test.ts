/** Where the unqualified names of a session are whose principal may not know the database that sessions begin in. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
const PLACE = "select current_database(), current_catalog, current_schema(), current_setting('search_path')";
let server: RunningServer;
let admin: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    'create table memory.main.vault as select 1 as gold',
    "attach ':memory:' as zoo",
    "attach ':memory:' as shop",
    "attach ':memory:' as \"o'd,d\"",
    'create table zoo.main.items as select 1 as id',
    'create table shop.main.items as select 2 as id',
    'create schema shop.aisle',
    'create table shop.aisle.goods as select 3 as id',
  ])
    await admin.rows(sql);
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

async function as<T>(
  catalogs: readonly string[],
  work: (client: RawClient) => Promise<T>,
  { name = 'gus', role = 'user' as const, access = 'write' as const } = {},
): Promise<T> {
  const catalogAccess = catalogs.map((catalog) => ({ catalog, access }));
  const client = await logInAs(server.address.port, secretKey, role, { name, catalogAccess });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

it('is that of everybody where they may know it', async () => {
  const place = [['memory', 'memory', 'main', '']];
  expect(await as(['memory', 'zoo'], (client) => client.rows(PLACE))).toEqual(place);
  expect(await admin.rows(PLACE)).toEqual(place);
});

it('is else the first database they may know, in the order in which these were attached', async () => {
  expect(await as(['shop', 'zoo'], (client) => client.rows(PLACE))).toEqual([
    ['zoo', 'zoo', 'main', 'zoo.main'],
  ]);
  expect(await as(["o'd,d"], (client) => client.rows('select current_database()'))).toEqual([["o'd,d"]]);
  await as(['zoo'], async (client) => {
    expect(await client.rows('select id from items')).toEqual([[1]]);
    await client.rows('create table made as select 7 as id');
    expect(await admin.rows('select id from zoo.main.made')).toEqual([[7]]);
    expect(await client.rows('select name from pragma_database_list')).toEqual([['zoo']]);
  });
});

it('is the temporary database where there is none', async () => {
  await as(['nothing'], async (client) => {
    expect(await client.rows(PLACE)).toEqual([['temp', 'temp', 'main', 'temp.main']]);
    await client.rows('create temp table mine as select 5 as id');
    expect(await client.rows('select id from mine')).toEqual([[5]]);
    await expect(client.rows('from vault')).rejects.toMatchObject({
      details: expect.stringContaining('Table with name vault does not exist!'),
    });
    await expect(client.rows('create table t (a integer)')).rejects.toMatchObject({
      details: expect.not.stringContaining('memory'),
    });
    for (const sql of ['show tables', 'show all tables', 'select current_schemas(true)', 'begin', 'commit'])
      await client.rows(sql);
  });
});

it('is found again after RESET, within a transaction too', async () => {
  await as(['shop'], async (client) => {
    for (const sql of ['use shop.aisle', 'reset schema']) await client.rows(sql);
    expect(await client.rows('select current_database(), current_schema()')).toEqual([['shop', 'main']]);
    for (const sql of ['begin', 'use shop.aisle', "set search_path = ''"]) await client.rows(sql);
    expect(await client.rows('select current_database(), current_schema()')).toEqual([['shop', 'main']]);
    await client.rows('rollback');
    for (const sql of ['use shop.aisle', "set timezone = 'UTC'"]) await client.rows(sql);
    expect(await client.rows('select id from goods')).toEqual([[3]]);
  });
});

it('follows what they may know, and nothing of before runs on', async () => {
  const client = await logInAs(server.address.port, secretKey, 'user', { name: 'ivy' });
  try {
    expect(await client.rows('select current_database()')).toEqual([['memory']]);
    await admin.rows('grant select on zoo to ivy');
    await admin.rows('grant select on memory.main.vault to somebody');
    expect(await client.rows('select id, current_database() from items')).toEqual([[1, 'zoo']]);
    await admin.rows('grant select on shop to ivy');
    await admin.rows('revoke select on zoo from ivy');
    expect(await client.rows('select id, current_database() from items')).toEqual([[2, 'shop']]);
    await client.rows('use shop.aisle');
    await admin.rows('grant select on zoo to ivy');
    expect(await client.rows('select current_schema()')).toEqual([['aisle']]);
    await admin.rows('revoke select on shop from ivy');
    expect(await client.rows('select id, current_database() from items')).toEqual([[1, 'zoo']]);
    await admin.rows('grant select on memory.main.vault to ivy');
    expect(await client.rows('select current_database(), gold from vault')).toEqual([['memory', 1]]);
  } finally {
    client.close();
  }
});
