/**
 * Where a statement names files in a way that can be decided before anything is bound: a reader called with paths that
 * are written out, and a path in the place of a table. Everything else about files stays what it is, and is refused.
 */
import { quoteName } from '../../../../sql/quote.js';
import { insideParentheses, isName, isWord, stringOf, type Word } from '../facts/words.js';
import { isReaderOption, readerOf } from './readers.js';

/** One call of a reader, or one path in the place of a table. */
export interface FileUse {
  /** In the text: from the reader's name to the closing parenthesis, or the path. */
  readonly start: number;
  readonly end: number;
  /** The reader's name, in lower case. */
  readonly reader: string;
  /** As they are written. */
  readonly paths: readonly string[];
  /** SQL that follows the paths in the call: nothing, or a comma and options with values that are written out. */
  readonly options: string;
  /** SQL to put around it, where a path stands for a table. */
  readonly before: string;
  readonly after: string;
}

/** In the order of the text. `tokens` are those of `sql` that mean something. */
export function fileUses(sql: string, tokens: readonly Word[]): readonly FileUse[] {
  const uses: FileUse[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const use = readCall(sql, tokens, at) ?? readScan(sql, tokens, at);
    if (use !== undefined) uses.push(use);
  }
  return uses;
}

function readCall(sql: string, tokens: readonly Word[], at: number): FileUse | undefined {
  const [before, name, open] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (!isName(name) || open?.value !== '(' || before?.value === '.') return undefined;
  if (!readerOf.calls.has(name.value)) return undefined;
  const inside = insideParentheses(tokens, at + 1);
  const close = tokens[at + 2 + inside.length];
  const first = readPaths(sql, inside);
  if (close?.value !== ')' || first === undefined) return undefined;
  const options = readOptions(sql, inside.slice(first.length));
  if (options === undefined) return undefined;
  const { start } = name;
  return {
    start,
    end: close.end,
    reader: name.value,
    paths: first.paths,
    options,
    before: '',
    after: '',
  };
}

/** A string, or a list of strings, as the first argument; `length` in tokens. */
function readPaths(
  sql: string,
  tokens: readonly Word[],
): { readonly paths: readonly string[]; readonly length: number } | undefined {
  const [first] = tokens;
  if (first?.value !== '[') {
    const path = first?.kind === 'string' ? stringOf(sql, first) : undefined;
    return path === undefined ? undefined : { paths: [path], length: 1 };
  }
  const paths: string[] = [];
  for (let at = 1; at < tokens.length; at += 2) {
    const [item, next] = [tokens[at], tokens[at + 1]];
    const path = item?.kind === 'string' ? stringOf(sql, item) : undefined;
    if (path === undefined || paths.push(path) > PATHS_MAX) return undefined;
    if (next?.value === ']') return { paths, length: at + 2 };
    if (next?.value !== ',') return undefined;
  }
  return undefined;
}

/** Options whose names are known and whose values call nothing, written anew; undefined for any other. */
function readOptions(sql: string, tokens: readonly Word[]): string | undefined {
  let text = '';
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    const { kind, value, start, end } = token;
    const written = sql.slice(start, end);
    if (kind === 'punctuation' && !OPTION_PUNCTUATION.has(value)) return undefined;
    if (kind === 'operator' && !OPTION_OPERATORS.has(written)) return undefined;
    if (kind === 'parameter') return undefined;
    if (value === '[' || value === '{') depth++;
    else if (value === ']' || value === '}') depth--;
    const begins = depth === 0 && kind === 'punctuation' && value === ',';
    if (at === 0 && !begins) return undefined;
    if (begins && !isReaderOption(tokens[at + 1])) return undefined;
    text += tokens[at - 1]?.end === start ? written : ` ${written}`;
  }
  return depth === 0 ? text : undefined;
}

function readScan(sql: string, tokens: readonly Word[], at: number): FileUse | undefined {
  const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]];
  if (token?.kind !== 'string' || next?.value === '(') return undefined;
  // Another string on another line would be a part of this one.
  if (next?.kind === 'operator' || next?.kind === 'string') return undefined;
  const describes = at === 1 && isWord(before, 'describe', 'desc', 'summarize', 'show');
  if (!describes && !isWord(before, 'from', 'join', 'pivot', 'unpivot', 'pivot_wider')) return undefined;
  if (isWord(tokens[at - 2], 'distinct')) return undefined;
  const path = stringOf(sql, token);
  const reader = path === undefined ? undefined : readerOf.ending(path);
  if (path === undefined || reader === undefined) return undefined;
  return {
    start: token.start,
    end: token.end,
    reader,
    paths: [path],
    options: '',
    before: describes ? 'from ' : '',
    after: isAlias(next) ? '' : ` as ${quoteName(tableName(path))}`,
  };
}

/** What follows a table is a name for it, unless it is a word that cannot be one. */
function isAlias(next: Word | undefined): boolean {
  if (next === undefined) return false;
  if (next.kind === 'quotedIdentifier') return true;
  return next.kind === 'word' && (next.value === 'as' || !NO_NAMES.has(next.value));
}

/** As DuckDB names the table of a file: by its name up to the last dot. */
function tableName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.slice(0, Math.max(name.lastIndexOf('.'), 1));
}

const PATHS_MAX = 1000;
const OPTION_PUNCTUATION: ReadonlySet<string> = new Set([',', '[', ']', '{', '}', ':', '.']);
const OPTION_OPERATORS: ReadonlySet<string> = new Set(['=', '=>', '-', ':=']);

/** Key words of DuckDB that follow a table and cannot be a name for it (`duckdb_keywords()`: reserved, type_function). */
const NO_NAMES: ReadonlySet<string> = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check
  collate collation column columns concurrently constraint create cross default deferrable desc describe distinct
  do else end except false fetch for foreign freeze from full generated glob group having ilike in initially inner
  intersect into is isnull join lambda lateral leading left like limit map natural not notnull null offset on only
  or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning
  right select semi show similar some struct summarize symmetric table tablesample then to trailing true try_cast
  union unique unpivot using variadic verbose when where window with`
    .trim()
    .split(/\s+/),
);
