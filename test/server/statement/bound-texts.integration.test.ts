/** Texts that DuckDB looks at while it binds: what they name may not be had by putting them together. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
/** Knows only the database `open`. */
let ann: RawClient;
/** Limited by the role alone. */
let bob: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of [
    "attach ':memory:' as open; attach ':memory:' as vault",
    "create type vault.mood as enum ('canary'); create type open.kind as enum ('ok')",
    'create macro open.parse(t) as from_json(\'null\', t); create macro open.parsed(x) as from_json(x, \'{"a":"INT"}\')',
    "create macro open.asks() as current_setting('http_proxy_password'); create macro open.asked() as (select open.asks())",
    'create sequence vault.counter; create sequence open.steps; create table open.items (a int); create table vault.gold (a int)',
    'create macro open.steps_of(s) as nextval(s); create macro open.steps_by(s) as open.steps_of(s)',
    'create macro open.steps_in(c, s) as nextval(c || s); create macro open.bins(t) as table from histogram(t, a)',
    "create view open.zone as select current_setting('TimeZone') as zone",
    "set global http_proxy_password = 'canary'",
  ])
    await admin.rows(sql);
  ann = await logInAs(server.address.port, secretKey, 'user', {
    name: 'ann',
    catalogAccess: [{ catalog: 'open', access: 'write' }],
  });
  bob = await logInAs(server.address.port, secretKey, 'user', { name: 'bob' });
});
afterAll(async () => {
  for (const client of [admin, ann, bob]) client.close();
  await server.stop();
});

describe('the labels of a hidden type are not told', () => {
  it.each([
    `select enum_range(from_json('null', '"vau' || 'lt.mo' || 'od"'))`,
    `select enum_range(from_json('null', reverse('"doom.tluav"')))`,
    `select enum_range(json_transform('null', concat('"va', 'ult.mood"')))`,
    `select enum_range(json_transform_strict('null', '"va' || 'ult.mood"'))`,
    `select enum_range('null'.from_json_strict('"vau' || 'lt.mood"'))`,
    `select enum_range(main.from_json('null', getvariable('type')))`,
    `select enum_range("from_json"('null', (select '"vault.mood"')))`,
    `select enum_range(open.parse('"vau' || 'lt.mood"'))`,
    "select make_type('vau' || 'lt.mood')::varchar",
    "select make_type(reverse('doom.tluav'))::varchar",
    "select ('vau' || 'lt.mood').make_type()::varchar",
    `from query('select enum_range(from_json(''null'', ''"vau'' || ''lt.mood"''))')`,
    `create temp macro m(t) as from_json('null', t)`,
    `create temp view v as select enum_range(from_json('null', '"vau' || 'lt.mood"'))`,
    `create temp table t as select enum_range(from_json('null', '"vau' || 'lt.mood"')) as a`,
    `prepare p as select enum_range(from_json('null', $1))`,
  ])('%s', async (sql) => {
    await ann.rows(`set variable type = '"vault.mood"'`).catch(() => undefined);
    const answer = await ann.rows(sql).catch((error: { details: string }) => error.details);
    expect(String(answer)).not.toContain('canary');
    expect(String(answer)).toMatch(/may not run this statement: the name of a type that is not written out/);
  });

  it('nor by a parameter', async () => {
    await expect(ann.prepare("select enum_range(from_json('null', $1))")).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
  });

  it('while a type that is written out is one that may be known', async () => {
    expect(await ann.rows(`select enum_range(from_json('null', '"open.kind"'))::varchar`)).toEqual([
      ['[ok]'],
    ]);
    expect(await ann.rows(`select (open.parsed('{"a": 1}')).a`)).toEqual([[1]]);
    expect(await ann.rows("select make_type('DECIMAL', 10, 2)::varchar")).toEqual([['DECIMAL(10,2)']]);
    expect(await bob.rows(`select (from_json('{"a": 1}', '{"a":' || '"INT"}')).a`)).toEqual([[1]]);
  });
});

