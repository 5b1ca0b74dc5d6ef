/**
 * Whether a pattern meets a symbolic link that leads to what may not be read. Such a pattern is refused whatever is there: which
 * files match beyond the link is not for whoever asks.
 */
import type { Dirent } from 'node:fs';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * @param folder its resolved path
 * @param parts of the pattern in it, between slashes
 * @param mayRead of a resolved path
 */
export async function leadsOut(
  folder: string,
  parts: readonly string[],
  mayRead: (path: string) => boolean,
): Promise<boolean> {
  const [part, ...rest] = parts;
  if (part === undefined) return false;
  // DuckDB goes into every directory for it, and through no link.
  if (part === '**' && (await leadsOut(folder, rest, mayRead))) return true;
  const matches = part === '**' ? undefined : patternOf(part);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])) {
    const path = join(folder, entry.name);
    if (part === '**') {
      if (entry.isDirectory() && (await leadsOut(path, parts, mayRead))) return true;
      continue;
    }
    if (matches?.test(entry.name) === false) continue;
    const place = entry.isSymbolicLink() ? await placeOf(folder, path) : path;
    if (!mayRead(place) || (await leadsOut(place, rest, mayRead))) return true;
  }
  return false;
}

/** Where a link leads, be it there or not. */
async function placeOf(folder: string, link: string): Promise<string> {
  return await realpath(link).catch(async () => resolve(folder, await readlink(link).catch(() => link)));
}

/** A part of a pattern as DuckDB's glob takes it; what it would not take is taken as well. */
function patternOf(part: string): RegExp {
  const source = part.replace(/\[[^\]]*\]|[\s\S]/g, (it) => {
    if (it === '*') return '[^]*';
    return it === '?' || it.length > 1 ? '[^]' : it.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}
