/** Builds dist/ before tests of the binary run, when a source is newer than the last build. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './root.js';

/** vitest calls this once for the whole run. Two runs in one checkout take turns. */
export default async function setup(): Promise<void> {
  const lock = join(ROOT, '.cache', 'build.lock');
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  while (!acquire(lock)) await delay(200);
  try {
    if (!isStale()) return;
    const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], {
      stdio: 'inherit',
    });
    if (status !== 0)
      process.stderr.write('The build reports type errors; `npm run typecheck` is the judge of them.\n');
  } finally {
    rmdirSync(lock);
  }
}

/** A lock older than two minutes was left by a run that died. */
function acquire(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > 120_000) rmdirSync(lock);
    return false;
  }
}

function isStale(): boolean {
  const built = statSync(join(ROOT, 'dist', 'version.js'), { throwIfNoEntry: false });
  return built === undefined || newestUnder(join(ROOT, 'src')) > built.mtimeMs;
}

/** Folders count too: their time changes when a file in them is removed. */
function newestUnder(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true }).map(
    (entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times, statSync(folder).mtimeMs);
}
