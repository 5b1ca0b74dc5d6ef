import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileCandidates } from '../../../src/client/repl/completion/files.js';
import { keywordCandidates } from '../../../src/client/repl/completion/keyword-candidates.js';
import { menuLines } from '../../../src/client/repl/completion-menu.js';
import { highlighter } from '../../../src/client/repl/highlight.js';
import { KEYWORDS } from '../../../src/client/repl/keywords.js';
import { mayChangeTables, PromptTracker } from '../../../src/client/repl/prompt.js';

describe('keywordCandidates', () => {
  it('follow the case of what was typed', () => {
    expect(keywordCandidates('sel')).toEqual(['select']);
    expect(keywordCandidates('SEL')).toEqual(['SELECT']);
  });

  it('are none for nothing typed', () => {
    expect(keywordCandidates('')).toEqual([]);
  });

  it('come from a sorted list without repeats', () => {
    expect(KEYWORDS).toEqual([...new Set(KEYWORDS)].sort());
  });
});

describe('fileCandidates', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'gizmo-files-'));
    mkdirSync(join(directory, 'folder'));
    for (const name of ['one.sql', 'one two.sql', '.hidden']) writeFileSync(join(directory, name), '');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('mark directories, quote blanks, and leave hidden files out', async () => {
    expect(await fileCandidates(`${directory}${sep}`)).toEqual(
      [
        `"${join(directory, 'one two.sql')}"`,
        `${join(directory, 'folder')}${sep}`,
        join(directory, 'one.sql'),
      ].sort(),
    );
    expect(await fileCandidates(join(directory, '.h'))).toEqual([join(directory, '.hidden')]);
  });

  it('go on inside an open quote', async () => {
    expect(await fileCandidates(`'${join(directory, 'one t')}`)).toEqual([
      `'${join(directory, 'one two.sql')}'`,
    ]);
  });

  it('are none where there is no such directory', async () => {
    expect(await fileCandidates(join(directory, 'nowhere', 'x'))).toEqual([]);
  });
});

describe('menuLines', () => {
  const menu = (count: number, index: number) => ({
    start: 0,
    original: '',
    candidates: Array.from({ length: count }, (_, at) => `name_${at}`),
    index,
  });

  it('stand in columns with the chosen one in brackets', () => {
    expect(menuLines(menu(3, 1), 40)).toEqual([' name_0  [name_1]  name_2']);
  });

  it('show the row of the chosen one and count the rest', () => {
    const lines = menuLines(menu(100, 99), 20);
    expect(lines).toHaveLength(6);
    expect(lines.at(-2)).toContain('[name_99]');
    expect(lines.at(-1)).toBe(' … 100 in all');
  });
});

describe('highlighter', () => {
  it('colours keywords, texts and comments, and what is not closed', () => {
    const text = "select 'a' -- b";
    const style = highlighter(text);
    const runs = Array.from(text, (_, offset) => style(offset));
    expect(new Set(runs.slice(0, 6))).toEqual(new Set(['\x1b[34m']));
    expect(runs[7]).toBe('\x1b[32m');
    expect(runs.at(-1)).toBe('\x1b[90m');
    expect(highlighter("'open")(2)).toBe('\x1b[31m');
    expect(highlighter('.mode select')(6)).toBe('');
  });
});

describe('PromptTracker', () => {
  it.each([
    [['begin'], true],
    [['BEGIN TRANSACTION', 'select 1'], true],
    [['start transaction', '/* all done */ commit'], false],
    [['begin', 'rollback'], false],
    [['select $$begin$$'], false],
  ])('after %j is in a transaction: %j', (statements, open) => {
    const tracker = new PromptTracker();
    for (const statement of statements) tracker.noteStatement(statement);
    expect(tracker.inTransaction).toBe(open);
  });

  it.each([
    ['create table t (a int)', true],
    ['-- note\ndrop table t', true],
    ['attach $$x.db$$', true],
    ['select 1', false],
    ['(select 1) union select 2', false],
    ['with a as (select 1) from a', false],
    ['insert into t values (1)', false],
  ])('%j may change tables: %j', (sql, may) => {
    expect(mayChangeTables(sql)).toBe(may);
  });
});
