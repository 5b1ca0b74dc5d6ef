/**
 * The one file of pki that touches files. What it writes is there whole or not at all: drafts are made exclusively,
 * then linked or renamed into place. Keys have mode 0600, directories 0700; on Windows the user's own directory
 * is what protects them.
 */
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeErrno, isErrno, unlinkIfPresent } from '../errno.js';
import { GizmoError } from '../errors.js';
import { withLockFile } from '../lock-file.js';

/** Files larger than this are none of ours. A revocation list may be the largest. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The bytes of a file; `-` is standard input.
 * @param what names it in errors, such as "the certificate"
 * @throws GizmoError USAGE for a file that is missing, unreadable or huge
 */
export function readInput(path: string, what: string): Buffer {
  let file: number | undefined;
  try {
    file = path === '-' ? 0 : openSync(path, 'r');
    return readAll(file, path);
  } catch (cause) {
    if (cause instanceof GizmoError) throw cause;
    throw new GizmoError('USAGE', `Cannot read ${what} ${path}: ${describeErrno(cause)}.`, { cause });
  } finally {
    if (file !== undefined && file !== 0) closeSync(file);
  }
}

/** The same, or undefined where there is no such file. */
export function readIfPresent(path: string, what: string): Buffer | undefined {
  return existsSync(path) ? readInput(path, what) : undefined;
}

/** Whether a file or folder has this name. */
export function isPresent(path: string): boolean {
  return existsSync(path);
}

/** Names in a folder; none where there is no such folder. */
export function listDirectory(path: string): string[] {
  return existsSync(path) ? readdirSync(path) : [];
}

export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Secret files have mode 0600, others 0644. */
  readonly secret: boolean;
}

/**
 * Writes all or none. A signal that comes meanwhile takes effect when they are written.
 * @param replace without it a file that is there already is an error and nothing is written
 * @throws GizmoError ALREADY_EXISTS, USAGE where a folder cannot be written
 */
export async function publishFiles(files: readonly NewFile[], replace: boolean): Promise<void> {
  const drafts: { readonly path: string; readonly draft: string }[] = [];
  await holdSignals(() => {
    try {
      for (const { path, content, secret } of files) {
        makeDirectory(dirname(resolve(path)));
        const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
        drafts.push({ path, draft });
        writeDraft(draft, content, secret ? 0o600 : 0o644);
      }
      if (replace) for (const { path, draft } of drafts) renameSync(draft, path);
      else linkAll(drafts);
    } catch (cause) {
      if (cause instanceof GizmoError) throw cause;
      throw new GizmoError('USAGE', `Cannot write ${files[0]?.path}: ${describeErrno(cause)}.`, { cause });
    } finally {
      for (const { draft } of drafts) unlinkIfPresent(draft);
    }
  });
}

/**
 * Adds one line to a file that only its owner reads. Whole lines: the system appends each in one piece.
 * @throws GizmoError USAGE where the file cannot be written
 */
export function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new GizmoError('USAGE', `Cannot write ${path}: ${describeErrno(cause)}.`, { cause });
  }
}

/** Makes a folder and those above it, closed to others; one that is there stays as it is. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new GizmoError('USAGE', `Cannot make the directory ${path}: ${describeErrno(cause)}.`, { cause });
  }
}

/** Whether users other than the owner may read a file; never on Windows, which has no such modes. */
export function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

/**
 * Runs `task` while no other process does so in the same directory. The lock of a process that died is taken over.
 * @throws GizmoError UNAVAILABLE where another one holds it for longer than ten seconds
 */
export function withLock<Result>(directory: string, task: () => Promise<Result>): Promise<Result> {
  return withLockFile(join(directory, '.lock'), `at work in ${directory}`, task);
}

/** A signal waits until the files are whole, then ends the command as it always would. */
async function holdSignals(write: () => void): Promise<void> {
  let interrupted = false;
  const note = (): void => {
    interrupted = true;
  };
  for (const signal of SIGNALS) process.on(signal, note);
  try {
    write();
    // Signals are delivered between turns of the event loop.
    await new Promise((done) => setImmediate(done));
    await new Promise((done) => setImmediate(done));
  } finally {
    for (const signal of SIGNALS) process.off(signal, note);
  }
  if (interrupted) throw new GizmoError('CANCELLED', 'Interrupted.');
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function writeDraft(path: string, content: string | Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function linkAll(drafts: readonly { readonly path: string; readonly draft: string }[]): void {
  const done: string[] = [];
  try {
    for (const { path, draft } of drafts) {
      linkExclusively(draft, path);
      done.push(path);
    }
  } catch (cause) {
    for (const path of done) unlinkIfPresent(path);
    if (!isErrno(cause, 'EEXIST')) throw cause;
    const path = drafts[done.length]?.path;
    throw new GizmoError('ALREADY_EXISTS', `${path} exists already and is not overwritten.`, { cause });
  }
}

/** Some file systems have no links; there an exclusive copy stands in. */
function linkExclusively(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (isErrno(error, 'EEXIST') || isErrno(error, 'ENOENT')) throw error;
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
}

function readAll(file: number, path: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024);
    const count = readSome(file, chunk);
    if (count === 0) return Buffer.concat(chunks);
    total += count;
    if (total > FILE_BYTES_MAX)
      throw new GizmoError('USAGE', `${path} is larger than 16 MiB: no such file is meant.`);
    chunks.push(chunk.subarray(0, count));
  }
}

/** On Windows the end of a pipe is an error. */
function readSome(file: number, chunk: Buffer): number {
  try {
    return readSync(file, chunk);
  } catch (error) {
    if (isErrno(error, 'EOF')) return 0;
    throw error;
  }
}
