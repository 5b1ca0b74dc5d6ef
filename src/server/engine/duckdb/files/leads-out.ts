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
  // DuckDB takes no second one, which would make many ways to each file.
  if (part === '**' && rest.includes('**')) return false;
  // DuckDB goes into every directory for it, and through no link.
  if (part === '**' && (await leadsOut(folder, rest, mayRead))) return true;
  const pattern = signsOf(part);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])) {
    const path = join(folder, entry.name);
    if (part === '**') {
      if (entry.isDirectory() && (await leadsOut(path, parts, mayRead))) return true;
      continue;
    }
    if (!matches(pattern, bytesOf(entry.name))) continue;
    const place = entry.isSymbolicLink() ? await placeOf(folder, path) : path;
    if (!mayRead(place) || (await leadsOut(place, rest, mayRead))) return true;
  }
  return false;
}

/** Where a link leads, be it there or not. */
async function placeOf(folder: string, link: string): Promise<string> {
  return await realpath(link).catch(async () => resolve(folder, await readlink(link).catch(() => link)));
}

/** The signs of a part of a pattern: `*`, `?` for any one byte, also where only some are meant, and the bytes of names. */
function signsOf(part: string): readonly string[] {
  return (bytesOf(part).match(/\[!?[\s\S][^\]]*\]|[\s\S]/g) ?? []).map((it) => (it.length > 1 ? '?' : it));
}

/** What DuckDB compares: a character for each byte. */
function bytesOf(name: string): string {
  return Buffer.from(name).toString('latin1');
}

/** As DuckDB's glob, in time that grows with the product of both lengths. */
function matches(pattern: readonly string[], name: string): boolean {
  let [at, star, starred] = [0, -1, 0];
  for (let i = 0; i < name.length; ) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      starred = i;
    } else if (sign === '?' || sign === name[i]) {
      at++;
      i++;
    } else if (star < 0) return false;
    else {
      // The star takes one more.
      at = star + 1;
      i = ++starred;
    }
  }
  return pattern.slice(at).every((it) => it === '*');
}
