/** Files that the operator opens with --allow-path: what can be read and written, and every way around that was thought of. */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCommand } from '../../../src/flight/sql/command.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { logInAs } from '../../support/log-in-as.js';
import { logIn, type RawClient } from '../../support/raw-client.js';
import { startTestServer } from '../../support/start-test-server.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-files-')));
const open = join(folder, 'open');
const drop = join(folder, 'drop');
const outside = join(folder, 'outside');
const database = join(open, 'sales.duckdb');
const secretKey = randomBytes(16).toString('hex');

let server: RunningServer;
let admin: RawClient;
let user: RawClient;
let readonly: RawClient;

beforeAll(async () => {
  for (const name of [open, drop, outside, join(folder, 'open-too'), join(open, 'year=2024')])
    mkdirSync(name);
  writeFileSync(join(open, 'a.csv'), 'x,y\n1,one\n2,two\n');
  writeFileSync(join(open, 'b.csv'), 'x,y\n3,three\n');
  writeFileSync(join(open, "it's.csv"), 'x\n5\n');
  writeFileSync(join(open, 'a.json'), '[{"j": 7, "s": {"t": [1, 2]}}]');
  writeFileSync(join(open, 'year=2024', 'h.csv'), 'x\n9\n');
  for (const name of ['secret.csv', 'secret.txt', 'secret.json'])
    writeFileSync(join(outside, name), name.endsWith('json') ? '{"canary": 1}' : 'canary\n1\n');
  writeFileSync(join(folder, 'open-too', 'secret.csv'), 'canary\n1\n');
  mkdirSync(join(open, 'links'));
  symlinkSync(join(outside, 'secret.csv'), join(open, 'links', 'file.csv'));
  symlinkSync(outside, join(open, 'links', 'folder'));
  symlinkSync(join(open, 'a.csv'), join(open, 'links', 'good.csv'));
  symlinkSync(outside, join(drop, 'away'));
  server = await startTestServer({
    'secret-key': secretKey,
    database,
    'allow-path': [open],
    'allow-write-path': [drop],
  });
  admin = await logIn(server.address.port);
  await admin.rows(`copy (select 42 as p, 'deep' as q) to '${join(open, 'p.parquet')}'`);
  await admin.rows("create table t (x integer not null, y varchar default 'none')");
  await admin.rows(`create macro reads(p) as table select * from read_csv(p)`);
  await admin.rows(`create view leak as select * from read_text('${join(outside, 'secret.txt')}')`);
  // An administrator's view that is read with the rights of whoever asks.
  await admin.rows(`SET SECURITY INVOKER ON sales.main.leak`);
  linkSync(database, join(open, 'hard.csv'));
  user = await logInAs(server.address.port, secretKey, 'user');
  readonly = await logInAs(server.address.port, secretKey, 'readonly');
});
afterAll(async () => {
  for (const client of [admin, user, readonly]) client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('a file under --allow-path', () => {
  it.each([
    [
      `select x, y from read_csv('${open}/a.csv')`,
      [
        [1n, 'one'],
        [2n, 'two'],
      ],
    ],
    [`select x from READ_CSV ( '${open}/a.csv' , header = true, delim := ',' ) as t where x > 1`, [[2n]]],
    [`select sum(x)::int from read_csv(['${open}/a.csv', '${open}/b.csv'])`, [[6]]],
    [`select count(*) from read_csv('${open}/?.csv')`, [[3n]]],
    [`select x, year from read_csv('${open}/year=*/*.csv', hive_partitioning = true)`, [[9n, 2024n]]],
    [`select x from '${open}/a.csv' order by x desc limit 1`, [[2n]]],
    [`select a.y from '${open}/a.csv' where a.x = 1`, [['one']]],
    [`select l.x from '${open}/a.csv' l join '${open}/b.csv' r on l.x + 2 = r.x`, [[1n]]],
    [`select x from read_csv('${open}/it''s.csv')`, [[5n]]],
    [`select x from read_csv('file://${open}/b.csv')`, [[3n]]],
    [`select x from read_csv('${open}/../open/b.csv')`, [[3n]]],
    [`select x from read_csv('${open}/links/good.csv') where x = 1`, [[1n]]],
    [`select j, s.t[2] from read_json('${open}/a.json')`, [[7n, 2n]]],
    [`select j from '${open}/a.json'`, [[7n]]],
    [`select p, q from read_parquet('${open}/p.parquet')`, [[42, 'deep']]],
    [`from '${open}/p.parquet'`, [[42, 'deep']]],
    [`select count(*) from glob('${open}/?.csv')`, [[2n]]],
    [`select count(*) from glob('${open}/none*')`, [[0n]]],
    [`select name from parquet_schema('${open}/p.parquet') where name = 'q'`, [['q']]],
    [`select content like 'x,y%' from read_text('${open}/a.csv')`, [[true]]],
    [`with q as (from read_csv('${open}/b.csv')) select x from q`, [[3n]]],
    [`select (select max(x) from read_csv('${open}/a.csv'))`, [[2n]]],
    [`select 'from ''${outside}/secret.csv''' is distinct from '${open}/a.csv'`, [[true]]],
  ])('can be read by everybody: %s', async (sql, rows) => {
    expect(await readonly.rows(sql)).toEqual(rows);
    expect(await user.rows(sql)).toEqual(rows);
  });

  it('is read relative to the directory of the server, as DuckDB does', async () => {
    const path = relative(process.cwd(), join(open, 'b.csv'));
    expect(await readonly.rows(`select x from '${path}'`)).toEqual([[3n]]);
  });

  it('is described, summarized, pivoted and explained', async () => {
    expect(await readonly.rows(`describe '${open}/b.csv'`)).toHaveLength(2);
    expect(await readonly.rows(`summarize '${open}/b.csv'`)).toHaveLength(2);
    expect(await readonly.rows(`pivot '${open}/b.csv' on x in (3) using count(*)`)).toHaveLength(1);
    expect(await readonly.rows(`explain from read_csv('${open}/b.csv')`)).toHaveLength(1);
  });

  it('fills tables, by INSERT, CREATE TABLE AS and COPY', async () => {
    await user.rows(`create or replace table made as from read_csv('${open}/a.csv')`);
    await user.rows(`insert into made from read_csv('${open}/b.csv')`);
    await user.rows(`copy made (x, y) from '${open}/b.csv' (format csv, header true)`);
    await user.rows(`copy made from '${open}/b.csv'`);
    expect(await user.rows('select count(*), sum(x)::int from made')).toEqual([[5n, 12]]);
    await user.rows('drop table made');
    for (const sql of [`copy t from '${open}/b.csv'`, `insert into t from read_csv('${open}/b.csv')`])
      await expect(readonly.rows(sql)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it('can be read by prepared statements, which see when the files have become others', async () => {
    const query = `select count(*) from read_csv('${open}/grows*.txt', columns = {'x': 'INTEGER'}, header = false)`;
    await expect(readonly.prepare(query)).rejects.toThrow();
    writeFileSync(join(open, 'grows1.txt'), '1\n');
    const preparedStatementHandle = await readonly.prepare(query);
    const command = encodeCommand({
      type: 'CommandPreparedStatementQuery',
      message: { preparedStatementHandle },
    });
    await readonly.get(command);
    rmSync(join(open, 'grows1.txt'));
    symlinkSync(join(outside, 'secret.txt'), join(open, 'grows1.txt'));
    await expect(readonly.get(command)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    rmSync(join(open, 'grows1.txt'));
    writeFileSync(join(open, 'grows1.txt'), '1\n');
    writeFileSync(join(open, 'grows2.txt'), '2\n');
    await expect(readonly.get(command)).rejects.toMatchObject({ code: status.FAILED_PRECONDITION });
    await readonly.rows(`prepare p as select x from read_csv('${open}/b.csv') where x > $1`);
    expect(await readonly.rows('execute p(1)')).toEqual([[3n]]);
    expect(await readonly.rows('execute p(4)')).toEqual([]);
  });

  it('says what is wrong with it, in the words of DuckDB', async () => {
    await expect(readonly.rows(`from read_csv('${open}/missing.csv')`)).rejects.toThrow(
      `No files found that match the pattern "${open}/missing.csv"`,
    );
    await expect(readonly.rows(`from read_json('${open}/a.csv')`)).rejects.toThrow(/Malformed JSON/);
    await expect(readonly.rows(`select nothing from '${open}/a.csv'`)).rejects.toThrow(/"nothing" not found/);
  });
});

describe('a file that nobody opened', () => {
  const opened = `'${open}/a.csv'`;
  it.each([
    `from read_csv('${outside}/secret.csv')`,
    `from '${outside}/secret.csv'`,
    `from "${outside}/secret.csv"`,
    `from read_text('${outside}/secret.txt')`,
    `from read_blob('${outside}/secret.txt')`,
    `from read_json('${outside}/secret.json')`,
    `from glob('${outside}/*')`,
    `from sniff_csv('${outside}/secret.csv')`,
    // No directory is above another that only begins alike.
    `from read_csv('${open}-too/secret.csv')`,
    `from glob('${open}*/*')`,
    `from read_csv('${open}/../outside/secret.csv')`,
    `from read_csv('${open}/*/../../outside/secret.csv')`,
    `from read_csv('${open}/year=*/../../outside/*.csv')`,
    `from read_csv('file://${open}/../outside/secret.csv')`,
    `from read_csv('file:${outside}/secret.csv')`,
    `from read_csv('FILE://localhost${outside}/secret.csv')`,
    `from read_csv('${open}/links/file.csv')`,
    `from read_csv('${open}/links/folder/secret.csv')`,
    `from read_csv('${open}/links/*.csv')`,
    `from read_csv('${open}/links/*/secret.csv')`,
    `from glob('${open}/links/*')`,
    `from glob('${open}/**')`,
    `from read_csv([${opened}, '${outside}/secret.csv'])`,
    `from read_csv(${opened}) union all from read_csv('${outside}/secret.csv')`,
    `from ${opened} a join '${outside}/secret.csv' b on true`,
    `from ${opened} a, '${outside}/secret.csv' b`,
    // Paths that are not written out.
    `from read_csv('${outside}' || '/secret.csv')`,
    `from read_csv(concat('${outside}', '/secret.csv'))`,
    `from read_csv(getvariable('p'))`,
    `from read_csv(['${open}/a.csv', '${outside}' || '/secret.csv'])`,
    `from read_csv(E'${outside}\\x2fsecret.csv')`,
    `from read_csv(('${outside}/secret.csv'))`,
    `from read_csv('${open}/a.csv', columns = (select {'x': 'INTEGER'}))`,
    `from system.main.read_csv(${opened})`,
    `from main.read_csv(${opened})`,
    `from "read_csv"('${outside}/secret.csv')`,
    `from query('from read_csv(''${outside}/secret.csv'')')`,
    `from query_table('${outside}/secret.csv')`,
    `from reads('${outside}/secret.csv')`,
    `from reads(${opened})`,
    `select * from ${opened} a, reads('${outside}/secret.csv') b`,
    'from leak',
    `select * from ${opened} a, leak`,
    // Other doors to files.
    `from read_duckdb('${database}', table_name = 't')`,
    `from parquet_bloom_probe('${open}/p.parquet', 'p', 1)`,
    `from parquet_full_metadata('${open}/p.parquet')`,
    `from read_parquet('${open}/p.parquet', encryption_config = {footer_key: 'k'})`,
    `from read_csv(${opened}, store_rejects = true)`,
    `from read_csv(${opened}, rejects_table = 'gizmo_x')`,
    `from read_csv(${opened}, buffer_size = 8000000000)`,
    `attach '${open}/x.duckdb' as x`,
    `copy (select 1) to '${open}/x.csv'`,
    `copy t to '${drop}/away/x.csv'`,
    `copy t to '${drop}/../outside/x.csv'`,
    `copy t to '${drop}' || '/x.csv'`,
    `copy t to '${drop}/x' (format csv, partition_by (x))`,
    `copy t to '${drop}/x' (per_thread_output true)`,
    `copy t from '${outside}/secret.csv'`,
    `copy t from '${open}/links/file.csv'`,
    `copy t from '${open}/a.csv' (format postgres_binary)`,
    `export database '${drop}/all'`,
    `import database '${open}'`,
    // Nobody else may be let in by what is made.
    `create view v as from read_csv(${opened})`,
    `create temp view v as from ${opened}`,
    `explain analyze create view v as from ${opened}`,
    `create macro m() as table from read_csv(${opened})`,
    `create or replace /* view */ temp view v as select * from read_csv(${opened})`,
    // The server's own.
    `from read_blob('${database}')`,
    `from read_blob('${database}.wal')`,
    `from read_blob('${open}/hard.csv')`,
    `from glob('${open}/*.duckdb')`,
    `from read_text('${database}.gizmo/secret.key')`,
    `from read_blob('${open}/*/state.db')`,
    // The kernel's.
    `from read_text('/proc/self/environ')`,
    `from read_csv('/dev/stdin')`,
    // Addresses.
    `from read_csv('http://127.0.0.1:1/a.csv')`,
    `from 's3://bucket/a.csv'`,
    // A text that is not what it seems.
    `from read_csv(${opened} /* ') from read_csv('${outside}/secret.csv */)x y z`,
    `from read_csv($$${outside}/secret.csv$$)`,
    `from read_csv($a$${outside}/secret.csv$a$)`,
    `from read_csv('${open}/a.csv\\..\\..\\outside\\secret.csv')`,
    `from read_csv('${open}/a.csv'\n'/../../outside/secret.csv')`,
    `from '${open}/'\n'../outside/secret.csv'`,
    `from read_csv(['${open}/a.csv'\n'/../../outside/secret.csv'])`,
    `copy t from '${open}/a.csv'\n'/../../outside/secret.csv'`,
    `select 1\u00a0from ${opened} a, "system".main.read_csv('${outside}/secret.csv')`,
    `select '\u00a0' from ${opened} a, $x$'$x$, system\u00a0.main.read_csv('${outside}/secret.csv')`,
  ])('is out of reach: %s', async (sql) => {
    await user.rows(`set variable p = '${outside}/secret.csv'`);
    for (const client of [user, readonly]) {
      const answer = await client.rows(sql).then(
        (rows) => ({ rows }),
        (error: { code: number; message: string }) => error,
      );
      expect(answer).not.toHaveProperty('rows');
      expect(JSON.stringify(answer)).not.toMatch(/canary/);
    }
    expect(existsSync(join(outside, 'x.csv'))).toBe(false);
    expect(existsSync(join(open, 'x.csv'))).toBe(false);
  });

  it('is refused in the same words whether it is there or not', async () => {
    const answer = (path: string) =>
      readonly.rows(`from read_csv('${path}')`).then(
        () => undefined,
        ({ message }: Error) => message.replaceAll(path, '…'),
      );
    const there = await answer(join(outside, 'secret.csv'));
    expect(there).toContain('no --allow-path opens');
    expect(await answer(join(outside, 'missing.csv'))).toBe(there);
    expect(await answer(join(folder, 'nowhere', 'missing.csv'))).toBe(there);
    expect(await answer(join(open, 'links', 'folder', 'missing.csv'))).toBe(there);
    expect(await answer(join(open, 'links', 'file.csv'))).toBe(there);
    for (const pattern of [
      '*/missing.csv',
      '*/*/missing.csv',
      'fol*/*.parquet',
      '*/secret.csv',
      '[!a]older/m?',
      '**/folder/*',
    ])
      expect(await answer(join(open, 'links', pattern)), pattern).toBe(there);
    expect(await answer(join(open, 'links', 'good*'))).toBeUndefined();
  });

  it('says nothing of where the server’s own files are', async () => {
    const own = `${database}.gizmo`;
    const other = join(outside, 'x.duckdb.gizmo');
    const answer = (sql: string) =>
      readonly.rows(sql).then(
        (rows) => JSON.stringify(rows),
        ({ message }: Error) => message,
      );
    for (const sql of [
      `from read_text('${other}/secret.key')`,
      `from glob('${other}/*')`,
      `select '${other}/state.db' is null`,
      `select '${other}/*' is null from "t"`,
      `attach '${other}/state.db' as s`,
      `copy t to '${other}/state.db'`,
    ])
      expect(await answer(sql.replaceAll(other, own))).toBe((await answer(sql)).replaceAll(other, own));
  });

  it('takes no macro along: what stands before the readers stays there', async () => {
    await readonly.rows(`from read_csv(${opened})`);
    await expect(readonly.rows(`from reads('${outside}/secret.csv')`)).rejects.toThrow();
  });
});

describe('a directory under --allow-write-path', () => {
  it('takes what the role user copies, and nothing of the role readonly', async () => {
    await user.rows(`copy (select 1 as a, 'x' as b) to '${drop}/out.csv' (header, delimiter '|')`);
    expect(readFileSync(join(drop, 'out.csv'), 'utf8')).toBe('a|b\n1|x\n');
    await user.rows(`copy t to '${drop}/t.parquet' (format parquet, compression zstd)`);
    await user.rows(`copy t (x) to '${drop}/t.json'`);
    await user.rows(`copy (select x from read_csv('${open}/b.csv')) to '${drop}/b.csv'`);
    expect(readFileSync(join(drop, 'b.csv'), 'utf8')).toBe('x\n3\n');
    expect(await readonly.rows(`from '${drop}/out.csv'`)).toHaveLength(1);
    await expect(readonly.rows(`copy (select 1) to '${drop}/no.csv'`)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      message: expect.stringContaining('may not write files'),
    });
    expect(existsSync(join(drop, 'no.csv'))).toBe(false);
  });

  it('takes nothing through a link to what is not there yet, by its name or by that under which DuckDB writes', async () => {
    symlinkSync(join(outside, 'made.csv'), join(drop, 'dangling.csv'));
    symlinkSync(join(outside, 'made.csv'), join(drop, 'tmp_there.csv'));
    writeFileSync(join(drop, 'there.csv'), 'x\n1\n');
    for (const name of ['dangling.csv', 'there.csv'])
      await expect(user.rows(`copy t to '${join(drop, name)}'`), name).rejects.toMatchObject({
        code: status.PERMISSION_DENIED,
      });
    expect(existsSync(join(outside, 'made.csv'))).toBe(false);
    expect(readFileSync(join(drop, 'there.csv'), 'utf8')).toBe('x\n1\n');
  });

  it('takes nothing that its reader may not read', async () => {
    const limited = await logInAs(server.address.port, secretKey, 'user', {
      name: 'limited',
      catalogAccess: [{ catalog: '*', access: 'none' }],
    });
    // What is opened is opened to them as well, also where they name something hidden beside it.
    expect(await limited.rows(`select x as t from '${open}/b.csv'`)).toEqual([[3n]]);
    await expect(limited.rows(`from '${open}/b.csv' a, sales.main.t`)).rejects.toThrow(/does not exist/);
    for (const sql of [`copy t to '${drop}/no.csv'`, `copy (from t) to '${drop}/no.csv'`])
      await expect(limited.rows(sql)).rejects.toThrow(/does not exist/);
    expect(existsSync(join(drop, 'no.csv'))).toBe(false);
    limited.close();
  });
});
