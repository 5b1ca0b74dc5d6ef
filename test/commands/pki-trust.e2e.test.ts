/** `gizmo pki trust` on Debian's store, in a mount namespace of its own, and on an NSS database. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../pki/tools.js';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';
import { runGizmo } from '../support/run-gizmo.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-trust-'));
const dir = join(root, 'pki');
const env = { GIZMO_PKI_DIR: dir, HOME: root };
const pki = (...args: string[]) => runGizmo(['pki', ...args], { env });
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(async () => {
  expect((await pki('init')).code).toBe(0);
  expect((await pki('issue', 'localhost')).code).toBe(0);
});

/** Where the machine's store can be changed without the machine noticing. */
function hasNamespaces(): boolean {
  if (!hasTool('unshare', 'install util-linux') || !hasTool('update-ca-certificates', 'use Debian or Ubuntu'))
    return false;
  if (spawnSync('unshare', ['-rm', 'true']).status === 0) return true;
  if (process.env.GIZMO_REQUIRE_INTEROP === '1') throw new Error('unshare is not allowed here.');
  process.stderr.write('SKIPPED: unshare is not allowed here.\n');
  return false;
}

describe.skipIf(!hasNamespaces())("Debian's certificate store", () => {
  it('trusts the CA after install, and not after uninstall', () => {
    for (const name of ['certs', 'local', 'hooks']) mkdirSync(join(root, name));
    cpSync('/etc/ssl/certs', join(root, 'certs'), { recursive: true, verbatimSymlinks: true });
    const gizmo = `"${process.execPath}" "${GIZMO}" pki trust`;
    const verify = `openssl verify "${dir}/localhost.crt" >/dev/null 2>&1`;
    const script = `
      mount --bind "${root}/certs" /etc/ssl/certs
      mount --bind "${root}/local" /usr/local/share/ca-certificates
      mount --bind "${root}/hooks" /etc/ca-certificates/update.d
      ${verify} && echo trusted before
      ${gizmo} install --yes --json >/dev/null || echo install failed
      ${verify} && echo trusted after install
      ls /usr/local/share/ca-certificates
      ${gizmo} uninstall --yes || echo uninstall failed
      ${verify} && echo trusted after uninstall
      exit 0`;
    const ran = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });
    expect(ran.stderr).toMatch(
      /install -m 0644 .*server-ca\.crt .*gizmo-[0-9a-f]{16}\.crt\n.*update-ca-certificates/,
    );
    const lines = ran.stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('trusted after install');
    expect(lines[1]).toMatch(/^gizmo-[0-9a-f]{16}\.crt$/);
    expect(lines[2]).toContain('is no longer trusted by the system');
    expect(readdirSync(join(root, 'local'))).toEqual([]);
  });
});

describe.skipIf(!hasTool('certutil', 'install libnss3-tools'))('an NSS database', () => {
  it('trusts the CA after install, and forgets it after uninstall', async () => {
    const database = join(root, '.pki', 'nssdb');
    mkdirSync(database, { recursive: true });
    execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${database}`]);
    const list = () => execFileSync('certutil', ['-L', '-d', `sql:${database}`], { encoding: 'utf8' });
    const installed = await pki('trust', 'install', '--nss', '--no-system', '--yes');
    expect(installed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is trusted now by NSS database'),
    });
    expect(list()).toMatch(/gizmo-[0-9a-f]{16}\s+C,,/);
    expect((await pki('trust', 'uninstall', '--nss', '--no-system', '--yes')).code).toBe(0);
    expect(list()).not.toContain('gizmo-');
  });
});

describe.skipIf(!HAS_PTY)('on a terminal', () => {
  it.each([
    ['no', 'n\r'],
    ['nothing', '\r'],
    ['Ctrl-C', '\u0003'],
  ])('shows what it would run, asks, and changes nothing on %s', async (_, keys) => {
    const home = join(root, 'home');
    mkdirSync(join(home, '.pki', 'nssdb'), { recursive: true });
    writeFileSync(join(home, '.pki', 'nssdb', 'cert9.db'), '');
    const inherited = Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name));
    const command = [process.execPath, GIZMO, 'pki', 'trust', 'install', '--nss', '--no-system'];
    const terminal = new Pty(command, {
      ...Object.fromEntries(inherited),
      ...env,
      HOME: home,
      TERM: 'xterm-256color',
    });
    const shown = await terminal.until('[y/N] ');
    expect(shown.replace(/\s+/g, ' ')).toContain(`certutil -d sql:${home}/.pki/nssdb -A -t C,, -n gizmo-`);
    terminal.press(keys);
    await terminal.until('Nothing was changed.');
    expect(await terminal.exitCode()).toBe(130);
    expect(readFileSync(join(home, '.pki', 'nssdb', 'cert9.db'))).toHaveLength(0);
  });
});
