import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../../support/gizmo-server.js';
import { HAS_PTY, Pty } from '../../support/pty.js';
import { GIZMO } from '../../support/root.js';

const PROMPT = 'memory.main> ';
const LOST = '\nnot connected> ';
const ENTER = '\r';
const CTRL_C = '\x03';
const CTRL_D = '\x04';

describe.skipIf(!HAS_PTY)('gizmo client on a terminal', () => {
  let server: GizmoServer;
  let directory: string;
  let shell: Pty;

  beforeAll(async () => {
    server = await startGizmoServer();
    directory = mkdtempSync(join(tmpdir(), 'gizmo-shell-'));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  afterEach(() => shell.kill());

  async function open(env: NodeJS.ProcessEnv = {}, to: GizmoServer = server): Promise<Pty> {
    shell = new Pty([process.execPath, GIZMO, 'client', '--port', String(to.port)], {
      ...process.env,
      TERM: 'xterm-256color',
      NO_COLOR: '1',
      XDG_RUNTIME_DIR: to.runtime,
      XDG_STATE_HOME: directory,
      XDG_CONFIG_HOME: directory,
      ...env,
    });
    await shell.until(PROMPT);
    return shell;
  }

  /** Types a line and answers what is shown until the next prompt. */
  async function run(text: string, prompt: string | RegExp = `\n${PROMPT}`): Promise<string> {
    shell.press(text + ENTER);
    const shown = await shell.until(prompt);
    return shown.slice(shown.indexOf('\n') + 1);
  }

  it('says where it is, runs a statement as a box, and leaves with Ctrl-D', async () => {
    await open();
    expect(shell.raw).toContain(`at 127.0.0.1:${server.port} as ${server.user} (admin) — .help for help`);
    expect(await run("select 42 as answer, '東京' as city, null as nothing;")).toContain(
      [
        '┌─────────┬─────────┬─────────┐',
        '│ answer  │  city   │ nothing │',
        '│ integer │ varchar │ integer │',
        '├─────────┼─────────┼─────────┤',
        '│      42 │ 東京    │    NULL │',
        '└─────────┴─────────┴─────────┘',
      ].join('\n'),
    );
    shell.press(CTRL_D);
    expect(await shell.exitCode()).toBe(0);
  });

  it('edits over several lines and runs at the semicolon', async () => {
    await open();
    shell.press(`select${ENTER}`);
    await shell.until('-> ');
    shell.press(`1 as lines_of_two;${ENTER}`);
    expect(await shell.until(`\n${PROMPT}`)).toContain('│ lines_of_two │');
  });

  it('runs nothing of a paste until Enter', async () => {
    await open();
    shell.press('\x1b[200~select 1 as one;\rselect 2 as two;\r\x1b[201~');
    await shell.until('two;');
    expect(shell.raw).not.toContain('│');
    shell.press(ENTER);
    await shell.until('│   two   │');
    await shell.until(PROMPT);
  });

  it('says what a statement without rows did', async () => {
    await open();
    expect(await run('create or replace table done (a int);')).toMatch(/^OK \(.+\)\n/);
    expect(await run('insert into done from range(3);')).toMatch(/^OK, 3 rows changed \(.+\)\n/);
  });

  it("keeps the engine's caret in errors, and goes on", async () => {
    await open();
    expect(await run('selct 1;')).toMatch(/Parser Error: .*"selct"\n\nLINE 1: selct 1\n {8}\^\n/);
    expect(await run('select 2 as after;')).toContain('│  after  │');
  });

  it('clears the line with Ctrl-C', async () => {
    await open();
    shell.press(`select 'abandoned${ENTER}`);
    await shell.until('-> ');
    shell.press(CTRL_C);
    await shell.until(PROMPT);
    expect(await run('select 1 as fresh;')).toContain('│  fresh  │');
  });

  it('says how to leave when exit becomes a line of an open statement', async () => {
    await open();
    shell.press(`select 1${ENTER}exit${ENTER}`);
    await shell.until('The statement is not finished: Ctrl-C drops it, and then .quit works.');
    shell.press(CTRL_C);
    await shell.until(PROMPT);
    shell.press(`exit${ENTER}`);
    expect(await shell.exitCode()).toBe(0);
  });

  it('says for how long a statement has run, in a line that is gone when it ends', async () => {
    await open();
    shell.press(`select count(*) from range(1000000000000) t(i) where hash(i) = 1;${ENTER}`);
    await shell.until('2 s …');
    shell.press(CTRL_C);
    await shell.until('\r\x1b[KCancelled.');
    await shell.until(PROMPT);
  });

  it('cancels the running statement with Ctrl-C, on the server too, and keeps the session', async () => {
    await open();
    await run('create temp table mine as select 1 as kept;');
    shell.press(`select count(*) from range(1000000000000) t(i) where hash(i) = 1;${ENTER}`);
    await shell.until('= 1;\r');
    shell.press(CTRL_C);
    await shell.until('Cancelled.');
    await shell.until(PROMPT);
    expect(await run('from mine;')).toContain('│  kept   │');
  });

  it('follows USE and transactions in the prompt', async () => {
    await open();
    await run('create schema if not exists s2;');
    await run('use memory.s2;', '\nmemory.s2> ');
    await run('begin;', '\nmemory.s2*> ');
    await run('commit;', '\nmemory.s2> ');
  });

  it('remembers statements, finds them with Ctrl-R, and keeps secrets out', async () => {
    await open();
    await run("select 'to be found' as x;");
    await run("create secret (type s3, key_id 'a', secret 'hidden');");
    shell.press(CTRL_D);
    expect(await shell.exitCode()).toBe(0);
    const history = readFileSync(join(directory, 'gizmo', 'history'), 'utf8');
    expect(history).toContain('to be found');
    expect(history).not.toContain('hidden');

    await open();
    shell.press('\x12be fou');
    await shell.until("be fou > select 'to be found'");
    shell.press(ENTER);
    await shell.until('│ to be found │');
  });

  it('completes tables after from, and commands', async () => {
    await open();
    await run('create or replace table "Odd Name" (a int);');
    shell.press('from odd\t');
    await shell.until('"Odd Name" ');
    expect(await run(';')).toContain('0 rows');
    shell.press('.tabl\t');
    await shell.until('.tables ');
    expect(await run('Odd*')).toContain('│ Odd Name');
  });

  it('runs dot commands, suggests, and reads scripts', async () => {
    await open();
    expect(await run('.tabels')).toContain('Did you mean .tables?');
    expect(await run('help')).toMatch(
      /\.quit \[CODE\][\s\S]*A statement ends with ;.*Ctrl-C .*Ctrl-D leaves\./,
    );
    const script = join(directory, 'script.sql');
    writeFileSync(script, ".mode csv\nselect 1 as a,\n  'x,y' as b;\n.mode box\n");
    expect(await run(`.read '${script}'`)).toContain('a,b\n1,"x,y"\n');
    const file = join(directory, 'once.json');
    await run(`.once ${file}`);
    await run('.mode json');
    await run('select 1 as a;');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([{ a: 1 }]);
    await run('.mode box');
    expect(await run('.describe "Odd Name"')).toContain('│ a           │ INTEGER');
    shell.press(`.quit 7${ENTER}`);
    expect(await shell.exitCode()).toBe(7);
  });

  it('fits tables to the window, also after a resize', async () => {
    await open();
    const columns = Array.from({ length: 40 }, (_, index) => `${index} as column_${index}`).join(', ');
    expect(await run(`create or replace view wide as select ${columns};`)).toContain('OK');
    const widest = async () =>
      Math.max(
        ...(await run('from wide;'))
          .split('\n')
          .filter((line) => /^[│┌]/.test(line))
          .map((line) => line.length),
      );
    expect(await widest()).toBeLessThanOrEqual(100);
    shell.resize(50, 30);
    // The terminal tells its programs by a signal, which comes when it comes.
    await expect.poll(widest).toBeLessThanOrEqual(50);
  });

  it('sends no escape sequence for what values contain', async () => {
    await open();
    expect(await run("select chr(27) || ']0;title' || chr(7) as x;")).toContain('\\x1b]0;title\\x07');
  });

  it('colours errors on a terminal, and nothing under NO_COLOR', async () => {
    await open({ NO_COLOR: '' });
    await run('selct 1;', /\n.*memory\.main> /);
    expect(shell.raw).toContain('\x1b[31mParser Error');
    shell.kill();
    await open();
    await run('selct 1;');
    expect(shell.raw).not.toMatch(/\x1b\[[\d;]*m/);
  });

  it('reads plain lines on a dumb terminal', async () => {
    await open({ TERM: 'dumb' });
    expect(shell.raw).not.toContain('\x1b');
    shell.press('select 1 as\n');
    await shell.until('-> ');
    shell.press('plain;\n');
    await shell.until('│  plain  │');
    await shell.until(PROMPT);
    shell.press(CTRL_D);
    expect(await shell.exitCode()).toBe(0);
  });

  it('says that the connection is lost, and can still be left', async () => {
    const other = await startGizmoServer();
    try {
      await open({}, other);
    } finally {
      await other.stop();
    }
    const shown = await run('select 1;', LOST);
    expect(shown).toContain('The next statement connects again.');
    expect(await run('.show', LOST)).toContain('server: 127.0.0.1');
    shell.press(`.quit${ENTER}`);
    expect(await shell.exitCode()).toBe(0);
  });

  it('enters a server that was started anew on its port, which has another token', async () => {
    const first = await startGizmoServer();
    await open({}, first).finally(() => first.stop());
    const second = await startGizmoServer([], first);
    try {
      expect(second.token).not.toBe(first.token);
      await run('select 1;', LOST);
      const shown = await run('select 42 as answer;');
      expect(shown).toContain('Connected again');
      expect(shown).toContain('│      42 │');
    } finally {
      await second.stop();
    }
  });

  it('writes no Arrow to a terminal, and does to a file', async () => {
    await open();
    await run('.mode arrow');
    expect(await run('select 1;')).toContain('Arrow is binary: name a file with .once or .output first.');
    const file = join(directory, 'one.arrow');
    await run(`.once ${file}`);
    await run('select 1;');
    expect(readFileSync(file).length).toBeGreaterThan(0);
  });

  it.skipIf(process.platform === 'win32')(
    'leaves with 130 at the second Ctrl-C, also when the server is stuck',
    async () => {
      await open();
      shell.press(`select count(*) from range(1000000000000) t(i) where hash(i) = 1;${ENTER}`);
      await shell.until('= 1;\r');
      process.kill(server.pid, 'SIGSTOP');
      try {
        shell.press(CTRL_C + CTRL_C);
        expect(await shell.exitCode()).toBe(130);
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
    },
  );

  it('gives the terminal back as it was', async () => {
    await open();
    shell.press(CTRL_D);
    await shell.exitCode();
    expect(shell.raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(shell.raw.lastIndexOf('\x1b[?2004h'));
  });
});
