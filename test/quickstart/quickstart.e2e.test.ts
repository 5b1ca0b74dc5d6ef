/** `gizmo quickstart` as a process: every kind of file, the lines it prints, and that nothing stays behind. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasPythonClients } from '../interop/python.js';
import { GIZMO, ROOT } from '../support/root.js';

const folder = mkdtempSync(join(tmpdir(), 'gizmo-quickstart-'));
const runtime = join(folder, 'runtime');
const env = { ...process.env, XDG_RUNTIME_DIR: runtime, TMPDIR: folder, XDG_STATE_HOME: folder };
const data = join(ROOT, 'node_modules', 'vega-datasets', 'data');

beforeAll(async () => {
  writeFileSync(join(folder, 'two words.csv'), 'a,b\n1,x\n2,y\n');
  writeFileSync(join(folder, 'rows.jsonl'), '{"a": 1, "n": {"b": [1, 2]}}\n{"a": 2}\n');
  copyFileSync(join(data, 'flights-200k.arrow'), join(folder, 'flights.arrow'));
  const instance = await DuckDBInstance.create(join(folder, 'shop.duckdb'));
  const connection = await instance.connect();
  await connection.run('create table goods as select 7 as price');
  await connection.run(`copy (select i from range(1000) t(i)) to '${join(folder, 'numbers.parquet')}'`);
  connection.closeSync();
  instance.closeSync();
});
afterEach(() => {
  const left = existsSync(join(runtime, 'gizmo')) ? readdirSync(join(runtime, 'gizmo')) : [];
  expect(left).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('gizmo quickstart', () => {
  it('loads CSV, JSON, Parquet and Arrow files as tables named after them', async () => {
    const files = ['two words.csv', 'rows.jsonl', 'numbers.parquet', 'flights.arrow'];
    const { stdout, stderr } = await quickstart(
      [...files, '--format', 'csv', '--port', '0'],
      `select (select sum(a) from two_words) as csv, (select n.b[2] from rows where a = 1) as json,
        (select sum(i) from numbers) as parquet, (select count(*) from flights) as arrow;`,
    );
    expect(stdout).toBe('csv,json,parquet,arrow\n3,2,499500,200000\n');
    expect(stderr).toContain('two_words, rows, numbers, flights');
  });
  it('runs what -c says, and leaves standard input alone', async () => {
    const args = [
      'two words.csv',
      '-c',
      '.mode csv',
      '-c',
      'select sum(a) as a from two_words; select 2 as b',
    ];
    const { stdout } = await quickstart([...args, '-c', '.quit 0', '-c', 'select nope'], 'select never;');
    expect(stdout).toBe('a\n3\nb\n2\n');
    await expect(quickstart(['-c', 'select nope', '-c', 'select 1'], '')).rejects.toMatchObject({
      code: 1,
      stdout: '',
    });
  });
  it('opens a DuckDB file, and what changes stays in it', async () => {
    await quickstart(['shop.duckdb'], 'update goods set price = price + 1;');
    const { stdout } = await quickstart(['shop.duckdb', '--format', 'csv'], 'from goods');
    expect(stdout).toBe('price\n8\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('shop'))).toEqual(['shop.duckdb']);
  });
  it('runs sample queries on the bundled sample where nothing is piped in', async () => {
    const { stdout, stderr } = await quickstart([], '');
    expect(stdout).toMatch(/Adelie[\s\S]*Gentoo[\s\S]*2015/);
    expect(stderr).toContain('penguins, seattle_weather');
  });
  it('writes no secret anywhere', async () => {
    const { stdout, stderr } = await quickstart([], 'select 1;');
    expect(stdout + stderr).not.toMatch(/gzs_|Bearer/);
  });
  it('shows no log line of its server while all is well', async () => {
    const { stderr } = await quickstart([], 'select 1;');
    expect(stderr).toMatch(/^[^\n]*\bDuckDB with the tables/m);
    expect(stderr).not.toMatch(/ (DEBUG|INFO|WARNING|ERROR) - |login kind|call accepted/);
  });
  it('tells of a mistake once, not in the words of its log as well', async () => {
    await expect(quickstart([], 'select nope;')).rejects.toMatchObject({
      stderr: expect.not.stringMatching(/ (WARNING|ERROR) - |status=failure/),
    });
    writeFileSync(join(folder, 'broken.json'), '{"a":');
    await expect(quickstart(['broken.json'], '')).rejects.toMatchObject({
      stderr: expect.stringMatching(/^Error: [^\n]*broken\.json could not be loaded/),
    });
  });
  it.each([
    [['missing.csv'], '', 2, /There is no file .*missing\.csv/],
    [['shop.duckdb', 'rows.jsonl'], '', 2, /shop\.duckdb is a database/],
    [['--format', 'nonsense'], '', 2, /Unknown format/],
    [[], 'select nope', 1, /nope[\s\S]*\^/],
  ])('%j with %j ends with a plain sentence and code %i', async (args, sql, code, sentence) => {
    await expect(quickstart(args, sql)).rejects.toMatchObject({
      code,
      stderr: expect.stringMatching(sentence),
    });
  });
  it('names the file that cannot be loaded', async () => {
    writeFileSync(join(folder, 'broken.parquet'), 'this is no Parquet file');
    writeFileSync(join(folder, 'broken.arrow'), 'this is no Arrow file, although it is called one');
    for (const name of ['broken.parquet', 'broken.arrow'])
      await expect(quickstart([name], '')).rejects.toMatchObject({ stderr: expect.stringContaining(name) });
  });
  it('prints lines for another terminal and for Python that work as they are', async () => {
    const child = spawn(process.execPath, [GIZMO, 'quickstart'], { cwd: folder, env });
    const said = await untilSaid(child, /fetchall\(\)\)\n/);
    const shell = /From another terminal:\n {2}(.*)\n/.exec(said)?.[1] ?? '';
    const asked = await promisify(execFile)(
      'sh',
      ['-c', `${shell} --csv -c 'select count(*) as n from penguins'`],
      { env },
    );
    expect(asked.stdout).toBe('n\n344\n');
    if (hasPythonClients()) {
      const python =
        /From Python.*\n([\s\S]*fetchall\(\)\))\n/.exec(said)?.[1]?.replaceAll(/^ {2}/gm, '') ?? '';
      const answer = await promisify(execFile)(
        join(ROOT, '.cache', 'venv', 'bin', 'python'),
        ['-c', python],
        { env },
      );
      expect(answer.stdout).toContain("('penguins',)");
    }
    child.stdin.end('select 1;');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
  });
  it('ends cleanly on Ctrl-C while a statement runs', async () => {
    const child = spawn(process.execPath, [GIZMO, 'quickstart', '--format', 'csv'], { cwd: folder, env });
    child.stdin.end("select 'begun' as s; select sum(hash(i)) from range(100_000_000_000) t(i);");
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
  });
});

function quickstart(args: readonly string[], sql: string): Promise<{ stdout: string; stderr: string }> {
  const running = promisify(execFile)(process.execPath, [GIZMO, 'quickstart', ...args], {
    cwd: folder,
    env,
    timeout: 180_000,
  });
  running.child.stdin?.end(sql);
  return running;
}

async function untilSaid(child: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (pattern.test(said)) return said;
  }
  throw new Error(`it never said ${pattern}:\n${said}`);
}
