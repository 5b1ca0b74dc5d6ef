import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programCall } from '../../src/cli/program-call.js';

describe('how this program is called again', () => {
  it('is gizmo where that was found on the search path', () => {
    expect(programCall(['/usr/bin/node', '/usr/local/bin/gizmo'], {})).toBe('gizmo');
  });
  it('is the whole path for npx, whose search path no other terminal has', () => {
    const npx = { npm_execpath: '/usr/lib/npm-cli.js' };
    expect(programCall(['/usr/bin/node', '/c/node_modules/.bin/gizmo'], npx)).toBe(
      '/usr/bin/node /c/node_modules/.bin/gizmo',
    );
  });
  it('is the launcher itself, not the link to it', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-call-')));
    const [launcher, link] = [join(folder, 'run.js'), join(folder, 'gizmo')];
    writeFileSync(launcher, '');
    symlinkSync(launcher, link);
    expect(programCall(['node', link], { npm_execpath: 'npm' })).toBe(`node ${launcher}`);
    rmSync(folder, { recursive: true });
  });
  it('is the whole path for a launcher that was named, quoted where a shell needs it', () => {
    expect(programCall(['/usr/bin/node', "/it's here/bin/run.js"], {})).toBe(
      "/usr/bin/node '/it'\\''s here/bin/run.js'",
    );
  });
});
