/**
 * The history on disk: one JSON string a line, so that statements of several lines survive and a torn line costs
 * only itself. Several shells append to one file; each append is one write.
 */
import { appendFile, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HISTORY_ENTRIES_MAX, isWorthRemembering, remember } from './history.js';

/** A missing, unreadable or foreign file is an empty history: the shell must start. */
export async function openHistory(path: string | undefined): Promise<History> {
  const loaded = path === undefined ? EMPTY : await load(path).catch(() => EMPTY);
  if (path !== undefined && loaded.lines > 2 * HISTORY_ENTRIES_MAX)
    await rewrite(path, loaded.entries).catch(() => undefined);
  return new History(path, loaded.entries);
}

/** Statements of this shell and of those before it. Made by {@link openHistory}. */
export class History {
  readonly #path: string | undefined;
  #entries: readonly string[];

  constructor(path: string | undefined, entries: readonly string[]) {
    this.#path = path;
    this.#entries = entries;
  }

  /** Oldest first. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Remembers a statement here and in the file. A full disk must not end the shell: then it is remembered here only. */
  async add(statement: string): Promise<void> {
    if (!isWorthRemembering(statement)) return;
    const repeats = this.#entries.at(-1) === statement;
    this.#entries = remember(this.#entries, statement);
    if (this.#path === undefined || repeats) return;
    await append(this.#path, statement).catch(() => undefined);
  }
}

interface Loaded {
  readonly entries: readonly string[];
  readonly lines: number;
}

const EMPTY: Loaded = { entries: [], lines: 0 };
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Only the end of a larger file is read. */
const FILE_BYTES_MAX = 16 << 20;

async function load(path: string): Promise<Loaded> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - FILE_BYTES_MAX);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8', 0, bytesRead).split('\n');
    // A Map keeps the order of insertion, so that inserting again moves to the end.
    const seen = new Map<string, true>();
    for (const line of lines) {
      const entry = parseLine(line);
      if (entry === undefined) continue;
      seen.delete(entry);
      seen.set(entry, true);
    }
    return { entries: [...seen.keys()].slice(-HISTORY_ENTRIES_MAX), lines: lines.length };
  } finally {
    await file.close();
  }
}

function parseLine(line: string): string | undefined {
  if (!line.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

async function append(path: string, statement: string): Promise<void> {
  const line = `${JSON.stringify(statement)}\n`;
  await mkdir(dirname(path), { recursive: true, mode: DIRECTORY_MODE });
  await appendFile(path, line, { mode: FILE_MODE });
}

/** Shortens the file by rename; a statement that another shell appends in that moment may be lost. */
async function rewrite(path: string, entries: readonly string[]): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  try {
    await writeFile(temporary, text, { mode: FILE_MODE, flag: 'wx' });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
