/** --external-access: DuckDB's own lock behind the gate, for administrators too, and what has to go on working with it. */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/running-server.js';
import { logInAs } from '../support/log-in-as.js';
import { logIn, type RawClient } from '../support/raw-client.js';
import { startTestServer } from '../support/start-test-server.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-external-')));
const data = join(folder, 'data');
const secretKey = randomBytes(16).toString('hex');
mkdirSync(data);
writeFileSync(join(folder, 'secret.csv'), 'canary\n1\n');
writeFileSync(join(data, 'a.csv'), 'x\n1\n');
symlinkSync(join(folder, 'secret.csv'), join(data, 'link.csv'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['none', ['none']],
  ['a directory', [data]],
])('with --external-access %s', (_, externalAccess) => {
  const main = join(folder, `${externalAccess[0] === 'none' ? 'none' : 'folder'}.duckdb`);
  const attached = `${main}.attached`;
  let server: RunningServer;
  let admin: RawClient;
  let user: RawClient;
  beforeAll(async () => {
    server = await startTestServer({
      'secret-key': secretKey,
      database: main,
      'external-access': externalAccess,
      'init-sql-commands': `attach '${attached}' as att; create table att.t as select 1 as a;
        create table seen as from read_csv('${join(folder, 'secret.csv')}')`,
      'memory-limit': '160MB',
    });
    admin = await logIn(server.address.port);
    user = await logInAs(server.address.port, secretKey, 'user');
  });
  afterAll(async () => {
    admin.close();
    user.close();
    await server.stop();
  });

  it('SQL given at start could still reach everything', async () => {
    expect(await user.rows('from seen')).toEqual([[1n]]);
  });

  it.each([
    `from read_csv('${join(folder, 'secret.csv')}')`,
    `from read_text('${folder}' || '/secret' || '.csv')`,
    `from read_csv('${data}/../secret.csv')`,
    `from read_csv('${data}/link.csv')`,
    `from glob('${folder}/*')`,
    `from read_text('/proc/self/environ')`,
    `copy (select 1) to '${join(folder, 'out.csv')}'`,
    `copy (select 1) to ('${folder}' || '/out.csv')`,
    `attach '${join(folder, 'new.duckdb')}' as n`,
    `export database '${join(folder, 'exported')}'`,
    // What the guard of paths that are written out cannot see.
    `from read_text('${main}' || '.gizmo/secret.key')`,
    `from read_blob(['${main}.gizmo/state' || '.db'])`,
    `prepare p as from read_text($1); execute p('${main}.gizmo' || '/secret.key')`,
    `set variable f = '${main}.gizmo/' || 'secret' || '.key'; from read_text(getvariable('f'))`,
    `install httpfs`,
    `load httpfs`,
    `load '${join(folder, 'x.duckdb_extension')}'`,
    'set enable_external_access = true',
    `set allowed_directories = ['/']`,
    `reset allowed_directories`,
    'set lock_configuration = false',
    'reset lock_configuration',
    `set allowed_configs = ['threads']`,
    'set global threads = 1',
    `set log_query_path = '${join(folder, 'log')}'`,
    `set profiling_output = '${join(folder, 'profile')}'`,
    `set temp_directory = '${folder}'`,
    `set secret_directory = '${folder}'`,
  ])('an administrator may not: %s', async (sql) => {
    await expect(admin.rows(sql)).rejects.toThrow(
      /disabled (by|through) configuration|has been locked|Cannot change|nobody's/,
    );
    for (const name of ['out.csv', 'new.duckdb', 'log', 'profile'])
      expect(existsSync(join(folder, name))).toBe(false);
  });

  it('the databases are written, checkpointed and altered as before', async () => {
    for (const catalog of ['att', main.replace(/^.*\/|\.duckdb$/g, '')]) {
      await admin.rows(`create or replace table ${catalog}.w as from range(100000) r(a)`);
      await admin.rows(`update ${catalog}.w set a = a + 1`);
      await admin.rows(`checkpoint ${catalog}`);
      await admin.rows(`insert into ${catalog}.w from range(10)`);
      await admin.rows(`checkpoint ${catalog}`);
      expect(await user.rows(`select count(*) from ${catalog}.w`)).toEqual([[100010n]]);
    }
  });

  it('what does not fit into memory goes to the temporary directory as before', async () => {
    await user.rows(
      'create temp table big as select range as a, repeat(md5(range::varchar), 8) as b from range(1000000)',
    );
    expect(await user.rows('select count(*), max(length(b)) from big')).toEqual([[1000000n, 256n]]);
    expect(existsSync(`${main}.tmp`)).toBe(true);
    await user.rows('drop table big');
  });

  it('settings of a session’s own can be changed by everybody', async () => {
    for (const client of [admin, user]) {
      await client.rows("set timezone = 'Asia/Tokyo'");
      expect(await client.rows("select current_setting('timezone')")).toEqual([['Asia/Tokyo']]);
      await client.rows('reset timezone');
      await client.rows('set integer_division = true');
      await client.rows("set search_path = 'main'");
      await client.rows('use att');
      await client.rows('set variable v = 1');
    }
  });

  it('metadata, secrets and new sessions work', async () => {
    const later = await logIn(server.address.port);
    expect(await later.rows('select count(*) from duckdb_secrets()')).toEqual([[0n]]);
    expect((await later.rows('show all tables')).length).toBeGreaterThan(0);
    expect((await later.rows('from duckdb_settings()')).length).toBeGreaterThan(0);
    later.close();
  });

  it('files that are opened can be read, and no others', async () => {
    const reads = admin.rows(`from read_csv('${data}/a.csv')`);
    if (externalAccess[0] === 'none')
      await expect(reads).rejects.toThrow(/disabled by configuration \(--external-access says/);
    else expect(await reads).toEqual([[1n]]);
  });
});

describe('an engine that is closed', () => {
  it('opens what --allow-path opens, and the gate keeps everybody else from the rest', async () => {
    const server = await startTestServer({
      'secret-key': secretKey,
      'allow-path': [join(data, 'a.csv')],
      'external-access': [data],
    });
    const user = await logInAs(server.address.port, secretKey, 'readonly');
    try {
      expect(await user.rows(`from '${data}/a.csv'`)).toEqual([[1n]]);
      await expect(user.rows(`from '${data}/b.csv'`)).rejects.toThrow(/no --allow-path/);
    } finally {
      user.close();
      await server.stop();
    }
  });

  it('does not open directories with the server’s own state', async () => {
    const settings = { database: join(folder, 'none.duckdb'), 'external-access': [folder] };
    await expect(startTestServer(settings)).rejects.toThrow("server's own");
  });
});
