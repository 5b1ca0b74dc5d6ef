/** `gizmo auth login` in front of a person: what it asks, and that it puts nothing into a file unasked. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GizmoServer, startGizmoServer } from '../support/gizmo-server.js';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';

describe.skipIf(!HAS_PTY)('gizmo auth login on a terminal', () => {
  const root = mkdtempSync(join(tmpdir(), 'gizmo-login-pty-'));
  let server: GizmoServer;
  beforeAll(async () => {
    server = await startGizmoServer();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });
  const started: Pty[] = [];
  afterEach(() => {
    for (const terminal of started.splice(0)) terminal.kill();
  });

  let people = 0;
  /** Somebody without a keychain. */
  function start(...args: string[]) {
    const state = join(root, String(people++));
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name)));
    const own = {
      XDG_STATE_HOME: state,
      XDG_RUNTIME_DIR: state,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
    };
    const place = ['localhost', '-p', String(server.port)];
    const terminal = new Pty(
      [process.execPath, GIZMO, 'auth', 'login', ...place, ...args],
      { ...env, ...own },
      300,
    );
    started.push(terminal);
    return {
      terminal,
      secrets: join(state, 'gizmo', 'credentials.json'),
      list: join(state, 'gizmo', 'logins.json'),
    };
  }

  it('asks whether a file will do where the keychain fails, then for the password, unseen', async () => {
    const { terminal, secrets } = start('-u', server.user, '--password');
    const asked = await terminal.until('only you can read? [y/N] ');
    expect(asked).toContain('Warning: The keychain');
    terminal.press('y\r');
    await terminal.until(`Password for ${server.user}: `);
    terminal.press(`${server.token}\r`);
    expect(await terminal.until('Connect with: gizmo client')).not.toContain(server.token);
    expect(await terminal.exitCode()).toBe(0);
    expect(readFileSync(secrets, 'utf8')).toContain(server.token);
  });

  it.each([
    ['no', 'n\r'],
    ['nothing', '\r'],
    ['Ctrl-C', '\u0003'],
  ])('stores nothing after %s', async (_answer, keys) => {
    const { terminal, secrets, list } = start('-u', server.user, '--password');
    await terminal.until('[y/N] ');
    terminal.press(keys);
    await terminal.until(/^\S*Error:\S* Nothing was stored\./m);
    expect(await terminal.exitCode()).toBe(130);
    expect([existsSync(secrets), existsSync(list)]).toEqual([false, false]);
  });

  it('asks for name and password where the server knows no identity provider', async () => {
    const { terminal } = start('--credential-store', 'file');
    await terminal.until('User name at localhost: ');
    terminal.press(`${server.user}\r`);
    await terminal.until(`Password for ${server.user}: `);
    terminal.press(`${server.token}\r`);
    expect(await terminal.until('Connect with: gizmo client')).toContain(`as ${server.user}`);
    expect(await terminal.exitCode()).toBe(0);
  });

  it('does not ask where the store was chosen', async () => {
    const { terminal } = start('-u', server.user, '--password', '--credential-store', 'keychain');
    await terminal.until('there is no session bus here');
    expect(await terminal.exitCode()).toBe(4);
    const file = start('-u', server.user, '--password', '--credential-store', 'file');
    await file.terminal.until(`Password for ${server.user}: `);
    file.terminal.press('wrong\r');
    await file.terminal.until('refuses');
    expect(await file.terminal.exitCode()).toBe(4);
    expect(existsSync(file.list)).toBe(false);
  });
});
