/** The package as a library, installed from its tarball into an empty project. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/root.js';

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'gizmo-library-'));

beforeAll(async () => {
  // Without scripts: dist is built by then, and building it anew would pull it away under other tests.
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const [pack] = JSON.parse(stdout);
  writeFileSync(join(project, 'package.json'), '{ "name": "consumer", "private": true }');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--omit=dev', pack.filename], {
    cwd: project,
  });
  mkdirSync(join(project, 'node_modules', '@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    const link = join(project, 'node_modules', name);
    if (!existsSync(link)) symlinkSync(join(ROOT, 'node_modules', name), link);
  }
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const NAMES = [
  'ERROR_CODES',
  'GizmoError',
  'batchRows',
  'batchesOf',
  'connect',
  'decodeSchema',
  'field',
  'storedLogin',
];
const USE = `
  const names = Object.keys(library).filter((name) => !['__esModule', 'module.exports'].includes(name)).sort();
  library.connect({ port: 1, connectTimeoutMs: 1000 }).catch((error) =>
    console.log(JSON.stringify({ names, code: error.code, known: error instanceof library.GizmoError })));`;
const SEEN = { names: NAMES, code: 'UNAVAILABLE', known: true };

describe('the installed package', () => {
  const node = async (name: string, text: string) => {
    writeFileSync(join(project, name), text);
    return run(process.execPath, [name], { cwd: project });
  };
  it('is imported', async () => {
    const { stdout } = await node('main.mjs', `import * as library from 'gizmo-sql';${USE}`);
    expect(JSON.parse(stdout)).toEqual(SEEN);
  });
  it('is required, without a word of warning', async () => {
    const { stdout, stderr } = await node('main.cjs', `const library = require('gizmo-sql');${USE}`);
    expect(JSON.parse(stdout)).toEqual(SEEN);
    expect(stderr).toBe('');
  });
  it('opens nothing else', async () => {
    const deep = node('deep.mjs', `await import('gizmo-sql/dist/client/connect.js');`);
    await expect(deep).rejects.toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });
  it.each(['mts', 'cts'])('has the types that a program sees, in a .%s file', async (extension) => {
    copyFileSync(join(ROOT, 'test', 'types', 'library.ts'), join(project, `types.${extension}`));
    const options = {
      compilerOptions: {
        target: 'ES2023',
        lib: ['ES2023'],
        types: ['node'],
        module: 'NodeNext',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
      },
      files: [`types.${extension}`],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(options));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });
});
