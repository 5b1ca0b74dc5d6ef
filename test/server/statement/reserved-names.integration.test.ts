/** Names that nobody but an administrator may give: an object of such a name would stand before what everybody means by it. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const secretKey = randomBytes(16).toString('hex');
let server: RunningServer;
let admin: RawClient;
let user: RawClient;
beforeAll(async () => {
  server = await startTestServer({ 'secret-key': secretKey });
  admin = await logIn(server.address.port);
  user = await logInAs(server.address.port, secretKey, 'user');
  await user.rows('create schema mine; create table plain as select 1 as a; create view seen as from plain');
});
afterAll(async () => {
  admin.close();
  user.close();
  await server.stop();
});

const NAMES = [
  'gizmo_user',
  'GIZMO_user',
  'gizmo_sessions',
  'gizmosql_role',
  'quack_x',
  'duckdb_tables',
  'pg_class',
  'PRAGMA_x',
  'sqlite_master',
];
const MACROS = [
  ...NAMES,
  'upper',
  'UPPER',
  'read_csv',
  'range',
  'count_star',
  'list_value',
  'nextval',
  'json_serialize_plan',
  '+',
  'date_part',
];
const TYPES = ['integer', 'VARCHAR', 'json', 'gizmo_type'];

/** The gate's answers, DuckDB's about its own kinds of names, and its rule that only TEMPORARY names `temp`. */
const refused = /^7 PERMISSION_DENIED: |already exists|Only TEMPORARY table names/;

describe('a name of Gizmo’s or DuckDB’s own', () => {
  const places = (name: string) => {
    const quoted = `"${name}"`;
    return [quoted, `mine.${quoted}`, `memory.main.${quoted}`];
  };
  const statements = [
    ...NAMES.flatMap(places).flatMap((name) => [
      `create table ${name} (a integer)`,
      `create or replace table ${name} as select 1 as a`,
      `create view ${name} as select 1 as a`,
      `create sequence ${name}`,
      `create type ${name} as enum ('a')`,
    ]),
    ...NAMES.flatMap((name) => [
      `create temp table "${name}" as select 1 as a`,
      `create table temp.main."${name}" as select 1 as a`,
      `create temp view "${name}" as select 1 as a`,
      `create schema "${name}"`,
      `alter table plain rename to "${name}"`,
      `alter view seen rename to "${name}"`,
    ]),
    ...MACROS.flatMap((name) => [
      ...places(name).map((place) => `create macro ${place}(x) as x`),
      `create or replace macro "${name}"(x) as table select x`,
      `create temp macro "${name}"(x) as x`,
      `create or replace temp macro "${name}"(x) as x`,
      `create function temp.main."${name}"(x) as x`,
    ]),
    ...TYPES.flatMap((name) => [
      `create type "${name}" as enum ('a')`,
      `create type mine."${name}" as enum ('a')`,
      `create temp type "${name}" as enum ('a')`,
    ]),
    ...['memory', 'MEMORY', 'system', 'temp'].map((name) => `create schema "${name}"`),
  ];

  it('cannot be given, in any schema, temporary or not, by any case or by renaming', async () => {
    const passed: string[] = [];
    for (const sql of statements) {
      const failure = await user.rows(sql).then(
        () => 'passed',
        ({ message }: Error) => message,
      );
      if (!refused.test(failure)) passed.push(`${sql}: ${failure}`);
    }
    expect(passed).toEqual([]);
    expect(await user.rows('select gizmo_user(), upper($$a$$)')).toEqual([['user', 'A']]);
  });
});
