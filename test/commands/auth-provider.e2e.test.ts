/** `gizmo auth login --web` and what follows from it, with the built binary, a real provider and somebody in a browser. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type OpenIdProvider,
  PUBLIC_CLIENT,
  signIn,
  startOpenIdProvider,
  visit,
} from '../support/openid-provider.js';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';
import { runGizmo } from '../support/run-gizmo.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';

let provider: OpenIdProvider;
let server: ServerProcess;
let home: string;
let env: Record<string, string>;
const folder = mkdtempSync(join(tmpdir(), 'gizmo-auth-provider-'));
beforeAll(async () => {
  provider = await startOpenIdProvider();
  server = await startServerProcess([
    '--token-allowed-issuer',
    provider.issuer,
    '--oauth-client-id',
    PUBLIC_CLIENT,
    '--token-default-role',
    'readonly',
  ]);
});
afterAll(async () => {
  await server.stop();
  provider.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  home = mkdtempSync(join(folder, 'home-'));
  env = {
    XDG_STATE_HOME: home,
    XDG_RUNTIME_DIR: home,
    GIZMO_CREDENTIAL_STORE: 'file',
    BROWSER: '',
    DISPLAY: '',
  };
});

const where = () => `127.0.0.1:${server.port}`;

/** A command that says an address to open, and what it says then. */
async function start(args: readonly string[], pattern: RegExp) {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name)));
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [GIZMO, ...args], {
    env: { ...inherited, ...env },
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  const found = new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      const address = pattern.exec(stderr)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('close', () => reject(new Error(`it ended: ${stderr}`)));
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return { address: await found, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

const WEB = /^ {4}(http\S+)$/m;
const DEVICE = /^ {4}(http\S+user_code=\S+)$/m;

async function logIn(login = 'ada', args: readonly string[] = []) {
  const { address, ended } = await start(['auth', 'login', where(), '--web', '--no-browser', ...args], WEB);
  const back = await signIn(address, login);
  const page = back === undefined ? '' : await visit(back);
  return { page, ...(await ended) };
}

/** As if the tokens had been there for long. */
function expire(): void {
  const path = join(home, 'gizmo', 'logins.json');
  const text = readFileSync(path, 'utf8');
  const old = text.replace(/"expiresAtS": ?\d+/g, `"expiresAtS":${Math.floor(Date.now() / 1000) - 100}`);
  expect(old).not.toBe(text);
  writeFileSync(path, old, { mode: 0o600 });
}

describe('gizmo auth login', () => {
  it('in a browser is a login that gizmo client then uses without a word', async () => {
    const { code, stdout, stderr, page } = await logIn();
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`Logged in to ${where()} as ada@example.com, until `);
    expect(page).toContain('You are logged in');
    const query = await runGizmo(
      ['client', where().replace(/^/, 'gizmo://'), '--csv', '-c', 'select 42 as n'],
      { env },
    );
    expect(query).toMatchObject({ code: 0, stdout: 'n\n42\n', stderr: '' });
    const external = await runGizmo(
      [
        'client',
        '-h',
        '127.0.0.1',
        '-p',
        String(server.port),
        '--auth-type',
        'external',
        '--csv',
        '-c',
        'select 1 as n',
      ],
      { env },
    );
    expect(external).toMatchObject({ code: 0, stdout: 'n\n1\n' });
  });
  it('says as JSON who is logged in, and no secret', async () => {
    const { stdout } = await logIn('ada', ['--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      server: where(),
      user: 'ada@example.com',
      method: 'web',
      store: 'file',
    });
    expect(stdout).not.toMatch(/eyJ/);
  });
  it('by a device is one too', async () => {
    const { address, ended } = await start(['auth', 'login', where(), '--device', '--json'], DEVICE);
    await signIn(address, 'grace');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ user: 'grace@example.com', method: 'device' });
  });
  it('ends with 4 where the user refuses, and stores nothing', async () => {
    const { address, ended } = await start(['auth', 'login', where(), '--web', '--no-browser'], WEB);
    const back = await signIn(address, 'ada', true);
    if (back !== undefined) await visit(back);
    expect(await ended).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('access_denied'),
    });
    expect(await runGizmo(['auth', 'status'], { env })).toMatchObject({ code: 4 });
  });
  it('ends with 130 on Ctrl-C', async () => {
    const { ended, kill } = await start(['auth', 'login', where(), '--web', '--no-browser'], WEB);
    kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130 });
  });
  it('hands the address to the browser as one word', async () => {
    const seen = join(home, 'seen');
    const browser = join(home, 'browser');
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > ${seen}.part && mv ${seen}.part ${seen}\n`);
    chmodSync(browser, 0o755);
    env = { ...env, BROWSER: browser };
    const { address, ended } = await start(['auth', 'login', where(), '--web'], WEB);
    await expect.poll(() => readFileSync(seen, 'utf8')).toBe(`1\n${address}\n`);
    const back = await signIn(address, 'ada');
    if (back !== undefined) await visit(back);
    expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('A browser opens') });
  });
  it('without a terminal begins nothing that was not asked for by name', async () => {
    expect(await runGizmo(['auth', 'login', where()], { env })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('--web or --device; --password-file'),
    });
    const batch = await runGizmo(
      ['client', '-h', '127.0.0.1', '-p', String(server.port), '--auth-type', 'external', '-c', 'select 1'],
      { env },
    );
    expect(batch).toMatchObject({ code: 4, stderr: expect.stringContaining('Without a terminal') });
  });
});

describe('a login that has expired', () => {
  it('is renewed by whoever uses it, and by gizmo auth refresh', async () => {
    await logIn();
    expire();
    const query = () => runGizmo(['client', `gizmo://${where()}`, '--csv', '-c', 'select 42 as n'], { env });
    expect(await query()).toMatchObject({ code: 0, stdout: 'n\n42\n' });
    const before = await runGizmo(['auth', 'token'], { env });
    const refreshed = await runGizmo(['auth', 'refresh', '--json'], { env });
    expect(refreshed).toMatchObject({ code: 0 });
    expect(JSON.parse(refreshed.stdout)).toMatchObject({ server: where(), user: 'ada@example.com' });
    const after = await runGizmo(['auth', 'token'], { env });
    expect(after).toMatchObject({ code: 0, stdout: expect.stringMatching(/^eyJ/) });
    expect(after.stdout).not.toBe(before.stdout);
  });
  it('is renewed once, however many shells begin at the same time', async () => {
    await logIn();
    expire();
    const before = provider.tokenRequests();
    const shells = [1, 2, 3].map(() =>
      runGizmo(['client', `gizmo://${where()}`, '--csv', '-c', 'select 42 as n'], { env }),
    );
    for (const shell of await Promise.all(shells))
      expect(shell).toMatchObject({ code: 0, stdout: 'n\n42\n' });
    expect(provider.tokenRequests()).toBe(before + 1);
  });
  /** Logged in, and then taken back at the provider by somebody else, and expired. */
  async function takenBack(): Promise<void> {
    await logIn();
    const copy = readFileSync(join(home, 'gizmo', 'credentials.json'));
    const list = readFileSync(join(home, 'gizmo', 'logins.json'));
    const out = await runGizmo(['auth', 'logout', '--json'], { env });
    expect(JSON.parse(out.stdout)).toMatchObject({ loggedOut: [{ server: where(), revoked: true }] });
    // Somebody has copied the files before.
    writeFileSync(join(home, 'gizmo', 'credentials.json'), copy, { mode: 0o600 });
    writeFileSync(join(home, 'gizmo', 'logins.json'), list, { mode: 0o600 });
    expire();
  }
  it('and was taken back asks for another, in a script too', async () => {
    await takenBack();
    const run = await runGizmo(['client', `gizmo://${where()}`, '-c', 'select 1'], { env });
    expect(run).toMatchObject({ code: 4, stderr: expect.stringContaining(`gizmo auth login ${where()}\n`) });
    expect(run.stderr).not.toMatch(/eyJ/);
  });

  describe.skipIf(!HAS_PTY)('and was taken back, before somebody at a terminal', () => {
    let terminal: Pty;
    beforeEach(async () => {
      await takenBack();
      const inherited = Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name));
      const client = ['client', `gizmo://${where()}`, '--csv', '-c', 'select 40 + 2 as n'];
      terminal = new Pty(
        [process.execPath, GIZMO, ...client],
        { ...Object.fromEntries(inherited), ...env },
        2000,
      );
      expect(await terminal.until('Log in again now? [Y/n] ')).toContain('Warning: ');
    });
    afterEach(() => terminal.kill());

    it('is made anew at once, kept, and the statement runs', async () => {
      terminal.press('\r');
      // There is no display, so that it goes by a device.
      const [, address = ''] = DEVICE.exec(await terminal.until(/^ {4}http\S+user_code=\S+\s/m)) ?? [];
      await signIn(address, 'ada');
      await terminal.until(/^42\s/m);
      expect(await terminal.exitCode()).toBe(0);
      expect(await runGizmo(['auth', 'status'], { env })).toMatchObject({ code: 0 });
    });
    it.each([
      ['no', 'n\r'],
      ['Ctrl-C', '\u0003'],
    ])('stays as it is after %s, and the statement does not run', async (_, keys) => {
      terminal.press(keys);
      // Ports have 42 in them too.
      expect(await terminal.until('gizmo auth login')).not.toMatch(/^42\s/m);
      expect(await terminal.exitCode()).toBe(4);
    });
  });
});
