/**
 * Ways round the rules that other servers have or had, and those that DuckDB itself opens: none of them reads, writes
 * or names what is hidden. What the tables of roles, catalogs, grants, files and metadata have already is not here.
 */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { ANSWERED, FIXTURE, type Login, REFUSED, RULES } from './known-bypasses.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
/** May write `staging`, read `production`, do in `shop` what is granted, and not know of `vault`. */
let ann: RawClient;
/** The same with the role readonly. */
let bob: RawClient;
/** A user whom nothing limits but the role. */
let una: RawClient;
/** A user who may read two columns of one table. */
let cy: RawClient;

beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  for (const sql of FIXTURE) await admin.rows(sql);
  const { port } = server.address;
  ann = await logInAs(port, secretKey, 'user', { name: 'ann', catalogAccess: RULES });
  bob = await logInAs(port, secretKey, 'readonly', { name: 'bob', catalogAccess: RULES });
  una = await logInAs(port, secretKey, 'user', { name: 'una' });
  cy = await logInAs(port, secretKey, 'user', { name: 'cy' });
});
afterAll(async () => {
  for (const client of [admin, ann, bob, una, cy]) client.close();
  await server.stop();
});

const clientOf = (login: Login): RawClient => ({ ann, bob, una, cy })[login];

const answerOf = (client: RawClient, sql: string) =>
  client.rows(sql).then(
    (rows) => ({
      code: status.OK,
      details: JSON.stringify(rows, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
    }),
    ({ code, details }: { code: number; details: string }) => ({ code, details }),
  );

/** What nobody but administrators knows of; a word of it may only be in an answer to who has written it. */
const SECRETS =
  /canary|vault|gold|weight|secret_enum|counter|masked|salary|email|777|hidden_orders|inner\b|1000/gi;

const leaked = (sql: string, details: string) =>
  [...details.matchAll(SECRETS)]
    .map(([word]) => word)
    .filter((word) => !sql.toLowerCase().includes(word.toLowerCase()));

const everything = async () => [
  await admin.rows('from vault.gold'),
  await admin.rows('from production.report'),
  await admin.rows('from staging.mine'),
  await admin.rows('from shop.people'),
  await admin.rows('from shop.lines'),
  await admin.rows("select last_value from duckdb_sequences() where database_name = 'vault'"),
  await admin.rows(
    "select database_name, schema_name, table_name, sql, comment from duckdb_tables() where database_name not in ('temp') order by all",
  ),
  await admin.rows(
    'select database_name, view_name, sql from duckdb_views() where not internal order by all',
  ),
  await admin.rows(
    "select database_name, type_name from duckdb_types() where database_name not in ('system', 'temp') order by all",
  ),
];

describe('known ways round the rules', () => {
  it.each(Object.entries(REFUSED))('%s', async (_, [login, statements]) => {
    const client = clientOf(login);
    const before = await everything();
    const passed: unknown[] = [];
    for (const sql of statements) {
      const { code, details } = await answerOf(client, sql);
      await client.rows('rollback').catch(() => undefined);
      await client.rows('use memory.main');
      if (code === status.OK || code === status.INTERNAL || leaked(sql, details).length > 0)
        passed.push({ sql, code, details, leaked: leaked(sql, details) });
    }
    expect(passed).toEqual([]);
    expect(await everything()).toEqual(before);
  });
});

it.each(ANSWERED)('columns that may not be read are not in the answer: %s', async (sql) => {
  const { code, details } = await answerOf(cy, sql);
  expect({ code, leaked: leaked('', details) }).toEqual({ code: status.OK, leaked: [] });
});

it('what is hidden is as what does not exist, in places that DuckDB looks at while it binds', async () => {
  const different: unknown[] = [];
  const [, [, describing]] = Object.entries(REFUSED)[1] ?? expect.fail('nothing described');
  const [, [, defining]] = Object.entries(REFUSED)[3] ?? expect.fail('nothing defined');
  for (const sql of [...describing, ...defining].filter((it) => /vault/.test(it))) {
    const hidden = await answerOf(ann, sql);
    const { code, details } = await answerOf(ann, sql.replaceAll('vault', 'vaulz'));
    const absent = { code, details: details.replaceAll('vaulz', 'vault') };
    if (JSON.stringify(hidden) !== JSON.stringify(absent)) different.push({ sql, hidden, absent });
  }
  expect(different).toEqual([]);
});

it('a database that is attached later is closed where everything needs a grant', async () => {
  const closed = await startTestServer({ 'secret-key': secretKey, 'default-access': 'none' });
  const owner = await logIn(closed.address.port);
  const client = await logInAs(closed.address.port, secretKey, 'user', { name: 'cy' });
  await owner.rows("attach ':memory:' as shop");
  await owner.rows('create table shop.people (id integer, salary integer)');
  await owner.rows('GRANT SELECT (id) ON shop.main.people TO cy');
  expect(await client.rows('select id from shop.people')).toEqual([]);
  await owner.rows("attach ':memory:' as later; create table later.people as select 1 as id");
  expect(await answerOf(client, 'select id from later.main.people')).toEqual({
    code: status.INVALID_ARGUMENT,
    details: 'Binder Error: Catalog "later" does not exist!',
  });
  for (const it of [owner, client]) it.close();
  await closed.stop();
});

it('several statements in one text each run once, and the last one’s result is what comes', async () => {
  await admin.rows('create or replace table memory.main.once (n integer)');
  expect(await una.rows('insert into once values (1); insert into once values (2); from once')).toEqual([
    [1],
    [2],
  ]);
  expect(await una.rows('from once')).toEqual([[1], [2]]);
});

it.each(["o'brien' or '1'='1", "x'); drop table memory.main.kept; --", '"', '$$', 'gizmo_role()'])(
  'a name is a value and never SQL: %s',
  async (name) => {
    await admin.rows('create or replace table memory.main.kept as select 1 as a');
    const client = await logInAs(server.address.port, secretKey, 'user', { name });
    expect(await client.rows('select gizmo_user(), GIZMOSQL_USER ()')).toEqual([[name, name]]);
    expect(
      await client.rows('select \'GIZMOSQL_USER()\' /* GIZMOSQL_USER() */, 1 as "GIZMOSQL_USER()"'),
    ).toEqual([['GIZMOSQL_USER()', 1]]);
    expect(await client.rows('from kept')).toEqual([[1]]);
    client.close();
  },
);
