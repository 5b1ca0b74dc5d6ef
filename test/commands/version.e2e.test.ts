import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPackageJson } from '../support/package-json.js';
import { GIZMO } from '../support/root.js';

const run = (args: readonly string[]) => spawnSync(process.execPath, [GIZMO, ...args], { encoding: 'utf8' });

describe('the version', () => {
  it.each([
    [['--version']],
    [['-V']],
    [['client', '--version']],
    [['client', '-v']],
    [['server', 'start', '--version']],
    [['quickstart', '--version']],
  ])('is answered to %j', (args) => {
    const { status, stdout } = run(args);
    expect([status, stdout]).toEqual([0, `gizmo ${readPackageJson().version}\n`]);
  });
});

describe('help', () => {
  it.each([[['client', '-?']], [['server', 'start', '-?']]])('is given for %j', (args) => {
    const { status, stdout } = run(args);
    expect(status).toBe(0);
    expect(stdout).toContain('USAGE');
  });
});

describe('a command', () => {
  it.each(['test', 'development', 'production'])('runs what was built, NODE_ENV=%s', (mode) => {
    // oclif would start tsx, and with it a thread, to run the sources of a clone.
    const hook = join(mkdtempSync(join(tmpdir(), 'gizmo-threads-')), 'hook.cjs');
    writeFileSync(hook, "if (!require('worker_threads').isMainThread) process._rawDebug('a thread');");
    const { status, stderr } = spawnSync(process.execPath, [GIZMO, 'server', 'start', '--nonsense'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: mode, NODE_OPTIONS: `--require ${hook}` },
    });
    rmSync(dirname(hook), { recursive: true });
    expect(status).toBe(2);
    expect(stderr).toContain('There is no flag --nonsense');
    expect(stderr).not.toContain('a thread');
  });
});