describe('a setting that is withheld is not read while a statement is bound', () => {
  it.each([
    "from repeat(current_setting('http_proxy_password'), 1)",
    "from repeat(current_setting('http_proxy_' || 'password'), 1)",
    "from unnest([current_setting('http_proxy_password')])",
    "select struct_extract({'a': 1}, current_setting('http_proxy_password'))",
    "select columns(current_setting('http_proxy_password')) from (select 1 as a)",
    "set timezone = current_setting('http_proxy_password')",
    "from json_each(current_setting('http_proxy_password'))",
    "from repeat('http_proxy_password'.current_setting(), 1)",
    'from repeat(main."current_setting"(\'http_proxy_password\'), 1)',
    'from repeat(open.asks(), 1)',
    'from repeat(open.asked(), 1)',
    "from query('from repeat(current_setting(''http_proxy_password''), 1)')",
    "create temp macro m() as current_setting('http_proxy_password')",
    "create temp view v as from repeat(current_setting('http_proxy_password'), 1)",
  ])('%s', async (sql) => {
    for (const client of [ann, bob]) {
      const answer = await client.rows(sql).catch((error: { details: string }) => error.details);
      expect(answer).toBe('The role user may not use current_setting. An administrator may.');
    }
  });

  it('while others are', async () => {
    expect(await ann.rows("from repeat(current_setting('threads') > 0, 1)")).toEqual([[true]]);
    expect(await bob.rows('select count(zone) from open.zone')).toEqual([[1n]]);
  });
});

describe('a hidden sequence or table is not told by a name that is put together', () => {
  it.each([
    ["select nextval('vault.' || 'NA' || 'ME')", 'counter'],
    ["select currval(concat('va', 'ult.NA', 'ME'))", 'counter'],
    ["select ('vau' || 'lt.NA' || 'ME').nextval()", 'counter'],
    ["select open.steps_in('vault.NA', 'ME')", 'counter'],
    ["select open.steps_by('vault.' || 'NA' || 'ME')", 'counter'],
    ["select nextval(getvariable('NA' || 'ME'))", 'counter'],
    ["create temp table t (a int default nextval('vau' || 'lt.NA' || 'ME'))", 'counter'],
    ["from pragma_table_info('vau' || 'lt.NA' || 'ME')", 'gold'],
    ["from pragma_show('vau' || 'lt.NA' || 'ME')", 'gold'],
    ["from histogram('vau' || 'lt.NA' || 'ME', a)", 'gold'],
    ["from open.items, histogram('vau' || 'lt.NA' || 'ME', a)", 'gold'],
    ["from histogram_values('vau' || 'lt.NA' || 'ME', a)", 'gold'],
    ["from open.bins('vau' || 'lt.NA' || 'ME')", 'gold'],
    ['from pragma_table_info($a$vault.NAME$a$)', 'gold'],
  ])('%s', async (sql, hidden) => {
    const told: string[] = [];
    for (const name of [hidden, 'nothing']) {
      await ann.rows(`set variable ${name} = 'vault.${name}'`);
      const text = sql.replace('NAME', name).replace('NA', name.slice(0, 2)).replace('ME', name.slice(2));
      const answer = await ann.rows(text).catch((error: { details: string }) => error.details);
      told.push(String(answer).replaceAll(name, 'NAME'));
    }
    expect(told[0]).toBe(told[1]);
  });

  it.each([
    'select nextval($1)',
    'select nextval(?::varchar)',
    'select open.steps_of($1)',
    'select open.steps_by($1)',
  ])('and cannot be a parameter: %s', async (sql) => {
    await expect(ann.prepare(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it.each(['set schema = $1', 'set session search_path = $1'])('nor a schema be one: %s', async (sql) => {
    await expect(ann.prepare(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(bob.prepare(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it('while names that are written out can be asked about', async () => {
    expect(await ann.rows("select nextval('open.steps')")).toEqual([[1n]]);
    expect(await ann.rows("select name from pragma_table_info('open.items')")).toEqual([['a']]);
    expect(await ann.rows("from histogram(open.items, a) union all from histogram('open.items', a)")).toEqual(
      [],
    );
    expect(await ann.rows('select histogram(a + 1), histogram(a) from open.items')).toEqual([[null, null]]);
    expect(await ann.rows("select open.steps_by('open.steps')")).toEqual([[2n]]);
    expect(await bob.rows("select nextval('open.st' || 'eps')")).toEqual([[3n]]);
  });
});
