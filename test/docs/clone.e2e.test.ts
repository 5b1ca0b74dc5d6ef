/** The first command of the README, in a fresh clone with nothing installed. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';
import { which } from '../support/which.js';
import { readBlocks } from './blocks.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'gizmo-clone-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a fresh clone', () => {
  const [first, second] = readBlocks('README.md').filter(({ text }) => text.startsWith('npm ci'));

  it.skipIf(!canClone())(
    'runs the main job with the first command of the README',
    { timeout: 600_000 },
    async () => {
      const clone = join(folder, 'clone');
      await run('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
      const env = { ...process.env, XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder };
      // Vitest tells its children that they are under test; a clone's npm must not hear of it.
      for (const name of Object.keys(env))
        if (/^(VITEST|NODE_ENV$|npm_)/.test(name)) Reflect.deleteProperty(env, name);
      const running = run('bash', ['-c', first?.text ?? ''], { cwd: clone, env });
      running.child.stdin?.end();
      const { stdout } = await running;
      expect(stdout).toMatch(/Adelie[\s\S]*Gentoo[\s\S]*2015/);
      expect((await run('git', ['status', '--porcelain'], { cwd: clone })).stdout).toBe('');
    },
  );
  it('has its tests run by the second, which is what .ci/run runs', () => {
    expect(second?.text).toBe('npm ci && npm test');
    const steps = readFileSync(join(ROOT, '.ci', 'run'), 'utf8');
    expect(steps).toMatch(/^step 'npm ci' retry npm ci$/m);
    expect(steps).toMatch(/^step 'npm test' npm test /m);
  });
});

function canClone(): boolean {
  const possible = existsSync(join(ROOT, '.git')) && which('git') !== undefined;
  if (!possible) process.stderr.write('SKIPPED: this is no git checkout, so it cannot be cloned.\n');
  return possible;
}
