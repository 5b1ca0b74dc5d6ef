/** COPY between a table or query and a file whose path is written out. */
import type { FileAccess } from '../../../model/file-rules.js';
import { insideParentheses, isName, isWord, significant, stringOf, type Word } from '../facts/words.js';

export interface CopyStatement {
  readonly action: 'read' | 'write';
  /** As it is written. */
  readonly path: string;
  /** Where the path stands in the text. */
  readonly start: number;
  readonly end: number;
  /** What to plan in its place: SQL around a part of the text. */
  readonly plan: {
    readonly before: string;
    readonly start: number;
    readonly end: number;
    readonly after: string;
  };
}

/** Undefined for any other text, and for any option that is not known. */
export function readCopy(sql: string, tokens: readonly Word[]): CopyStatement | undefined {
  if (!isWord(tokens[0], 'copy')) return undefined;
  const source = tokens[1]?.value === '(' ? readQuery(tokens) : readTable(sql, tokens);
  if (source === undefined) return undefined;
  const { next, fromFile, toFile } = source;
  const [direction, target, ...options] = tokens.slice(next);
  const path = target?.kind === 'string' ? stringOf(sql, target) : undefined;
  if (target === undefined || path === undefined || !areKnown(options)) return undefined;
  const { start, end } = target;
  if (isWord(direction, 'to')) return { action: 'write', path, start, end, plan: toFile };
  if (!isWord(direction, 'from') || fromFile === undefined) return undefined;
  return { action: 'read', path, start, end, plan: fromFile };
}

/** What stands around the query of COPY … TO a file, where nothing else is opened; undefined for all others. */
export function aroundCopied({
  run,
  files,
}: {
  readonly run: string;
  readonly files: readonly FileAccess[];
}): { readonly before: string; readonly after: string } | undefined {
  const copy = readCopy(run, significant(run));
  // Of files that are read, what is planned has the columns only.
  return copy?.action === 'write' && files.every(({ action }) => action === 'write')
    ? { before: 'COPY (', after: `) TO ${run.slice(copy.start)}` }
    : undefined;
}

interface Source {
  /** The index of the token after it. */
  readonly next: number;
  readonly toFile: CopyStatement['plan'];
  /** Undefined where nothing can be read into it. */
  readonly fromFile?: CopyStatement['plan'];
}

function readQuery(tokens: readonly Word[]): Source | undefined {
  const inside = insideParentheses(tokens, 1);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { next: inside.length + 3, toFile: { before: '', start: first.start, end: last.end, after: '' } };
}

function readTable(sql: string, tokens: readonly Word[]): Source | undefined {
  let at = 1;
  if (!isName(tokens[at])) return undefined;
  while (tokens[at + 1]?.value === '.' && isName(tokens[at + 2])) at += 2;
  const name = { start: tokens[1]?.start ?? 0, end: tokens[at]?.end ?? 0 };
  const columns = tokens[at + 1]?.value === '(' ? insideParentheses(tokens, at + 1) : undefined;
  const names = columns?.filter((_, index) => index % 2 === 0);
  if (columns?.some((it, index) => (index % 2 === 0 ? !isName(it) : it.value !== ','))) return undefined;
  const list = names?.map(({ start, end }) => sql.slice(start, end)).join(', ');
  const values =
    list === undefined ? ' default values' : ` (${list}) values (${names?.map(() => 'null').join(', ')})`;
  return {
    next: at + 1 + (columns === undefined ? 0 : columns.length + 2),
    toFile: { before: `select ${list ?? '*'} from `, ...name, after: '' },
    fromFile: { before: 'insert into ', ...name, after: values },
  };
}

/** `[WITH] (NAME [value], …)`, with values that call nothing; or nothing. */
function areKnown(tokens: readonly Word[]): boolean {
  const [open, ...rest] = isWord(tokens[0], 'with') ? tokens.slice(1) : tokens;
  if (open === undefined) return tokens.length === 0;
  if (open.value !== '(' || rest.at(-1)?.value !== ')') return false;
  const options = rest.slice(0, -1);
  return options.every(({ kind, value }, at) => {
    if (at === 0 || options[at - 1]?.value === ',') return OPTIONS.has(value);
    if (kind === 'word' && isFormat(options[at - 1])) return FORMATS.has(value);
    if (kind === 'string') return !isFormat(options[at - 1]);
    return kind === 'word' || kind === 'number' || value === ',' || value === '*';
  });
}

function isFormat(token: Word | undefined): boolean {
  return isWord(token, 'format');
}

const FORMATS: ReadonlySet<string> = new Set(['csv', 'parquet', 'json']);

/** Left out on purpose: those that make several files or directories, name other tables, or hold keys. */
const OPTIONS: ReadonlySet<string> = new Set(
  `array auto_detect codec compression compression_level dateformat delim delimiter encoding escape force_not_null
  force_null force_quote format header ignore_errors new_line null null_padding nullstr quote row_group_size sep
  skip strict_mode timestampformat`
    .trim()
    .split(/\s+/),
);
