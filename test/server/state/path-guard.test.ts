import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPathGuard } from '../../../src/server/state/path-guard.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-guard-')));
const directory = join(folder, 'sales.duckdb.gizmo');
mkdirSync(directory);
for (const name of ['state.db', 'secret.key']) writeFileSync(join(directory, name), '');
symlinkSync(directory, join(folder, 'elsewhere'));
const tlsKey = join(folder, 'server.pem');
writeFileSync(tlsKey, '');
symlinkSync(tlsKey, join(folder, 'harmless.csv'));
symlinkSync(join(directory, 'secret.key'), join(folder, 'notes.txt'));
const runtime = join(folder, 'runtime');
mkdirSync(runtime);
writeFileSync(join(runtime, '31337.json'), '');
mkdirSync(join(folder, 'other'));
writeFileSync(join(folder, 'other', 'state.db'), '');
afterAll(() => rmSync(folder, { recursive: true }));

describe('the guard of the server’s own files', () => {
  const guard = createPathGuard([directory, tlsKey, runtime]);
  const refused = expect.objectContaining({ code: 'PERMISSION_DENIED' });

  it('looks up so many names and no more, since everybody waits for it', () => {
    const naming = (count: number) => `select ${"'other/state.db', ".repeat(count)}1`;
    expect(() => guard(naming(100))).not.toThrow();
    expect(() => guard(naming(101))).toThrow(refused);
  });

  it('takes no value for a path, however many there are', () => {
    const values = `${"'execute, from x', ".repeat(1500)}'from'`;
    for (const sql of [`select a from t where a in (${values})`, `insert into t values (${values})`])
      expect(() => guard(sql)).not.toThrow();
  });

  it.each([
    `attach '${directory}/state.db' as s`,
    `ATTACH OR REPLACE "${directory}/state.db" AS s`,
    `from "${directory}/state.db"`,
    `from "${directory}/state".db`,
    `from t, "${directory}/secret".key`,
    `select * from (select 1) t, '${folder}/notes.txt'`,
    `from t, "${folder}/notes.txt"`,
    `select * from range(3) r(i) join t on i = 1, '${folder}/notes.txt' where i = 1`,
    `execute p('${folder}/notes.txt')`,
    `explain analyze execute p(1, '${folder}/notes.txt')`,
    `from query('from read_text(''${directory}/secret.key'')')`,
    `from query('from query(''from read_text(''''${folder}/notes.txt'''')'')')`,
    `from /* here */ '${folder}/elsewhere/other-name.csv'`,
    `set "log_query_path" = '${folder}/elsewhere/other-name.csv'`,
    `pragma log_query_path = '${folder}/elsewhere/other-name.csv'`,
    `call enable_logging(storage_path := '${folder}/elsewhere/other-name.csv')`,
    `select * from read_text('${directory}/secret.key')`,
    `select * from read_text($$${directory}/secret.key$$)`,
    `select * from read_text('file://${directory}/secret.key')`,
    `select * from read_text('file:${directory}/secret.key')`,
    `select * from read_text('${directory}/../sales.duckdb.gizmo/./secret.key')`,
    `select * from read_text('${folder}/elsewhere/secret.key')`,
    `select * from read_text('${relative(process.cwd(), directory)}/secret.key')`,
    `select * from read_blob('${folder}/*/secret.key')`,
    `select * from read_blob('${folder}/**')`,
    `select * from read_text('${directory}/**/secret.key')`,
    `select * from read_text('~/${relative(homedir(), directory)}/secret.key')`,
    `select * from read_blob('${directory}/s?cret.[k]ey')`,
    `copy (select 1) to '${directory}/state.db'`,
    `copy (select 1) to '${directory}/state.db.wal'`,
    `export database '${directory}'`,
    `from read_text('${tlsKey}')`,
    `from read_text('${folder}/harmless.csv')`,
    `from '${folder}/harmless.csv'`,
    `from only '${folder}/harmless.csv'`,
    `from only ('${folder}/harmless.csv')`,
    `from read_text('${folder}/notes.txt')`,
    `from read_text('${runtime}/31337.json')`,
    `from read_text('${runtime}/*.json')`,
    `from read_text('${folder}/elsewhere/*.key')`,
    `from read_text('${directory}' || '/secret.key')`,
    `from read_text(('${directory}/sec' || 'ret') || ('.key'))`,
    `from read_text('${directory}/sec'\n'ret.key')`,
    `from read_text(E'${directory}/secret\\x2ekey')`,
    `from read_text(e'${directory}/secret\\056key')`,
    `attach E'${directory}/state\\x2edb' as s`,
    `attach 'duckdb:${directory}/state.db' as s`,
    `attach 'DuckDB:file:${directory}/state.db' as s`,
    `attach 'duckdb:~/${relative(homedir(), directory)}/state.db' as s`,
    `attach 'ducklake:duckdb:${directory}/state.db' as s`,
    `copy (select 1) to '${directory}/anything.csv'`,
    `SET log_query_path = '${directory}/queries'`,
    `set global profiling_output='${directory}/profile'`,
    `copy (select 1) to '${tlsKey}'`,
  ])('refuses %s', (sql) => {
    expect(() => guard(sql)).toThrow(refused);
  });

  it.each([
    'select count(*) from t',
    "select 'state.db', 'a*b?', x[1] from t",
    `attach '${folder}/other/state.db' as s`,
    `from '${folder}/*.csv'`,
    `attach 'duckdb:${folder}/other/state.db' as s`,
    `copy t to '${folder}/state.db.parquet'`,
    'select 1 -- state.db',
    'select secret.key, t.state.db from secret, t',
    `select 1 /* from */, '${folder}/notes.txt'`,
  ])('lets through %s', (sql) => {
    guard(sql);
  });

  it('takes time in proportion to a pattern, however it is made', () => {
    guard(`select '/${'**?'.repeat(30)}Z'`);
    guard(`select '/${'*a*e'.repeat(500)}Z'`);
  });

  it('has nothing to keep where the state has no files', () => {
    createPathGuard([])(`attach '${directory}/state.db' as s`);
  });
});
