/** What each role may do, through every door: one table of statements, each sent as query, update and prepared. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { Role } from '../../../src/server/model/principal.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient, ticketOf } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';
import { type Doors, STATEMENT_DOORS } from '../../support/statement-doors.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-roles-'));
const secret = join(folder, 'secret.csv');
const target = join(folder, 'stolen.csv');
const secretKey = randomBytes(16).toString('hex');

let server: RunningServer;
let admin: RawClient;
const restricted = new Map<Role, RawClient>();

beforeAll(async () => {
  writeFileSync(secret, 'a,b\n1,hunter2\n');
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  await admin.rows("attach ':memory:' as other; create table other.far as select 1 as x");
  await admin.rows('create sequence sq');
  await admin.rows('create macro reads(p) as table select * from read_csv(p)');
  await admin.rows("create macro advance() as nextval('sq')");
  await reset();
  for (const role of ['user', 'readonly'] as const)
    restricted.set(role, await logInAs(server.address.port, secretKey, role));
});
afterAll(async () => {
  admin.close();
  for (const client of restricted.values()) client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** The tables as every allowed statement finds them. */
const reset = () =>
  admin.rows(
    "create or replace table t as select 1 as a, 'one' as b; create or replace view v as from t; drop table if exists other.n",
  );

const DOORS: Doors = {
  ...STATEMENT_DOORS,
  'a comment before it': (client, query) => client.rows(`-- x\n/* y /* z */ */ ${query}`),
};

/** Whatever a restricted principal could change: tables and their rows, sequences, files, settings, databases. */
async function state(): Promise<unknown> {
  return {
    tables: await admin.rows(
      "select database_name, table_name, sql from duckdb_tables() where database_name <> 'temp' order by all",
    ),
    views: await admin.rows('select view_name, sql from duckdb_views() where not internal order by all'),
    macros: await admin.rows(
      "select function_name from duckdb_functions() where not internal and database_name <> 'temp' order by all",
    ),
    rows: [await admin.rows('from t'), await admin.rows('from other.far')],
    sequence: await admin.rows("select last_value from duckdb_sequences() where sequence_name = 'sq'"),
    databases: await admin.rows('select database_name from duckdb_databases() order by all'),
    settings: await admin.rows("select current_setting('threads'), current_setting('log_query_path')"),
    file: existsSync(target),
  };
}

