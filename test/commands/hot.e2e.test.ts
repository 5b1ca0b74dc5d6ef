import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';

const run = (args: readonly string[], cwd = ROOT) =>
  spawnSync(process.execPath, args, { cwd, encoding: 'utf8', env: { ...process.env, XDG_RUNTIME_DIR: cwd } });
const UNREACHABLE = ['bin/run.js', 'client', '--port', '1', '-c', 'select 1'];

describe('a hot command', () => {
  it.each(['client', 'pki'])('is one file, and V8 takes the code that was kept for it: %s', (name) => {
    const look = `require('./bin/load-hot.js')('${name}', (script) => console.log(script.cachedDataRejected))`;
    const { status, stdout } = run(['-e', look]);
    expect([status, stdout]).toEqual([0, 'false\n']);
  });

  it('is compiled anew where V8 cannot take the code', () => {
    const { status, stderr } = run(['--no-opt', ...UNREACHABLE]);
    expect(status).toBe(3);
    expect(stderr).toContain('Nothing listens');
  });

  it('does the same from its modules, where it was not bundled', () => {
    const copy = mkdtempSync(join(tmpdir(), 'gizmo-unbundled-'));
    const hot = join(ROOT, 'dist', 'hot');
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true, filter: (source) => source !== hot });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const [bundled, plain] = [run(UNREACHABLE), run(UNREACHABLE, copy)];
    expect(plain.status).toBe(3);
    expect([plain.status, plain.stdout, plain.stderr]).toEqual([
      bundled.status,
      bundled.stdout,
      bundled.stderr,
    ]);
    rmSync(copy, { recursive: true });
  });
});
