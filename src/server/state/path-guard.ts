/**
 * Keeps SQL away from the server's own files, administrators' SQL too: state, keys, tokens, the log. DuckDB would open
 * the database of the state a second time in this process, and lose what is written. It sees paths that are written
 * out in a statement, or put together from texts that are, and follows them; one that is made in another way while it
 * runs passes, and only administrators can reach files with one. `--external-access` closes that as well.
 */
import { readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { GizmoError } from '../../errors.js';
import { escapeStringValue } from '../../sql/escape-string.js';
import { readTokens } from '../../sql/lexer.js';
import { nameValue, stringValue } from '../../sql/string-value.js';
import { matchesName } from '../access/name-pattern.js';

/** Throws PERMISSION_DENIED for a statement that names one of the files, or what is in one of the directories. */
export type PathGuard = (sql: string) => void;

/** In the directory of the state, there or yet to be made. */
const FILES = ['state.db', 'state.db.wal', 'secret.key'] as const;
const NAMED_MAX = 100;
const LOOK_UPS_MAX = 1000;
/** Without one of these a text holds no path. */
const QUOTES = /['"$]/;
/** What opens files: other texts are looked up only where they end like one of ours. */
const DOORS =
  /\b(read_\w+|\w*_scan\w*|glob|sniff_csv|parquet_\w+|copy|attach|export|import|load|query\w*|enable_(logging|profiling)|(set|pragma)\s+(global\s+|session\s+|local\s+)?"?\w+_(path|directory|output))\b|\b(from|join|only|describe|summarize|pivot|unpivot|table)\b[\s(]*['"$e]/i;

/** @param own files and directories, there or yet to be made; those of the state as well */
export function createPathGuard(own: readonly string[]): PathGuard {
  const kept = [...new Set(own.map((path) => real(resolve(path))))];
  if (kept.length === 0) return () => undefined;
  const names = new Set<string>([...FILES, ...kept.map((path) => basename(path))]);
  return (sql) => {
    if (!QUOTES.test(sql) && ![...names].some((name) => sql.includes(name))) return;
    const isDoor = DOORS.test(outlineOf(sql)) || namesTables(sql);
    let named = 0;
    let lookUps = 0;
    let files: readonly string[] | undefined;
    for (const path of placesIn(sql, names)) {
      if (path === '' || path.length > PATH_CHARS_MAX) continue;
      if (PATTERN.test(path)) {
        files ??= kept.flatMap((place) => [place, ...filesIn(place)]);
        if (isDoor && ++lookUps > LOOK_UPS_MAX) throw refused();
        const pattern = isDoor ? placed(path) : resolve(path);
        if (files.some((file) => takes(pattern, file))) throw refused();
        continue;
      }
      const isNamed = names.has(basename(path));
      if (!isNamed && !isDoor) continue;
      // Each is looked up, and everybody waits for that: no honest statement names so many.
      if ((isNamed && ++named > NAMED_MAX) || ++lookUps > LOOK_UPS_MAX) throw refused();
      const file = real(resolve(path));
      if (kept.some((place) => isUnder(place, file))) throw refused();
    }
  };
}

/** Where the paths of a text lead, as DuckDB reads them; those of a text within it too, which query('…') runs. */
function* placesIn(sql: string, names: ReadonlySet<string>, depth = 0): Generator<string, void, undefined> {
  const runsTexts = depth < HELD_DEPTH_MAX && QUERY.test(sql);
  for (const written of pathsIn(sql, names)) {
    if (runsTexts && QUOTES.test(written)) yield* placesIn(written, names, depth + 1);
    let rest = written;
    for (let prefixes = 0; prefixes <= PREFIXES_MAX; prefixes++) {
      yield rest.replace(/^file:(\/\/(localhost)?(?=\/))?/i, '').replace(/^~(?=\/)/, homedir);
      const [prefix] = KIND_PREFIX.exec(rest) ?? [];
      if (prefix === undefined) break;
      rest = rest.slice(prefix.length);
    }
  }
}

/**
 * What stands in quotes, what texts are when they are joined (by `||`, or by a line break between them), and names with
 * dots between them that end like a file of ours: DuckDB takes `"/srv/log".jsonl` for a path too.
 */
function* pathsIn(sql: string, names: ReadonlySet<string>): Generator<string, void, undefined> {
  let joined = '';
  let parts = 0;
  let dotted = '';
  for (const { kind, start, end } of readTokens(sql)) {
    if (kind === 'space' || kind === 'comment') continue;
    const written = sql.slice(start, end);
    const isName = kind === 'word' || kind === 'quotedIdentifier';
    if (isName) {
      dotted = `${dotted.endsWith('.') ? dotted : ''}${kind === 'word' ? written : nameValue(written)}`;
      if (dotted.includes('.') && names.has(basename(dotted))) yield dotted;
    } else dotted = written === '.' && dotted !== '' ? `${dotted}.` : '';
    const value = kind === 'string' ? (stringValue(written) ?? escapeStringValue(written)) : undefined;
    if (value !== undefined) {
      yield value;
      joined += value;
      parts += 1;
      continue;
    }
    if (written === '||' || written === '(' || written === ')') continue;
    if (parts > 1) yield joined;
    joined = '';
    parts = 0;
    if (kind === 'quotedIdentifier') yield nameValue(written);
  }
  if (parts > 1) yield joined;
}

/**
 * Whether EXECUTE gives values, or a text in quotes follows a comma in FROM, as in `FROM t, 'a.csv'`: not in a list of values,
 * which may be long.
 */
function namesTables(sql: string): boolean {
  const inFrom = [false];
  let before = '';
  for (const { kind, start, end } of readTokens(sql)) {
    if (kind === 'space' || kind === 'comment') continue;
    const written = sql.slice(start, end).toLowerCase();
    if (
      kind === 'word' &&
      written === 'execute' &&
      (before === '' || /^(explain|analyze|[;)])$/.test(before))
    )
      return true;
    if (written === '(') inFrom.push(false);
    else if (written === ')' && inFrom.length > 1) inFrom.pop();
    else if (kind === 'word' && FROM.test(written)) inFrom[inFrom.length - 1] = true;
    else if (kind === 'word' && BEHIND_FROM.test(written)) inFrom[inFrom.length - 1] = false;
    const isQuoted = kind === 'string' || kind === 'quotedIdentifier';
    if (isQuoted && before === ',' && inFrom.at(-1) === true) return true;
    before = written;
  }
  return false;
}

const FROM = /^(from|using|join)$/;
const BEHIND_FROM =
  /^(where|group|having|window|qualify|order|limit|offset|select|set|values|returning|union|except|intersect)$/;

/** The text without its comments, and with nothing in its strings: values of any words open no files. */
function outlineOf(sql: string): string {
  let text = '';
  for (const { kind, start, end } of readTokens(sql))
    text += kind === 'comment' ? ' ' : kind === 'string' ? "''" : sql.slice(start, end);
  return text;
}

const QUERY = /\bquery\b/i;
const HELD_DEPTH_MAX = 4;
const PATH_CHARS_MAX = 4096;
/** ATTACH takes the kind of a database from what stands before its path: 'duckdb:/some/where.db'. */
const KIND_PREFIX = /^\w{2,}:(?!\/\/)/;
const PREFIXES_MAX = 3;
const PATTERN = /[*?[]/;

function isUnder(place: string, path: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** Symbolic links followed, also of a file that is not there but whose folder is. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // What is not there is no file of ours, but for one that is yet to be made.
  }
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path; // Nor is the folder.
  }
}

/** A pattern whose folders before the first wildcard are where they lead. */
function placed(pattern: string): string {
  const parts = resolve(pattern).split('/');
  const first = parts.findIndex((part) => PATTERN.test(part));
  return join(real(parts.slice(0, first).join('/') || '/'), ...parts.slice(first));
}

function filesIn(place: string): string[] {
  try {
    return [...FILES, ...readdirSync(place)].map((name) => join(place, name));
  } catch {
    return [];
  }
}

/** Whether a glob takes a path, or would if `*` took more: in time in proportion to both lengths multiplied. */
function takes(glob: string, path: string): boolean {
  const pattern = glob.replace(/\[[^\]]*\]?/g, '?');
  // `**` stands for any number of folders, also for none.
  if (pattern.includes('**')) return matchesName(pattern.replaceAll('**/', '**'), path);
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, at) => matchesName(part, given[at] ?? ''));
}

function refused(): GizmoError {
  return new GizmoError(
    'PERMISSION_DENIED',
    "The server's own files (state, keys, tokens, log) are nobody's to read or write by SQL.",
  );
}
