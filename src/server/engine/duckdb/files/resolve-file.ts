/**
 * From a path as SQL has it to the files it is, if all of them are opened by the rules. Symbolic links are followed
 * first and judged by where they lead; what is read then is named by its resolved path, so that nothing in the text
 * can mean something else. A link that somebody changes between the two, with rights of their own on an opened
 * directory, is seen by nobody.
 */
import { lstat, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { FileRules } from '../../../model/file-rules.js';
import { isUnderUrl, isUrl, normalUrl } from '../../../model/url-prefix.js';
import { leadsOut } from './leads-out.js';

/** Lists the files that a pattern takes. */
export type Glob = (pattern: string) => Promise<readonly string[]>;

/** The paths to read; empty where nothing is there; undefined where it may not be read, or not all of it. */
export async function resolveRead(
  written: string,
  rules: FileRules,
  glob: Glob,
): Promise<readonly string[] | undefined> {
  if (isUrl(written)) {
    const url = normalUrl(written);
    return url !== undefined && rules.urls.some((prefix) => isUnderUrl(prefix, url)) ? [url] : undefined;
  }
  const path = absolute(written);
  if (path === undefined) return undefined;
  const own = await ownFiles(rules);
  const [place, pattern] = splitPattern(path);
  const folder = await real(place);
  // Nothing of it, not even whether it is there, is told of what is elsewhere.
  if (folder === undefined || !mayRead(folder, rules)) return undefined;
  if (pattern === '') return await readable([folder], rules, own);
  if (hasPattern(folder) || pattern.split(sep).includes('..')) return undefined;
  if (await leadsOut(folder, pattern.split(sep), (it) => mayRead(it, rules))) return undefined;
  const found = await glob(`${folder === sep ? '' : folder}${sep}${pattern}`);
  if (found.length > FILES_MAX) return undefined;
  const files = await Promise.all(found.map((file) => real(file)));
  return files.every((file) => file !== undefined) ? await readable(files, rules, own) : undefined;
}

/** The path to write; undefined where it may not be written. */
export async function resolveWrite(written: string, rules: FileRules): Promise<string | undefined> {
  const path = isUrl(written) ? undefined : absolute(written);
  if (path === undefined || hasPattern(path) || written.endsWith(sep)) return undefined;
  const file = await real(path);
  if (file === undefined || hasPattern(file) || !rules.write.some((folder) => isUnder(folder, file)))
    return undefined;
  const own = await ownFiles(rules);
  // What is there already is written anew under the other name, which DuckDB gives it, and then replaced.
  for (const written of [file, join(dirname(file), `tmp_${basename(file)}`)]) {
    if (isSystems(written) || (await isOwn(written, own))) return undefined;
    const there = await lstat(written).catch(() => undefined);
    if (there !== undefined && !there.isFile()) return undefined;
  }
  return file;
}

/** Those that are there, if all of them may be read. */
async function readable(
  files: readonly string[],
  rules: FileRules,
  own: OwnFiles,
): Promise<readonly string[] | undefined> {
  const there: string[] = [];
  for (const file of files) {
    if (!mayRead(file, rules) || hasPattern(file) || (await isOwn(file, own))) return undefined;
    const found = await stat(file).catch(() => undefined);
    // A pipe would hold whoever opens it for ever.
    if (found !== undefined && !found.isFile()) return undefined;
    if (found !== undefined) there.push(file);
  }
  return there;
}

function mayRead(file: string, { read }: FileRules): boolean {
  return !isSystems(file) && read.some((opened) => isUnder(opened, file));
}

/** The kernel's own files, such as this process's environment and memory. */
function isSystems(file: string): boolean {
  return ['/proc', '/sys', '/dev'].some((folder) => isUnder(folder, file));
}

/** Whether a path is this file or directory, or in it. Both absolute, without symbolic links. */
export function isUnder(place: string, path: string): boolean {
  return path === place || path.startsWith(place.endsWith(sep) ? place : `${place}${sep}`);
}

interface OwnFiles {
  readonly paths: readonly string[];
  /** Device and inode: a hard link is the file too. */
  readonly ids: ReadonlySet<string>;
}

async function ownFiles({ own }: FileRules): Promise<OwnFiles> {
  const paths = await Promise.all(own.map(async (path) => (await real(resolve(path))) ?? resolve(path)));
  const ids = await Promise.all(paths.map(idOf));
  return { paths, ids: new Set(ids.filter((id) => id !== undefined)) };
}

async function isOwn(file: string, { paths, ids }: OwnFiles): Promise<boolean> {
  if (paths.some((path) => isUnder(path, file) || file === `${path}.wal`)) return true;
  const id = await idOf(file);
  return id !== undefined && ids.has(id);
}

async function idOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.dev}:${found.ino}` : undefined;
}

/** As DuckDB takes it: from the directory of the server on, `~` for its user's. */
function absolute(written: string): string | undefined {
  const path = written.replace(/^file:(\/\/(localhost)?(?=\/))?/i, '').replace(/^~(?=\/)/, homedir);
  // Whatever has another scheme, or escapes characters of patterns, is not understood here.
  if (path === '' || path.length > PATH_CHARS_MAX || /[\0\\]|^[a-z][a-z0-9+.-]*:/i.test(path))
    return undefined;
  if (path.split(sep).includes('..') && hasPattern(path)) return undefined;
  return resolve(path);
}

/** The directory that is certain, and the pattern in it; the pattern is empty for the path of one file. */
function splitPattern(path: string): readonly [place: string, pattern: string] {
  const parts = path.split(sep);
  const first = parts.findIndex(hasPattern);
  if (first < 0) return [path, ''];
  return [parts.slice(0, first).join(sep) || sep, parts.slice(first).join(sep)];
}

function hasPattern(path: string): boolean {
  return /[*?[\\]/.test(path);
}

/**
 * Symbolic links followed, also of a file that is not there but whose directory is; undefined where neither is, and for a
 * link to what is not there, which writing would make.
 */
async function real(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    if ((await lstat(path).catch(() => undefined)) !== undefined) return undefined;
    const folder = await realpath(dirname(path)).catch(() => undefined);
    if (folder === undefined) return undefined;
    return `${folder === sep ? '' : folder}${sep}${basename(path)}`;
  }
}

const PATH_CHARS_MAX = 4096;
const FILES_MAX = 10_000;
