/** The tarball that npm would publish: what is in it, and that it runs where nothing else is installed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPackageJson } from '../support/package-json.js';
import { ROOT } from '../support/root.js';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'gizmo-package-'));
const prefix = join(folder, 'prefix');
const gizmo = process.platform === 'win32' ? join(prefix, 'gizmo.cmd') : join(prefix, 'bin', 'gizmo');
const env = {
  ...process.env,
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  XDG_STATE_HOME: folder,
  npm_config_cache: npmCache(),
};
let files: string[] = [];

beforeAll(async () => {
  // Without scripts: dist is built by then, and building it anew would pull it away under other tests.
  const { stdout } = await npm('pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [pack] = JSON.parse(stdout);
  files = pack.files.map((file: { path: string }) => file.path);
  await npm(
    'install',
    '--global',
    '--prefix',
    prefix,
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    join(folder, pack.filename),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball', () => {
  it('holds the built code, the launcher, the manifest, the samples and the licence', () => {
    const wanted = [
      'bin/load-hot.js',
      'bin/run.js',
      'dist/errors.js',
      'oclif.manifest.json',
      'samples/penguins.csv',
      'LICENSE',
      'NOTICE',
      'README.md',
    ];
    expect(wanted.filter((path) => !files.includes(path))).toEqual([]);
  });
  it('holds no sources, tests or tools', () => {
    expect(files.filter((path) => /^(src|test|bench|scripts|\.ci)\//.test(path))).toEqual([]);
  });
  it('holds every page that a page in it links to', () => {
    const dead = files
      .filter((path) => path.endsWith('.md'))
      .flatMap((page) =>
        [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)].map(
          ([, link = '']) => normalize(join(dirname(page), link)),
        ),
      )
      .filter((path) => !files.includes(path));
    expect(dead).toEqual([]);
  });
  it('names no folder of the machine it was built on', () => {
    const telling = files.filter((path) => readFileSync(join(ROOT, path)).includes(ROOT));
    expect(telling).toEqual([]);
  });
  it('installs into an empty prefix and says its version', async () => {
    const { stdout } = await run(gizmo, ['--version'], { env, cwd: folder });
    expect(stdout).toContain(readPackageJson().version);
  });
  it('shows help for the client', async () => {
    const { stdout } = await run(gizmo, ['client', '--help'], { env, cwd: folder });
    expect(stdout).toMatch(/--host/);
  });
  it('runs the main job: quickstart on the bundled sample answers SQL from standard input', async () => {
    const child = run(gizmo, ['quickstart', '--format', 'csv'], { env, cwd: folder });
    child.child.stdin?.end('select count(*) as penguins from penguins;\n');
    const { stdout } = await child;
    expect(stdout).toBe('penguins\n344\n');
  });
  it('names the version that its package.json names', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8'));
    expect(manifest.version).toBe(readPackageJson().version);
  });
});

function npm(...args: string[]) {
  return run('npm', args, { cwd: ROOT, shell: process.platform === 'win32', maxBuffer: 64 * 1024 * 1024 });
}

/** HOME changes for the installed command; what npm has downloaded already stays useful. */
function npmCache(): string {
  return process.env.npm_config_cache ?? join(process.env.HOME ?? folder, '.npm');
}
