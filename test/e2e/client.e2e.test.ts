import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { GIZMO } from '../support/root.js';

let server: GizmoServer;
const folder = mkdtempSync(join(tmpdir(), 'gizmo-client-'));
beforeAll(async () => {
  server = await startGizmoServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly bytes: Buffer;
  readonly err: string;
}

interface RunOptions {
  readonly stdin?: string;
  readonly env?: Record<string, string>;
  /** Connect to the server of these tests; on by default. */
  readonly here?: boolean;
}

/** Environment of a user who has set nothing up. */
const PLAIN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name)));

function start(args: readonly string[], { env = {}, here = true }: RunOptions = {}) {
  const at = here ? ['--port', String(server.port)] : [];
  return spawn(process.execPath, [GIZMO, 'client', ...at, ...args], {
    env: { ...PLAIN, XDG_RUNTIME_DIR: server.runtime, XDG_CONFIG_HOME: folder, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function client(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = start(args, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined); // A client that fails early reads nothing.
  child.stdin.end(options.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  const bytes = Buffer.concat(out);
  return { code, bytes, out: bytes.toString(), err: Buffer.concat(err).toString() };
}

describe('gizmo client prints', () => {
  test('every row of a large result in its place', async () => {
    const { bytes, code } = await client([
      '--format',
      'csv',
      '-c',
      'select i, i % 97 as r from range(1000000) t(i)',
    ]);
    const expected = ['i,r', ...Array.from({ length: 1_000_000 }, (_, i) => `${i},${i % 97}`), ''].join('\n');
    expect(bytes.equals(Buffer.from(expected))).toBe(true);
    expect(code).toBe(0);
  });

  const SQL = "select 1 as a, 'x,y' as b, null as c";
  test.each([
    ['csv', 'a,b,c\n1,"x,y",\n'],
    ['tsv', 'a\tb\tc\n1\tx,y\t\\N\n'],
    ['list', 'a|b|c\n1|x,y|\n'],
    ['json', '[{"a":1,"b":"x,y","c":null}]\n'],
    ['jsonl', '{"a":1,"b":"x,y","c":null}\n'],
    ['ndjson', '{"a":1,"b":"x,y","c":null}\n'],
    ['markdown', '| a | b | c |\n| ---: | --- | --- |\n| 1 | x,y |  |\n'],
    ['line', 'a = 1\nb = x,y\nc = NULL\n'],
    ['none', ''],
  ])('%s', async (format, expected) => {
    const run = await client(['--format', format, '-c', SQL]);
    expect(run).toMatchObject({ code: 0, err: '' });
    // The type of a bare NULL is the server's choice, and with it the alignment.
    expect(run.out.replace('| ---: | --- | ---: |', '| ---: | --- | --- |')).toBe(expected);
  });

  test('box by default and table in ASCII', async () => {
    const box = await client(['-c', 'select 42 as answer']);
    expect(box.out).toContain('│ answer  │');
    expect(box.out).toContain('│      42 │');
    const table = await client(['--table', '-c', 'select 42 as answer']);
    expect(table.out).toContain('|     42 |');
    expect(table.out).not.toMatch(/[^\x20-\x7e\n]/);
  });

  test.each(['box', 'table'])('plans as they are drawn, in %s', async (format) => {
    const { out } = await client(['--format', format, '-c', "explain select 'a\u001b[31m\nb' as x"]);
    expect(out).toMatch(/^┌─+┐\n│ +PROJECTION +│\n/);
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain('explain_value');
  });

  test('arrow', async () => {
    const { bytes, code } = await client(['--format', 'arrow', '-c', 'select range as i from range(10000)']);
    expect([code, tableFromIPC(bytes).numRows]).toEqual([0, 10_000]);
  });

  test('only rows with -tA, a text for NULL, no header', async () => {
    expect((await client(['-tAc', "select 1, null, 'x'"])).out).toBe('1||x\n');
    expect((await client(['--csv', '--no-header', '--null', 'nil', '-c', 'select null'])).out).toBe('nil\n');
  });

  test('nothing for statements without rows', async () => {
    const run = await client([
      '--csv',
      '-c',
      'create temp table t (i int); insert into t values (1); from t',
    ]);
    expect(run).toMatchObject({ code: 0, out: 'i\n1\n', err: '' });
  });
});

describe('gizmo client reads', () => {
  test('-c and -f in order, - as standard input', async () => {
    const file = join(folder, 'two.sql');
    writeFileSync(file, "select 'two' as x;");
    const args = ['-tA', '-c', "select 'one'", '-f', file, '-f', '-', '-c', "select 'four'"];
    expect((await client(args, { stdin: "select 'three'" })).out).toBe('one\ntwo\nthree\nfour\n');
  });

  test('standard input where nothing else is given, dot commands included', async () => {
    const stdin = "-- a script\nselect ';' as s;\n.mode csv\nselect 1 as a;\n.headers off\nselect 2 as b";
    const run = await client(['-A'], { stdin });
    expect(run).toMatchObject({ code: 0, out: 's\n;\na\n1\n2\n' });
  });

  test('an init file first', async () => {
    const init = join(folder, 'init-here.sql');
    writeFileSync(init, 'create temp table from_init as select 7 as i;');
    expect((await client(['--init', init, '-tAc', 'from from_init'])).out).toBe('7\n');
  });

  test('1 MB of SQL', async () => {
    const text = `select length('${'x'.repeat(1_000_000)}')`;
    expect((await client(['-tA'], { stdin: text })).out).toBe('1000000\n');
  });
});

describe('gizmo client writes a file', () => {
  test('whose ending names the format', async () => {
    const path = join(folder, 'out.csv');
    expect(await client(['-o', path, '-c', 'select 1 as a'])).toMatchObject({ code: 0, out: '', err: '' });
    expect(readFileSync(path, 'utf8')).toBe('a\n1\n');
    expect(statSync(path).mode & 0o111).toBe(0);
  });

  test('and says so when it is incomplete', async () => {
    const path = join(folder, 'half.csv');
    const run = await client(['-o', path, '-c', 'select 1 as a; select nonsense']);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/half.csv" is incomplete/);
  });

  test('that stays as it was until the first result arrives', async () => {
    const path = join(folder, 'keep.csv');
    writeFileSync(path, 'kept\nlonger than what comes\n');
    for (const sql of ['from nope', "select error('late') as a", 'create temp table t (a int)'])
      await client(['-o', path, '-c', sql]);
    expect(readFileSync(path, 'utf8')).toBe('kept\nlonger than what comes\n');
    expect(await client(['-o', path, '-c', 'select 1 as a'])).toMatchObject({ code: 0 });
    expect(readFileSync(path, 'utf8')).toBe('a\n1\n');
    expect(await client(['-o', path, '--no-header', '-c', 'select 1 where false'])).toMatchObject({
      code: 0,
    });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  test('that a symlink names, and a pipe', async () => {
    const [path, link, pipe] = ['real.csv', 'link.csv', 'pipe.csv'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(path, 'longer than the result\n');
    symlinkSync(path, link);
    await client(['-o', link, '-c', 'select 1 as a']);
    expect(readFileSync(path, 'utf8')).toBe('a\n1\n');
    execFileSync('mkfifo', [pipe]);
    const [run, read] = await Promise.all([
      client(['-o', pipe, '-c', 'select 2 as a']),
      promisify(execFile)('cat', [pipe]),
    ]);
    expect([run.code, read.stdout]).toEqual([0, 'a\n2\n']);
  });

  test('not where it cannot', async () => {
    expect(await client(['-o', '/no/such/folder/x', '-c', 'select 1'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('gizmo client exits with', () => {
  test('1 at the first SQL error, whose caret it keeps', async () => {
    const run = await client(['-tA', '-c', 'select 1; select nonsense; select 3']);
    expect(run).toMatchObject({ code: 1, out: '1\n' });
    expect(run.err).toMatch(/^Error: Binder Error: .*nonsense[\s\S]*LINE 1: select nonsense\n\s+\^/);
  });

  test('1 in the end with --no-bail, having run the rest', async () => {
    expect(await client(['-tA', '--no-bail', '-c', 'select nonsense; select 3'])).toMatchObject({
      code: 1,
      out: '3\n',
    });
  });

  test('1 for a statement that fails midway', async () => {
    // With several threads DuckDB may report that it interrupted the others, instead of why.
    const failing = "select case when range = 300000 then error('stop') else range end from range(400000)";
    const run = await client(['--csv', '-c', `set threads = 1; ${failing}; reset threads`]);
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/stop/);
  });

  test.each([
    [['--no-such-flag'], /There is no flag --no-such-flag/],
    [['--hots', 'x'], /Did you mean --host\?/],
    [['--format', 'xml', '-c', 'select 1'], /Unknown format "xml"/],
    [['--csv', '--json', '-c', 'select 1'], /not both/],
    [['-f', '/no/such/file'], /Cannot read "\/no\/such\/file"/],
    [['--query-tag', 'x', '-c', 'select 1'], /--query-tag is not in this version yet/],
    [['--session-tag=x', '-c', 'select 1'], /--session-tag is not in this version yet/],
    [['--oauth-port', '1', '-c', 'select 1'], /--oauth-port is not in this version yet/],
    [['--auth-type', 'kerberos', '-c', 'select 1'], /not "kerberos"/],
    [['--auth-type', 'external', '-W', '-c', 'select 1'], /leave out --password/],
    [['--tls-skip-verify', '--mtls-cert', 'a', '--mtls-key', 'b'], /cannot be combined/],
    [['gizmo://elsewhere'], /--port cannot be combined/],
    [['-W', 'hunter2'], /^(?!.*hunter2).*-W \(--password\) takes no value/],
    [['-Whunter2'], /^(?!.*hunter2)/],
    [['--password=hunter2'], /^(?!.*hunter2).*takes no value: it asks for the password/],
  ])('2 for %j', async (args, message) => {
    const run = await client(args);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(message);
  });

  test('3 where nothing listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    const port = typeof address === 'object' ? (address?.port ?? 1) : 1;
    probe.close();
    await once(probe, 'close');
    const run = await client(['-h', '127.0.0.1', '-p', String(port), '-c', 'select 1'], { here: false });
    expect(run).toMatchObject({ code: 3, out: '' });
    expect(run.err).toMatch(/^Error: Nothing listens at 127.0.0.1:\d+\. Is the server running\?/);
  });

  test('4 for a wrong password, and for none', async () => {
    const wrong = await client(['-c', 'select 1'], { env: { GIZMO_PASSWORD: 'wrong' } });
    expect(wrong).toMatchObject({
      code: 4,
      out: '',
      err: `Error: localhost:${server.port} refuses ${server.user} with the password from GIZMO_PASSWORD: Invalid username or password.\n`,
    });
    const file = join(folder, 'wrong');
    writeFileSync(file, 'wrong', { mode: 0o600 });
    expect((await client(['--token-file', file, '-c', 'select 1'])).err).toContain(
      `refuses the token from --token-file ${file}: `,
    );
    const none = await client(['-u', 'bob', '-c', 'select 1']);
    expect(none.code).toBe(4);
    expect(none.err).toMatch(/no password for bob/);
    const nobody = await client(['-c', 'select 1'], { env: { XDG_RUNTIME_DIR: folder } });
    expect(nobody.code).toBe(4);
    expect(nobody.err).toMatch(/--username/);
  });

  test('130 on Ctrl-C, and the server stops too', async () => {
    const child = start(['-tA', '-c', 'select 1; select count(*) from range(100000000) a, range(100000) b']);
    child.stdin.end();
    await once(child.stdout, 'data');
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(code).toBe(130);
    expect((await client(['-tAc', 'select 2'])).out).toBe('2\n');
  });

  test('130 on Ctrl-C amid a large file, with nothing but that to say', async () => {
    const file = join(folder, 'interrupted.csv');
    const child = start(['--format', 'csv', '-o', file, '-c', 'from range(1000000000)']);
    child.stdin.end();
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    while (!existsSync(file) || statSync(file).size < 8_000_000)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    expect(err).toBe(`The output in "${file}" is incomplete.\nError: Interrupted.\n`);
    expect(code).toBe(130);
  });

  test.each([
    ['SIGTERM', 'while it waits for SQL', 'select 1;\n'],
    [
      'SIGHUP',
      'while a statement runs',
      'select 1;\nselect count(*) from range(100000000) a, range(100000) b;\n',
    ],
  ] as const)('%s %s ends the session on the server before the client', async (signal, _, sql) => {
    const sessions = async () => {
      const { out } = await client(['-tAc', 'select count(*) from gizmo_sessions() where not is_current']);
      return Number(out);
    };
    const before = await sessions();
    const child = start(['-tA', '-f', '-']);
    child.stdin.write(sql);
    await once(child.stdout, 'data');
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    expect(await sessions()).toBe(before + 1);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(err).toBe('');
    expect(await sessions()).toBe(before);
  });

  test.runIf(existsSync('/dev/full'))('2 where standard output is full, and why', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(
      process.execPath,
      [GIZMO, 'client', '--port', String(server.port), '--format', 'csv', '-c', 'select 1'],
      {
        env: { ...PLAIN, XDG_RUNTIME_DIR: server.runtime, XDG_CONFIG_HOME: folder },
        stdio: ['ignore', full, 'pipe'],
      },
    );
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    closeSync(full);
    expect(err).toBe('Error: The output cannot be written: no space left on the device.\n');
    expect(code).toBe(2);
  });

  test('0 when whoever reads has read enough', async () => {
    const child = start(['--csv', '-c', 'from range(100000000)']);
    child.stdin.end();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, err]).toEqual([0, '']);
  });
});

describe('gizmo client logs in', () => {
  test('by itself on the machine of its user', async () => {
    expect((await client(['-tAc', 'select 1'])).out).toBe('1\n');
  });

  test.each([
    ['GIZMO_PASSWORD', (token: string) => ({ env: { GIZMO_PASSWORD: token } })],
    ['GIZMOSQL_PASSWORD', (token: string) => ({ env: { GIZMOSQL_PASSWORD: token } })],
    ['GIZMO_TOKEN', (token: string) => ({ env: { GIZMO_TOKEN: token } })],
  ])('by %s', async (_name, make) => {
    const options = make(server.token);
    const env = { ...options.env, XDG_RUNTIME_DIR: folder };
    expect(await client(['-tAc', 'select 1'], { env })).toMatchObject({ code: 0, out: '1\n', err: '' });
  });

  test('by --password-stdin, --password-file and --token-file', async () => {
    const env = { XDG_RUNTIME_DIR: folder };
    const stdin = `${server.token}\n`;
    expect(await client(['--password-stdin', '-tAc', 'select 1'], { env, stdin })).toMatchObject({
      out: '1\n',
      err: '',
    });
    const file = join(folder, 'secret');
    writeFileSync(file, `${server.token}\n`, { mode: 0o600 });
    expect(await client(['--password-file', file, '-tAc', 'select 1'], { env })).toMatchObject({
      out: '1\n',
      err: '',
    });
    expect(await client(['--token-file', file, '-tAc', 'select 1'], { env })).toMatchObject({
      out: '1\n',
      err: '',
    });
  });

  test('with a warning for a file that others can read, and for a password in a URI', async () => {
    const env = { XDG_RUNTIME_DIR: folder };
    const file = join(folder, 'open-secret');
    writeFileSync(file, server.token, { mode: 0o644 });
    expect((await client(['--password-file', file, '-tAc', 'select 1'], { env })).err).toMatch(
      /^Warning: Others can read/,
    );
    const uri = `gizmosql://${server.user}:${server.token}@127.0.0.1:${server.port}?useEncryption=false`;
    const run = await client([uri, '-tAc', 'select 1'], { env, here: false });
    expect(run.out).toBe('1\n');
    expect(run.err).toMatch(/^Warning: The password in the URI/);
  });
});

describe('gizmo', () => {
  async function gizmo(...args: string[]): Promise<Run> {
    const child = spawn(process.execPath, [GIZMO, ...args], {
      env: PLAIN,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err, bytes: Buffer.from(out) };
  }

  test('--version is one line', async () => {
    for (const flag of ['--version', '-v', '-V'])
      expect(await gizmo(flag)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^gizmo \d+\.\d+\.\d+\n$/),
        err: '',
      });
  });

  test('alone, with -h, help and --help helps', async () => {
    for (const args of [[], ['-h'], ['help'], ['--help']])
      expect(await gizmo(...args)).toMatchObject({
        code: 0,
        out: expect.stringContaining('client'),
        err: '',
      });
    for (const command of [['quickstart'], ['server', 'start'], ['server']])
      expect(await gizmo(...command, '-h')).toMatchObject({
        code: 0,
        out: expect.stringContaining('USAGE'),
        err: '',
      });
    expect(await gizmo('help', 'client')).toMatchObject({
      code: 0,
      out: expect.stringContaining('--format'),
    });
  });

  test.each([
    [
      ['--csv'],
      /^Error: Flags such as --csv go after a command \(access explain, auth …, client, .*pki …, quickstart, server …, token …, user …\)/,
    ],
    [['server', '--port', '1'], /Flags such as --port go after a command/],
    [
      ['server', 'start', 'f.duckdb'],
      /Unexpected argument: f\.duckdb\. The database goes after --database\./,
    ],
    [['server', 'start', '--query-timeout', '1x'], /--query-timeout is a whole number, not "1x"\./],
    [['quickstart', '--port', '99999'], /--port is a whole number of at most 65535, not "99999"\./],
    [['quickstart', '--format'], /--format needs a value\./],
  ])('%j is answered with one sentence', async (args, sentence) => {
    const { code, out, err } = await gizmo(...args);
    expect([code, out, err.match(/\n/g)]).toEqual([2, '', ['\n']]);
    expect(err).toMatch(sentence);
  });

  test('an unknown command is answered with the nearest one', async () => {
    expect(await gizmo('cleint')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('gizmo client'),
    });
    expect(await gizmo('server', 'strat')).toMatchObject({
      code: 2,
      err: expect.stringContaining('gizmo server start'),
    });
  });
});

test('no file is left behind', () => {
  expect(existsSync(join(folder, 'gizmo'))).toBe(false);
});
