/** Finds the fenced code blocks of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root.js';

export interface Block {
  /** File, relative to the repository. */
  readonly file: string;
  /** Line of the opening fence, 1-based. */
  readonly line: number;
  /** What stands behind the fence: `bash`, `sql`, `text`, … */
  readonly language: string;
  readonly text: string;
}

/** README, CONTRIBUTING, SECURITY, the samples' page and everything in docs/. */
export function documentationFiles(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort();
  return [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'samples/README.md',
    ...docs.map((name) => `docs/${name}`),
  ];
}

/** The blocks of one file of the repository. */
export function readBlocks(file: string): Block[] {
  return blocksOf(file, readFileSync(join(ROOT, file), 'utf8'));
}

/** The blocks of a Markdown text; a fence that is not closed is an error. */
export function blocksOf(file: string, markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (open === undefined) open = { line: index + 1, language: line.slice(3).trim(), lines: [] };
    else {
      blocks.push({ file, line: open.line, language: open.language, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${file}:${open.line}: this code block is not closed`);
  return blocks;
}
