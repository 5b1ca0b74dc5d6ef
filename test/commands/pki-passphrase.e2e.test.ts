/** Passphrases of `gizmo pki` on a terminal: asked for unseen, twice where they are new. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { HAS_PTY, Pty } from '../support/pty.js';
import { GIZMO } from '../support/root.js';
import { runGizmo } from '../support/run-gizmo.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-passphrase-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dir = join(root, 'pki');

describe.skipIf(!HAS_PTY)('on a terminal', () => {
  const started: Pty[] = [];
  afterEach(() => {
    for (const terminal of started.splice(0)) terminal.kill();
  });
  function start(...args: string[]): Pty {
    const inherited = Object.entries(process.env).filter(([name]) => !/^GIZMO/.test(name));
    const terminal = new Pty([process.execPath, GIZMO, 'pki', ...args], {
      ...Object.fromEntries(inherited),
      GIZMO_PKI_DIR: dir,
      TERM: 'xterm-256color',
    });
    started.push(terminal);
    return terminal;
  }

  it('a new passphrase is asked for twice, and nothing is made of two that differ or of Ctrl-C', async () => {
    const differing = start('init', '--encrypt-ca-key');
    await differing.until('New passphrase for the CA keys: ');
    differing.press('correct horse\r');
    await differing.until('The same again: ');
    differing.press('correct house\r');
    await differing.until('The two passphrases differ.');
    expect(await differing.exitCode()).toBe(2);
    const interrupted = start('init', '--encrypt-ca-key');
    await interrupted.until('New passphrase for the CA keys: ');
    interrupted.press('\u0003');
    expect(await interrupted.exitCode()).toBe(130);
    expect(existsSync(join(dir, 'server-ca.key'))).toBe(false);
    expect(existsSync(join(dir, '.lock'))).toBe(false);
  });

  it('and what was typed opens the key, unseen', async () => {
    const init = start('init', '--encrypt-ca-key');
    await init.until('New passphrase for the CA keys: ');
    init.press('correct horse\r');
    await init.until('The same again: ');
    init.press('correct horse\r');
    await init.until('NODE_EXTRA_CA_CERTS');
    expect(await init.exitCode()).toBe(0);
    expect(init.raw).not.toContain('correct');
    expect(readFileSync(join(dir, 'server-ca.key'), 'utf8')).toContain('ENCRYPTED');

    const issue = start('issue', 'localhost');
    await issue.until(/Passphrase of .*server-ca\.key: /s);
    issue.press('correct horse\r');
    await issue.until('Use it:');
    expect(await issue.exitCode()).toBe(0);
    expect(issue.raw).not.toContain('correct');
  });
});

it('without a terminal the flag that helps is named', async () => {
  const [own, secret] = [join(root, 'own'), join(root, 'secret')];
  writeFileSync(secret, 'correct horse', { mode: 0o600 });
  expect((await runGizmo(['pki', 'init', '--dir', own, '--passphrase-file', secret])).code).toBe(0);
  const { code, stderr } = await runGizmo(['pki', 'issue', '--client', 'x', '--dir', own]);
  expect(code).toBe(2);
  expect(stderr).toContain('no terminal to ask for the secret on. Use --passphrase-file FILE.');
});
