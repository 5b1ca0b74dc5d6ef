import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../src/client/connect.js';
import type { FlightSqlClient } from '../../../src/client/flight-sql-client.js';
import { ShellSession } from '../../../src/client/shell/shell-session.js';
import type { ShellSettings } from '../../../src/client/shell/shell-settings.js';
import { type ErrorCode, GizmoError } from '../../../src/errors.js';
import type { RunningServer } from '../../../src/server/running-server.js';
import { PASSWORD, startTestServer, USER } from '../../support/start-test-server.js';

describe('ShellSession', () => {
  let server: RunningServer;
  let client: FlightSqlClient;
  let directory: string;
  let output: string;
  let messages: string;
  let errors: GizmoError[];

  beforeAll(async () => {
    server = await startTestServer();
    const credentials = { kind: 'password', user: USER, password: PASSWORD } as const;
    const { host, port } = server.address;
    client = await connect({ host, port, tls: undefined, credentials });
    directory = mkdtempSync(join(tmpdir(), 'gizmo-session-'));
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => {
    output = '';
    messages = '';
    errors = [];
  });

  function session(
    settings: Partial<ShellSettings> = {},
    options: { interactive?: boolean; quiet?: boolean } = {},
  ) {
    return new ShellSession({
      client,
      output: {
        write: async (chunk) => {
          output += chunk;
        },
      },
      messages: {
        write: async (chunk) => {
          messages += chunk;
        },
      },
      reportError: async (error) => {
        errors.push(error);
      },
      settings: { format: 'csv', ...settings },
      ...options,
    });
  }

  async function failure(promise: Promise<unknown>): Promise<{ code: ErrorCode; message: string }> {
    const reason = await promise.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (reason instanceof GizmoError) return { code: reason.code, message: reason.message };
    throw new Error(`Expected a GizmoError, got ${String(reason)}`);
  }

  it('runs statements and commands in order, results to the output and nothing else', async () => {
    const code = await session().runText(
      'create or replace table t (a int); insert into t from range(3);\n.mode json\nselect count(*) as n from t;\n.print done',
    );
    expect(code).toBe(0);
    const [json = '', rest] = output.split(/(?<=\]\n)/);
    expect(JSON.parse(json)).toEqual([{ n: 3 }]);
    expect(rest).toBe('done\n');
    expect(messages).toBe('');
  });

  it('stops at the first error, or tells each and goes on', async () => {
    expect(await failure(session().runText('select 1 as a; selct 2; select 3 as c;'))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(output).toBe('a\n1\n');
    output = '';
    expect(await session({ bail: false }).runText('select 1 as a; selct 2;\n.nope\nselect 3 as c;')).toBe(2);
    expect(output).toBe('a\n1\nc\n3\n');
    expect(errors.map((error) => error.code)).toEqual(['INVALID_ARGUMENT', 'USAGE']);
  });

  it('tells changes and times only to people', async () => {
    await session({}, { interactive: true }).runText(
      'create or replace table t (a int); insert into t from range(2);',
    );
    expect(messages).toMatch(/^OK \(.+\)\nOK, 2 rows changed \(.+\)\n$/);
    messages = '';
    await session({ timer: true }).runText('select 1;');
    expect(messages).toMatch(/^Time: .+\n$/);
    messages = '';
    await session({ timer: true, echo: true }, { quiet: true }).runText('select 1;');
    expect(messages).toBe('');
  });

  it('echoes to messages, so that results stay clean', async () => {
    await session({ echo: true }).runText('select 1 as a;');
    expect(messages).toBe('select 1 as a;\n');
    expect(output).toBe('a\n1\n');
  });

  it('sends one result, or all, to a file', async () => {
    const [one, all] = [join(directory, 'one.csv'), join(directory, 'all.csv')];
    const shell = session();
    await shell.runText(
      `.once ${one}\nselect 1 as a; select 2 as b;\n.output ${all}\nselect 3 as c; select 4 as d;\n.output\nselect 5 as e;`,
    );
    await shell.close();
    expect(readFileSync(one, 'utf8')).toBe('a\n1\n');
    expect(readFileSync(all, 'utf8')).toBe('c\n3\nd\n4\n');
    expect(output).toBe('b\n2\ne\n5\n');
  });

  it('writes a file of .once and .output by its ending, unless a mode is set', async () => {
    const [csv, md, json] = ['e.csv', 'e.md', 'e.json'].map((name) => join(directory, name));
    const shell = session({ format: 'box' });
    await shell.runText(
      `.once ${csv}\nselect 1 as a;\n.output ${md}\nselect 2 as a;\n.mode csv\n.once ${json}\nselect 3 as a;`,
    );
    await shell.close();
    expect(readFileSync(csv!, 'utf8')).toBe('a\n1\n');
    expect(readFileSync(md!, 'utf8')).toMatch(/^\| *a *\|\n\|/);
    expect(readFileSync(json!, 'utf8')).toBe('a\n3\n');
    expect(await failure(session({ format: 'box' }).runText('.once x.parquet'))).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/nothing here is written as \.parquet.*\.mode/),
    });
  });

  it('says in .show who one is', async () => {
    await session().runText('.show');
    expect(output).toMatch(/ user: .+\n +role: .+\n/);
  });

  it('says plainly what is wrong with a file', async () => {
    expect(await failure(session().runText('.once /nowhere/x'))).toEqual({
      code: 'USAGE',
      message: 'Cannot write "/nowhere/x": no such file or directory.',
    });
    expect(await failure(session().runText(`.read ${directory}`))).toEqual({
      code: 'USAGE',
      message: `Cannot read "${directory}": it is a directory.`,
    });
  });

  it('stops a script that reads itself', async () => {
    const script = join(directory, 'self.sql');
    writeFileSync(script, `.read ${script}\n`);
    expect((await failure(session().runText(`.read ${script}`))).message).toContain('reads itself');
  });

  it('leaves a script with the code of .quit', async () => {
    expect(await session().runText('select 1 as a;\n.quit 7\nselect 2 as b;')).toBe(7);
    expect(output).toBe('a\n1\n');
  });

  it('shows the settings, a width of 0 as what it means', async () => {
    await session().runText('.show\n.maxwidth 60\n.show');
    expect(output.match(/maxwidth: .*/g)).toEqual(['maxwidth: 0 (the terminal)', 'maxwidth: 60']);
  });

  it('lists tables, schemas and catalogs, and describes', async () => {
    await session().runText(
      'create or replace table listed_1 (a int not null, b varchar); create or replace view listed_2 as select 1;',
    );
    await session().runText('.tables listed_?');
    expect(output).toBe(
      'catalog_name,db_schema_name,table_name,table_type\nmemory,main,listed_1,TABLE\nmemory,main,listed_2,VIEW\n',
    );
    output = '';
    await session().runText('.schema listed*');
    expect(output).toBe(
      'CREATE TABLE listed_1(a INTEGER NOT NULL, b VARCHAR);\nCREATE VIEW listed_2 AS SELECT 1;\n',
    );
    output = '';
    await session().runText('\\d listed_1');
    expect(output).toContain('a,INTEGER,NO');
    output = '';
    await session().runText('.schemas\n.catalogs');
    expect(output).toContain('memory,main');
  });

  it('asks with a quoted name for what no plain name can be', async () => {
    await session().runText('create or replace table "odd ""name" (x int);\n.describe \'odd "name\'');
    expect(output).toContain('x,INTEGER');
  });

  it('cancels what runs when its signal is aborted', async () => {
    const shell = session();
    const controller = new AbortController();
    shell.call = { signal: controller.signal };
    const running = failure(
      shell.runText('select count(*) from range(1000000000000) t(i) where hash(i) = 1;'),
    );
    controller.abort(new GizmoError('CANCELLED', 'Cancelled.'));
    expect((await running).code).toBe('CANCELLED');
    shell.call = {};
    await shell.runText('select 1 as alive;');
    expect(output).toBe('alive\n1\n');
  });

  it('streams a box of many rows with every row in it', async () => {
    await session({ format: 'box' }).runText('select i from range(25000) t(i);');
    expect(output.match(/^│ +\d+ +│$/gm)).toHaveLength(25_000);
    expect(output).toContain('25,000 rows');
  });
});
