import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileStore } from '../../../src/client/credentials/file-store.js';
import { readPrivateFile } from '../../../src/client/credentials/private-file.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-credentials-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => join(root, String(folders++), 'gizmo');
/** A file that is all right, to be spoilt by the test. */
function written(content = '{ "version": 1, "secrets": { "k": "s" } }') {
  const folder = fresh();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'credentials.json');
  writeFileSync(path, content, { mode: 0o600 });
  return { folder, path };
}

describe('the file store', () => {
  it('keeps, replaces and forgets, in a file for its owner alone, whatever the umask', async () => {
    const folder = fresh();
    const path = join(folder, 'credentials.json');
    const store = fileStore(path);
    const long = 'ä漢🦆'.repeat(3000);
    expect(await store.read('a')).toBeUndefined();
    expect(await store.delete('a')).toBe(false);
    expect(() => statSync(folder)).toThrow(/ENOENT/);
    const umask = process.umask(0);
    try {
      await store.write('a', 'one');
    } finally {
      process.umask(umask);
    }
    await store.write('__proto__', long);
    await store.write('a', 'two');
    expect([await store.read('a'), await store.read('__proto__'), await store.read('b')]).toEqual([
      'two',
      long,
      undefined,
    ]);
    expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    expect([await store.delete('a'), await store.delete('a'), await store.read('a')]).toEqual([
      true,
      false,
      undefined,
    ]);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });

  it('loses nothing that is written at the same time', async () => {
    const path = join(fresh(), 'credentials.json');
    const names = Array.from({ length: 12 }, (_, index) => `k${index}`);
    await Promise.all(names.map((name) => fileStore(path).write(name, name)));
    expect(await Promise.all(names.map((name) => fileStore(path).read(name)))).toEqual(names);
  });

  it.each([0o640, 0o604, 0o660, 0o620, 0o602])(
    'a file of mode %o is refused, and how to close it is said',
    async (mode) => {
      const { path } = written();
      chmodSync(path, mode);
      const refusal = { code: 'UNAUTHENTICATED', message: expect.stringContaining(`chmod 600 ${path}`) };
      await expect(fileStore(path).read('k')).rejects.toMatchObject(refusal);
      await expect(fileStore(path).write('k', 'new')).rejects.toMatchObject(refusal);
      await expect(fileStore(path).delete('k')).rejects.toMatchObject(refusal);
      expect(readFileSync(path, 'utf8')).toContain('"s"');
    },
  );

  it.each([0o770, 0o702])(
    'a folder of mode %o is refused: others could put another file there',
    async (mode) => {
      const { folder, path } = written();
      chmodSync(folder, mode);
      await expect(fileStore(path).read('k')).rejects.toThrow(`chmod 700 ${folder}`);
      await expect(fileStore(path).write('k', 'new')).rejects.toThrow(`chmod 700 ${folder}`);
    },
  );

  it('a symbolic link is not followed, neither to read nor to write', async () => {
    const { path } = written();
    const { path: target } = written();
    rmSync(path);
    symlinkSync(target, path);
    await expect(fileStore(path).read('k')).rejects.toThrow('it is a symbolic link');
    await expect(fileStore(path).write('k', 'new')).rejects.toThrow('it is a symbolic link');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toContain('"s"');
  });

  it('a folder in its place is refused', () => {
    const { path } = written();
    rmSync(path);
    mkdirSync(path, { mode: 0o700 });
    expect(() => readPrivateFile(path)).toThrow('it is no regular file');
  });

  it.runIf(process.getuid?.() === 0)('a file of another user is refused', async () => {
    const { chownSync } = await import('node:fs');
    const { path } = written();
    chownSync(path, 65_534, 65_534);
    expect(() => readPrivateFile(path)).toThrow('it belongs to another user');
  });

  it.each([
    '',
    '[]',
    '{"version":2,"secrets":{}}',
    '{"version":1}',
    '{"version":1,"secrets":{"k":1}}',
    '{"version":1,"secrets":{"k":"s3cret"',
  ])(
    'a damaged file is said to be so, is left as it is, and its content is not shown: %s',
    async (content) => {
      const { path } = written(content);
      const store = fileStore(path);
      await expect(store.read('k')).rejects.toThrow(`${path} is damaged`);
      await expect(store.write('k', 's')).rejects.toThrow(/^(?!.*s3cret)/);
      expect(readFileSync(path, 'utf8')).toBe(content);
    },
  );
});
