/** Every fenced command of README and docs runs, in order, as it stands. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPythonClients } from '../interop/python.js';
import { ROOT } from '../support/root.js';
import { type Block, documentationFiles, readBlocks } from './blocks.js';
import { openTerminal, type Terminal } from './terminal.js';

/** The two commands for a fresh clone: clone.e2e.test.ts runs the first, and .ci/run the second, with these tests. */
const FOR_A_CLONE = ['npm ci && npx gizmo quickstart', 'npm ci && npm test'];
const PYTHON = join(ROOT, '.cache', 'venv', 'bin', 'python');

describe.each(
  documentationFiles()
    .map((file) => ({ file, blocks: readBlocks(file).filter(isRun) }))
    .filter(({ blocks }) => blocks.length > 0),
)('$file', ({ blocks }) => {
  let terminal: Terminal;
  beforeAll(async () => {
    terminal = await openTerminal();
  });
  afterAll(() => terminal?.close());

  for (const block of blocks)
    it.skipIf(block.language === 'python' && !hasPythonClients())(
      `line ${block.line} runs (${block.language})`,
      () => run(block, terminal),
    );
});

describe('the documentation', () => {
  it('uses fences of known languages only, so that none is left out by a misspelling', () => {
    const known = ['bash', 'sql', 'python', 'js', 'text'];
    const odd = documentationFiles()
      .flatMap(readBlocks)
      .filter(({ language }) => !known.includes(language))
      .map(({ file, line }) => `${file}:${line}`);
    expect(odd).toEqual([]);
  });
  it('asks the registry for no foreign package: npx stands only in the first command of a clone', () => {
    const commands = documentationFiles()
      .flatMap(readBlocks)
      .filter(({ text }) => /\bnpx gizmo\b/.test(text));
    expect(commands.map(({ text }) => text)).toEqual([FOR_A_CLONE[0]]);
  });
  it('links only to files that exist', async () => {
    const { readFileSync } = await import('node:fs');
    const broken = documentationFiles().flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
      return links
        .filter((link) => !existsSync(join(ROOT, file, '..', link)))
        .map((link) => `${file}: ${link}`);
    });
    expect(broken).toEqual([]);
  });
});

function isRun({ language, text }: Block): boolean {
  return language !== 'text' && !FOR_A_CLONE.includes(text);
}

function run({ language, text }: Block, terminal: Terminal): Promise<string> {
  switch (language) {
    case 'sql':
      return terminal.sql(text);
    case 'python':
      return terminal.program(PYTHON, 'py', text);
    case 'js':
      return terminal.program(process.execPath, 'mjs', text);
    default:
      return terminal.bash(text);
  }
}
