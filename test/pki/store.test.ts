import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { publishFiles, readInput, withLock } from '../../src/pki/store.js';

const root = mkdtempSync(join(tmpdir(), 'gizmo-store-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const fresh = () => join(root, String(folders++));
const file = (path: string, content: string, secret = false) => ({ path, content, secret });

describe('publishFiles', () => {
  it('gives secrets to their owner alone, whatever the umask', async () => {
    const folder = fresh();
    const umask = process.umask(0);
    try {
      await publishFiles([file(join(folder, 'a.key'), 'k', true), file(join(folder, 'a.crt'), 'c')], false);
    } finally {
      process.umask(umask);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'a.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['a.crt', 'a.key']);
  });

  it('writes all or none, and leaves nothing behind', async () => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, 'b'), 'mine');
    const files = ['a', 'b', 'c'].map((name) => file(join(folder, name), 'new'));
    await expect(publishFiles(files, false)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('/b exists'),
    });
    expect(readdirSync(folder)).toEqual(['b']);
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('mine');
    await publishFiles(files, true);
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'c']);
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('new');
  });

  it('finishes before a signal that comes in the middle takes effect', async () => {
    const folder = fresh();
    const second = {
      path: join(folder, 'b'),
      secret: false,
      get content() {
        process.kill(process.pid, 'SIGINT');
        return 'b';
      },
    };
    const files = [file(join(folder, 'a'), 'a'), second, file(join(folder, 'c'), 'c')];
    await expect(publishFiles(files, false)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'c']);
  });

  it('says plainly where it cannot write', async () => {
    const blocked = fresh();
    writeFileSync(blocked, '');
    await expect(publishFiles([file(join(blocked, 'x'), '')], false)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const folder = fresh();
    mkdirSync(folder);
    let inside = 0;
    let most = 0;
    const task = () =>
      withLock(folder, async () => {
        most = Math.max(most, ++inside);
        await new Promise((done) => setImmediate(done));
        inside--;
      });
    await Promise.all(Array.from({ length: 8 }, task));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('opens again after a task that failed, and takes over from a process that died', async () => {
    const folder = fresh();
    mkdirSync(folder);
    await expect(withLock(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const dead = spawn(process.execPath, ['-e', '0']);
    await once(dead, 'exit');
    writeFileSync(join(folder, '.lock'), String(dead.pid));
    expect(await withLock(folder, () => Promise.resolve('in'))).toBe('in');
    expect(existsSync(join(folder, '.lock'))).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('readInput', () => {
  it.each([
    ['/no/such/file', /there is no such file/],
    [root, /it is a directory/],
  ])('%s is a plain sentence', (path, reason) => expect(() => readInput(path, 'the file')).toThrow(reason));

  it('stops at a file that never ends', () => {
    expect(() => readInput('/dev/zero', 'the file')).toThrow(/larger than 16 MiB/);
  });
});