/** Statements, and which of user (u) and readonly (r) may run them. */
const STATEMENTS: readonly (readonly [string, string])[] = [
  ['select a, upper(b) from v', 'ur'],
  ['from other.far', 'ur'],
  ['with x as (from t) select count(*) from x', 'ur'],
  ['values (1), (2)', 'ur'],
  ['show tables', 'ur'],
  ['describe t', 'ur'],
  ['summarize t', 'ur'],
  ['explain select * from t', 'ur'],
  ['explain analyze select * from t', 'ur'],
  ['select * from information_schema.tables', 'ur'],
  ['select * from pg_catalog.pg_class', 'ur'],
  ['pragma table_info(t)', 'ur'],
  ['from duckdb_settings()', 'ur'],
  ["from sql_auto_complete('from ')", 'ur'],
  ["set timezone = 'Asia/Tokyo'", 'ur'],
  ['reset timezone', 'ur'],
  ['use memory.main', 'ur'],
  ['set variable q = 42', 'ur'],
  ['begin', 'ur'],
  ["insert into t values (2, 'two')", 'u'],
  ['insert into t select * from t returning a', 'u'],
  ["update t set b = 'x'", 'u'],
  ['delete from t', 'u'],
  ['truncate t', 'u'],
  ['merge into t using (select 1 as a) s on t.a = s.a when matched then delete', 'u'],
  ['create table other.n as from t', 'u'],
  ['create or replace temp table mine as from t', 'u'],
  ['create or replace view w as from t', 'u'],
  ['create or replace macro plus(x) as x + 1', 'u'],
  ['alter table t add column c integer', 'u'],
  ['drop view v', 'u'],
  ["select nextval('sq')", 'u'],
  ['select advance()', 'u'],
  ['from range(advance())', 'u'],
  ['set variable q = advance()', 'u'],
  ['explain analyze delete from t', 'u'],
  ["comment on table t is 'x'", 'u'],
  [`from read_csv('${secret}')`, ''],
  [`from '${secret}'`, ''],
  [`from "${secret}"`, ''],
  [`from reads('${secret}')`, ''],
  [`select (select max(b) from read_csv('${secret}'))`, ''],
  [`insert into t from read_csv('${secret}')`, ''],
  [`create or replace view w as from read_csv('${secret}')`, ''],
  [`create or replace table w as from '${secret}'`, ''],
  [`update t set b = (select b from read_csv('${secret}'))`, ''],
  [`summarize '${secret}'`, ''],
  [`describe '${secret}'`, ''],
  ["select content from read_text('/etc/hostname')", ''],
  ["from glob('/*')", ''],
  [`from sniff_csv('${secret}')`, ''],
  [`from query('from read_csv(''${secret}'')')`, ''],
  [`from query_table('${secret}')`, ''],
  [`from system.main.read_csv('${secret}')`, ''],
  [`from "system".read_csv('${secret}')`, ''],
  [`copy t to '${target}'`, ''],
  [`copy (select 1) to '${target}'`, ''],
  [`copy t from '${secret}'`, ''],
  [`explain analyze copy t to '${target}'`, ''],
  [`export database '${target}'`, ''],
  [`import database '${folder}'`, ''],
  [`attach '${target}' as k`, ''],
  ['detach other', ''],
  ['install httpfs', ''],
  ['load httpfs', ''],
  ['create secret s (type s3)', ''],
  ['drop secret s', ''],
  ['from duckdb_secrets()', ''],
  ['from system.main.duckdb_settings()', ''],
  ["select current_setting('secret_directory')", ''],
  ['set global threads = 1', ''],
  ['set threads = 1', ''],
  ['pragma threads = 1', ''],
  [`set log_query_path = '${target}'`, ''],
  ["set memory_limit = '1GB'", ''],
  ["set global timezone = 'Asia/Tokyo'", ''],
  ['pragma enable_profiling', ''],
  ['checkpoint', ''],
  ['force checkpoint', ''],
  ['vacuum', ''],
  ['call enable_logging()', ''],
  ["select write_log('x')", ''],
  ['prepare p as delete from t', 'u'],
  ['prepare p as select a from v where a = $1; execute p(1); deallocate p', 'ur'],
  ['prepare p as delete from t; execute p; deallocate prepare p', 'u'],
  ["prepare p as from t limit $1; execute p(nextval('sq'))", ''],
  [`prepare p as copy t to '${target}'`, ''],
  [`prepare p as from read_csv('${secret}')`, ''],
  ['create or replace macro upper(x) as x', ''],
  ["create or replace temp macro json_serialize_plan(x) as '{}'", ''],
  ["create or replace macro memory.main.json_serialize_plan(x) as '{}'", ''],
  ['drop macro temp.main.read_csv', ''],
  ['drop macro table read_csv', ''],
  ['create table gizmo_sessions (a integer)', ''],
  ['alter table t rename to gizmo_sessions', ''],
  ['alter view v rename to duckdb_tables', ''],
  ['alter table t rename to renamed; alter table renamed rename to t', 'u'],
  ['create schema other', ''],
  ['create schema memory.temp', ''],
  ['create schema "System"', ''],
  ['create schema if not exists plain', 'u'],
  ['create or replace macro memory.main."<"(a, b) as true', ''],
  ['pivot t on b', 'ur'],
  ['select * from (pivot t on b)', 'ur'],
  ['create or replace table piv as pivot t on b', 'u'],
  [`pivot read_csv('${secret}') on a`, ''],
  ["from query('from v')", 'ur'],
  ["from query_table(['t', 'v'])", 'ur'],
  ["from query('from system.main.read_csv(''x'')')", ''],
  [`explain analyze copy (select 1) to '${target}'`, ''],
  ['create table pg_class (a integer)', ''],
  ['create temp table sqlite_master (a integer)', ''],
  ['create view other.duckdb_tables as select 1 as a', ''],
  ["create type other.hugeint as enum ('a')", ''],
  ['create or replace macro other.gizmo_user() as 1', ''],
  ["select json_serialize_plan('select 1')", ''],
  ['from duckdb_logs()', ''],
  ["from json_execute_serialized_sql(json_serialize_sql('from t'))", ''],
  ['with x as (from t) insert into t from x', 'u'],
  ['update extensions', ''],
  ['copy from database other to memory', ''],
];

