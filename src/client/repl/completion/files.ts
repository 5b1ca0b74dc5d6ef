/** Files of this machine as candidates. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';

/** Paths that begin with `typed`; directories end in a separator; names with blanks are quoted. */
export async function fileCandidates(typed: string): Promise<string[]> {
  const path = typed.replace(/^['"]/, '');
  const opening = typed.slice(0, typed.length - path.length);
  const inDirectory = path === '' || /[/\\]$/.test(path);
  const directory = inDirectory ? path || '.' : dirname(path);
  const begun = inDirectory ? '' : basename(path);
  // A directory that cannot be read has nothing to offer.
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.name.startsWith(begun) && (begun.startsWith('.') || !entry.name.startsWith('.')))
    .map((entry) => {
      const plain = path.includes('/') || path.includes(sep) ? join(directory, entry.name) : entry.name;
      const named = path.startsWith('./') ? `./${plain}` : plain;
      if (entry.isDirectory()) return opening + named + sep;
      const quote = opening === '' && /[\s'"]/.test(named) ? '"' : opening;
      return quote + (quote === '"' ? named.replace(/(["\\])/g, '\\$1') : named) + quote;
    })
    .sort()
    .slice(0, FILES_MAX);
}

const FILES_MAX = 1000;
