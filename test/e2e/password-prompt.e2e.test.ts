import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';

describe.skipIf(!HAS_PTY)('gizmo client on a terminal', () => {
  let server: GizmoServer;
  const elsewhere = mkdtempSync(join(tmpdir(), 'gizmo-prompt-'));
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(elsewhere, { recursive: true });
  });

  const started: Pty[] = [];
  afterEach(() => {
    for (const terminal of started.splice(0)) terminal.kill();
  });

  function start(...args: string[]): Pty {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name)));
    const command = [process.execPath, GIZMO, 'client', '-p', String(server.port), ...args];
    const terminal = new Pty(command, { ...env, TERM: 'xterm-256color', XDG_RUNTIME_DIR: elsewhere });
    started.push(terminal);
    return terminal;
  }

  test('asks for the password unseen, and -W asks for it whatever else there is', async () => {
    const terminal = start('-W', '-tAc', 'select 40 + 2');
    await terminal.until('Password for gizmosql_user: ');
    terminal.press(`${server.token}\r`);
    expect(await terminal.until('42')).not.toContain(server.token);
    expect(await terminal.exitCode()).toBe(0);
  });

  test('asks a user without a password', async () => {
    const terminal = start('-u', server.user, '-tAc', 'select 40 + 2');
    await terminal.until(`Password for ${server.user}: `);
    terminal.press(`wrong\u0015${server.token}\r`);
    await terminal.until('42');
    expect(await terminal.exitCode()).toBe(0);
  });

  test('takes a pasted token longer than a line of a terminal', async () => {
    const terminal = start('-W', '-c', 'select 1');
    await terminal.until('Password for gizmosql_user: ');
    terminal.press(`${'x'.repeat(6000)}\r`);
    await terminal.until('Invalid username or password');
    expect(await terminal.exitCode()).toBe(4);
  });

  test('leaves the terminal to the shell that comes after it', async () => {
    const terminal = start('-W');
    await terminal.until('Password for gizmosql_user: ');
    terminal.press(`${server.token}\r`);
    await terminal.until('memory.main>');
    terminal.press("select 'é' || (40 + 2);\r");
    await terminal.until('é42');
    terminal.press('\u0004');
    expect(await terminal.exitCode()).toBe(0);
  });

  test('Ctrl-C at the prompt is an interrupt', async () => {
    const terminal = start('-W', '-c', 'select 1');
    await terminal.until('Password for gizmosql_user: ');
    terminal.press('\u0003');
    expect(await terminal.exitCode()).toBe(130);
  });

  test('does not get Arrow onto its screen', async () => {
    const terminal = start('--format', 'arrow', '-c', 'select 1');
    await terminal.until('Arrow is binary');
    expect(await terminal.exitCode()).toBe(2);
  });
});