describe.each(Object.keys(DOORS))('through %s', (door) => {
  describe.each([
    ['user', 'u'],
    ['readonly', 'r'],
  ] as const)('the role %s', (role, letter) => {
    const client = () => restricted.get(role) ?? expect.fail('not logged in');
    const send = DOORS[door] ?? expect.fail('no such door');

    it.each(STATEMENTS.filter(([, roles]) => roles.includes(letter)))('may run %s', async (sql, roles) => {
      if (roles === 'u') await reset();
      await send(client(), sql);
      if (sql === 'begin') await client().rows('rollback');
    });

    it('may run nothing else, is told so, and changes nothing by trying', async () => {
      await reset();
      const before = await state();
      for (const [sql] of STATEMENTS.filter(([, roles]) => !roles.includes(letter))) {
        const failure = await send(client(), sql).then(
          () => ({ sql, code: status.OK, details: '' }),
          ({ code, details }: { code: number; details: string }) => ({ sql, code, details }),
        );
        expect(failure).toMatchObject({ sql, code: status.PERMISSION_DENIED });
        expect(failure.details).toMatch(/may not|^Permission denied: files are an administrator/);
      }
      expect(await state()).toEqual(before);
    });
  });
});

describe.each(['user', 'readonly'] as const)('a transaction of the role %s that has failed', (role) => {
  it.each(['rollback', 'ROLLBACK -- and no more\n'])('can be ended by %j', async (rollback) => {
    const client = restricted.get(role) ?? expect.fail('not logged in');
    await client.rows('begin');
    await expect(client.rows("select error('x')")).rejects.toThrow();
    await expect(client.rows('select 1')).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await client.rows(rollback);
    expect(await client.rows('select 1')).toEqual([[1]]);
  });
});

describe('files', () => {
  it.each(["from 'NAME'", 'from "NAME"', "describe 'NAME'", "explain from 'NAME'", "select (from 'NAME')"])(
    'that are there and that are not cannot be told apart: %s',
    async (sql) => {
      const there = join(folder, 'there.conf');
      writeFileSync(there, 'x');
      const client = restricted.get('readonly') ?? expect.fail('not logged in');
      const answers = [there, join(folder, 'gone.conf')].map((name) =>
        client
          .rows(sql.replace('NAME', name))
          .catch(({ code, details }) => [code, details.replace(name, '')]),
      );
      const [first, second] = await Promise.all(answers);
      expect(first).toEqual(second);
      expect(first).toEqual([status.NOT_FOUND, 'Catalog Error: Table with name  does not exist!']);
    },
  );
});

describe('polling', () => {
  it.each([
    ['user', "insert into t values (3, 'three')", true],
    ['user', `from read_csv('${secret}')`, false],
    ['readonly', 'from t', true],
    ['readonly', 'delete from t', false],
    ['readonly', `copy t to '${target}'`, false],
  ] as const)('as %s: %s', async (role, query, allowed) => {
    await reset();
    const client = restricted.get(role) ?? expect.fail('not logged in');
    const run = async () => {
      let answer = await client.poll(encodeCommand({ type: 'CommandStatementQuery', message: { query } }));
      while (answer.flightDescriptor !== undefined) answer = await client.poll(answer.flightDescriptor.cmd);
      return client.get(ticketOf(answer.info ?? expect.fail('no FlightInfo')));
    };
    if (allowed) await run();
    else await expect(run()).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });
});
