/** Reads `--allow-path`, `--allow-write-path` and `--external-access`, and lists the files that are the server's own. */
import { realpathSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { FileRules } from '../model/file-rules.js';
import { isUrl, normalUrl } from '../model/url-prefix.js';
import { usage } from './usage.js';

export interface RawFileSettings {
  readonly 'allow-path'?: readonly string[];
  readonly 'allow-write-path'?: readonly string[];
  readonly 'external-access'?: readonly string[];
}

/** What SQL can reach beyond the databases: by the server's own decision, and by the engine's. */
export interface FilesConfig {
  readonly rules: FileRules;
  /** What the engine itself opens once the server has started, for administrators too; undefined: everything. */
  readonly engine: readonly string[] | undefined;
}

/**
 * @param own files and directories of the server's own that settings name
 * Throws USAGE for a path that is not there, and for two settings that contradict each other.
 */
export function parseFiles(raw: RawFileSettings, own: readonly string[]): FilesConfig {
  const [urls, paths] = split(raw['allow-path'] ?? [], isUrl);
  const write = (raw['allow-write-path'] ?? []).map((path) => openedPath('allow-write-path', path));
  const read = [...paths.map((path) => openedPath('allow-path', path)), ...write];
  const rules = { read, write, urls: urls.map((url) => openedUrl('allow-path', url)), own };
  return { rules, engine: parseExternalAccess(raw['external-access'], rules) };
}

function parseExternalAccess(
  texts: readonly string[] | undefined,
  { read, urls, own }: FileRules,
): readonly string[] | undefined {
  const [first, ...more] = texts ?? [];
  if (first === undefined || (first === 'all' && more.length === 0)) return undefined;
  if (texts?.includes('all') || (texts?.includes('none') && more.length > 0))
    throw usage('--external-access: say all, or none, or name paths.');
  if (first === 'none' && read.length + urls.length > 0) {
    throw usage(
      '--external-access none closes what --allow-path opens. Leave it out, or name what the engine may reach.',
    );
  }
  const named = first === 'none' ? [] : (texts ?? []);
  const opened = named.map((it) =>
    isUrl(it) ? openedUrl('external-access', it) : openedPath('external-access', it),
  );
  const all = [...new Set([...opened, ...read, ...urls])];
  for (const path of all) refuseOwn(path, own);
  return Object.freeze(all);
}

/** The engine knows no exceptions to what it opens. */
function refuseOwn(path: string, own: readonly string[]): void {
  const kept = own.map(real).find((file) => file === path || file.startsWith(`${path}${sep}`));
  if (kept === undefined) return;
  throw usage(
    `--external-access: ${kept} is the server's own and lies in ${path}, which the engine is to open to administrators. Move one of them.`,
  );
}

function openedPath(flag: string, path: string): string {
  // Otherwise an unset variable in a script would open the directory in which the server was started.
  if (path.trim() === '') throw usage(`--${flag} is empty. Name a directory, or leave the flag out.`);
  let found: string;
  try {
    found = realpathSync(path);
  } catch {
    throw usage(`--${flag} ${path}: there is no such directory or file.`);
  }
  if (found === sep || /^\/(proc|sys|dev)(\/|$)/.test(found))
    throw usage(`--${flag} ${path}: this opens the whole machine. Name a directory with data.`);
  if (/[*?[\\]/.test(found)) throw usage(`--${flag} ${path}: a path with *, ?, [ or \\ cannot be opened.`);
  return found;
}

function openedUrl(flag: string, text: string): string {
  const url = normalUrl(text);
  if (url !== undefined && !url.includes('?')) return url;
  throw usage(
    `--${flag} ${text}: write an address such as https://host/data/ or s3://bucket/data/, without a password, options or escapes.`,
  );
}

/** Symbolic links followed as far as what it is in is there. */
function real(path: string): string {
  const whole = resolve(path);
  for (let place = whole; ; place = dirname(place)) {
    try {
      return `${realpathSync(place)}${whole.slice(place.length)}`;
    } catch {
      if (place === dirname(place)) return whole;
    }
  }
}

function split<T>(all: readonly T[], isFirst: (item: T) => boolean): readonly [T[], T[]] {
  return [all.filter(isFirst), all.filter((it) => !isFirst(it))];
}
