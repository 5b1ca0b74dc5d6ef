import { spawnSync } from 'node:child_process';
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
