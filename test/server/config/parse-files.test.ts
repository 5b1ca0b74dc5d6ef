import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseFiles } from '../../../src/server/config/parse-files.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gizmo-parse-files-')));
const data = join(folder, 'data');
const link = join(folder, 'link');
const file = join(folder, 'one.csv');
mkdirSync(data);
symlinkSync(data, link);
writeFileSync(file, 'x\n1\n');
afterAll(() => rmSync(folder, { recursive: true }));

const usage = expect.objectContaining({ code: 'USAGE' });

describe('what SQL may reach', () => {
  it('is nothing but databases, and everything to administrators, where nothing is said', () => {
    expect(parseFiles({}, ['k'])).toEqual({
      rules: { read: [], write: [], urls: [], own: ['k'] },
      engine: undefined,
    });
    expect(parseFiles({ 'external-access': ['all'] }, []).engine).toBeUndefined();
    expect(parseFiles({ 'external-access': ['none'] }, []).engine).toEqual([]);
  });

  it('is named by where it is, without symbolic links', () => {
    const { rules } = parseFiles(
      { 'allow-path': [link, file, 'HTTPS://Host.example/x/'], 'allow-write-path': [`${link}/../data/`] },
      [],
    );
    expect(rules).toEqual({
      read: [data, file, data],
      write: [data],
      urls: ['https://host.example/x/'],
      own: [],
    });
  });

  it('is opened to the engine as well where that is limited', () => {
    expect(parseFiles({ 'allow-path': [link], 'external-access': [file] }, []).engine).toEqual([file, data]);
  });

  it.each([
    [{ 'allow-path': [join(folder, 'missing')] }, 'no such'],
    [{ 'allow-path': [''] }, '--allow-path is empty'],
    [{ 'allow-write-path': [' '] }, '--allow-write-path is empty'],
    [{ 'external-access': [''] }, '--external-access is empty'],
    [{ 'allow-path': ['/'] }, 'whole machine'],
    [{ 'allow-path': ['/proc/self'] }, 'whole machine'],
    [{ 'allow-path': ['https://user:x@host/'] }, 'write an address'],
    [{ 'allow-path': ['https://host/?a=1'] }, 'write an address'],
    [{ 'allow-write-path': ['https://host/a/'] }, 'no such'],
    [{ 'external-access': ['none'], 'allow-path': [data] }, 'closes what'],
    [{ 'external-access': ['all', data] }, 'say all, or none'],
    [{ 'external-access': ['none', data] }, 'say all, or none'],
    [{ 'external-access': [folder] }, "server's own"],
    [{ 'external-access': [data], 'allow-path': [folder] }, "server's own"],
  ])('cannot be said by %j', (raw, words) => {
    expect(() => parseFiles(raw, [join(data, '..', 'state.gizmo', 'secret.key')])).toThrow(usage);
    expect(() => parseFiles(raw, [join(folder, 'state.gizmo')])).toThrow(words);
  });
});
