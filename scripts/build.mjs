// Compiles src/ to dist/ from scratch, so that a file deleted from src/ is gone from dist/ too. The new dist/ takes
// the old one's place in one step at the end: what runs from dist/ meanwhile never finds it half written.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHot, cacheCode } from './bundle-hot.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const fresh = join(root, `dist-${process.pid}-new`);
const stale = join(root, `dist-${process.pid}-old`);
const dist = join(root, 'dist');

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
  cwd: root,
  stdio: 'inherit',
});
if (existsSync(fresh)) await bundleHot(fresh);
if (existsSync(dist)) renameSync(dist, stale);
if (existsSync(fresh)) renameSync(fresh, dist);
rmSync(stale, { recursive: true, force: true });
cacheCode();
process.exit(status ?? 1);
