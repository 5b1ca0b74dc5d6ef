/**
 * The names in a text, and the text with some of them replaced by names that nothing has. Strings count as well: DuckDB
 * takes what is in them for SQL (`query`), for sequences (`nextval`) and for types (`from_json`, columns of files).
 */

import type { Token } from '../../sql/lexer.js';
import { quoteText } from '../../sql/quote.js';
import { nameValue, stringValue } from '../../sql/string-value.js';
import { foldName } from '../model/fold-name.js';
import { tokensOf } from '../model/tokens.js';
import { isPlace } from './occurrences.js';
import { PARTS, partsBeforeDot } from './parts-of-strings.js';

export type Which = 'all' | 'before a dot';

/** Folded; with `before a dot` only what a catalog's or a schema's name could be, there and in SHOW TABLES FROM. */
export function namesIn(text: string, which: Which): string[] {
  const names = new Set<string>();
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  for (const [at, { kind, start, end }] of tokens.entries()) {
    const written = text.slice(start, end);
    if (kind === 'string') {
      for (const name of namesInString(decoded(written), which)) names.add(foldName(name));
    } else if (kind === 'word' || kind === 'quotedIdentifier') {
      if (which === 'all' || isPlace(text, tokens, at))
        names.add(foldName(kind === 'word' ? written : nameValue(written)));
    }
  }
  return [...names];
}

/** Characters of the private use area are letters to DuckDB, and no name here begins with one. */
const MASK_FROM = 0xe000;
const MASKS = 0x1000;

/** DuckDB writes names of functions in small letters, whatever they are called by, and of other things as they are written. */
const LOWERED = /(Scalar|Table|Aggregate) Function with name $/;

export interface Masked {
  readonly masked: string;
  /** Puts the names back, in messages too. */
  readonly unmask: (message: string) => string;
  /** The names, folded, that a message has in their masked form. */
  readonly namesIn: (message: string) => readonly string[];
}

/** Which of the text's tokens have one of these folded names in them. */
export function placesOf(text: string, names: ReadonlySet<string>): number[] {
  if (names.size === 0) return [];
  const places: number[] = [];
  const wanted = { hidden: names, unusual: unusualPattern(names), whole: true, known: NOTHING };
  for (const [at, token] of tokensOf(text).entries())
    if (maskToken(text, token, wanted, () => '') !== text.slice(token.start, token.end)) places.push(at);
  return places;
}

/**
 * @param hidden folded names: each becomes as many characters that nothing is called by
 * @param how `places`: the tokens in which they do; absent: all. `whole`: whether a string that is such a name and nothing
 *   else may mean it, also where the name is `2026-01-01`
 */
export function mask(
  text: string,
  hidden: ReadonlySet<string>,
  { places, whole = true, known = NOTHING, inStrings }: How = {},
): Masked {
  const spelled: string[] = [];
  const hide = (name: string) => {
    // What is spelled alike stays alike: it may be an alias and what refers to it.
    const known = spelled.indexOf(name);
    if (known < 0 && spelled.length >= MASKS) return name;
    const at = known < 0 ? spelled.push(name) - 1 : known;
    return String.fromCharCode(MASK_FROM + at).repeat(name.length);
  };
  const wanted = { hidden, unusual: unusualPattern(hidden), whole, known };
  let masked = '';
  for (const [at, token] of tokensOf(text).entries()) {
    const names = inStrings?.get(at);
    const own = names === undefined ? wanted : { ...wanted, hidden: names, unusual: unusualPattern(names) };
    masked +=
      places?.has(at) === false ? text.slice(token.start, token.end) : maskToken(text, token, own, hide);
  }
  const unmask = (message: string) =>
    message.replace(/("?)(([\uE000-\uEFFF])\3*)("?)/g, (found, open, run, letter, close, at: number) => {
      const name = spelled[letter.charCodeAt(0) - MASK_FROM];
      if (name === undefined) return found;
      const before = message.slice(0, at + open.length);
      // DuckDB shows a piece of a long line.
      const piece = before.endsWith('...') ? name.slice(-run.length) : name.slice(0, run.length);
      const written = LOWERED.test(before) ? name.toLowerCase() : piece;
      const isQuoted = open !== '' && close !== '' && USUAL.test(name);
      return isQuoted && quotesAsNeeded(message, at, at + found.length)
        ? written
        : `${open}${written}${close}`;
    });
  const namesIn = (message: string) => [
    ...new Set(
      (message.match(/[\uE000-\uEFFF]/g) ?? []).map((it) =>
        foldName(spelled[it.charCodeAt(0) - MASK_FROM] ?? ''),
      ),
    ),
  ];
  return { masked, unmask, namesIn };
}

/** Names that DuckDB writes without quotes where it writes an expression anew. */
const USUAL = /^[a-z_][a-z0-9_]*$/;

/** Whether the quotes there are only for a masked name, as in `"…".b` and `1 AS "…"`: not in the text as it was sent, which follows LINE. */
function quotesAsNeeded(message: string, start: number, end: number): boolean {
  if (/\nLINE \d+:/.test(message.slice(0, start))) return false;
  const [line = ''] = message.slice(message.lastIndexOf('\n', start) + 1).split('\n', 1);
  const isPart = message[end] === '.' || /(?:\.| AS )$/.test(message.slice(Math.max(0, start - 4), start));
  return isPart || line.startsWith('PIVOT ... ON ');
}

/** Names to be replaced, and what finds those among them that are in none of the PARTS of a string. */
interface Wanted {
  readonly hidden: ReadonlySet<string>;
  readonly unusual: RegExp | undefined;
  readonly whole: boolean;
  readonly known: ReadonlySet<string>;
}

/** What is masked of a text. */
interface How {
  readonly places?: ReadonlySet<number>;
  readonly whole?: boolean;
  /** Folded names that may be known: what is in one of them, in double quotes within a string, is no name by itself. */
  readonly known?: ReadonlySet<string>;
  /** By the token of a string, which names count in it, where not all do. */
  readonly inStrings?: ReadonlyMap<number, ReadonlySet<string>>;
}

const NOTHING: ReadonlySet<string> = new Set();

function maskToken(
  text: string,
  { kind, start, end }: Token,
  wanted: Wanted,
  hide: (name: string) => string,
): string {
  const { hidden } = wanted;
  const written = text.slice(start, end);
  switch (kind) {
    case 'word':
      return hidden.has(foldName(written)) ? hide(written) : written;
    case 'quotedIdentifier':
      return hidden.has(foldName(nameValue(written))) ? `"${hide(written.slice(1, -1))}"` : written;
    case 'string':
      return maskString(written, wanted, hide);
    default:
      return written;
  }
}

/** As it is written where that shows all names in it, else what it stands for, written anew. */
function maskString(written: string, wanted: Wanted, hide: (name: string) => string): string {
  const { hidden } = wanted;
  const replace = (value: string) =>
    replaceUnusual(
      value.replace(PARTS, (part, at: number, all: string) =>
        hidden.has(foldName(part)) && !wanted.known.has(foldName(quotedAround(all, at))) ? hide(part) : part,
      ),
      wanted,
      hide,
    );
  const value = decoded(written);
  // A $ may be in a name.
  const tag = /^\$[^$]*\$/.exec(written)?.[0];
  if (tag !== undefined) return `${tag}${replace(value)}${tag}`;
  // In pieces on several lines a name may be in two of them.
  const isWhole = stringValue(written) === undefined || value === asOnePiece(written);
  if (isWhole && !ESCAPE.test(written)) return replace(written);
  const replaced = replace(value);
  return replaced === value ? written : quoteText(replaced);
}

/** What stands between the nearest double quotes, in JSON too; empty where there are none. */
function quotedAround(value: string, at: number): string {
  const start = value.lastIndexOf('"', at);
  const end = value.indexOf('"', at);
  if (start < 0 || end < 0 || end - start > UNUSUAL_CHARS_MAX) return '';
  return value.slice(start + 1, end).replace(/\\$/, '');
}

function asOnePiece(written: string): string | undefined {
  return written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'") : stringValue(written);
}

function* namesInString(value: string, which: Which): Generator<string> {
  if (which === 'all') for (const [part] of value.matchAll(PARTS)) yield part;
  // What is a path names nothing but a file.
  else if (!PATH.test(value)) yield* partsBeforeDot(value);
  if (which === 'all' || !PATH.test(value)) yield* unusualNames(value, which);
}

/** What could be a name with other characters in it, such as `my-db`: what stands between dots, or between quotes. */
function* unusualNames(value: string, which: Which): Generator<string> {
  if (which === 'before a dot' && !value.includes('.')) return;
  for (const piece of [...value.split('.'), ...value.split('"')]) {
    if (piece.length > UNUSUAL_CHARS_MAX) continue;
    const name = trimmed(piece);
    if (name !== '' && !PLAIN.test(name)) yield name;
  }
}

/** Longer ones are nobody's name. */
const UNUSUAL_CHARS_MAX = 1000;
const PLAIN = /^[\p{L}_][\p{L}\p{N}_$]*$/u;

/** Replaces in a string those of the names that are in none of its usual PARTS, where they stand as names do. */
function replaceUnusual(value: string, { unusual, whole }: Wanted, hide: (name: string) => string): string {
  if (unusual === undefined) return value;
  let replaced = '';
  let at = 0;
  unusual.lastIndex = 0;
  for (let found = unusual.exec(value); found !== null; found = unusual.exec(value)) {
    const [name] = found;
    const { index } = found;
    const end = index + name.length;
    if (standsAsName(value, index, end, whole)) {
      replaced += `${value.slice(at, index)}${hide(name)}`;
      at = end;
    } else unusual.lastIndex = index + 1;
  }
  return replaced + value.slice(at);
}

/** Whether what stands there is behind a dot or quote, before one, or all of the string. */
function standsAsName(value: string, start: number, end: number, whole: boolean): boolean {
  const [before, after] = [value[start - 1], value[end]];
  const isOpen = before === undefined || /[("'\s]/.test(before);
  const isClosed = after === undefined || /[."'\\\s)]/.test(after);
  const isAlone = (before === undefined || before === "'") && (after === undefined || after === "'");
  if (whole && isAlone) return true;
  if (isClosed && /[."\\]/.test(value[lastBefore(value, start)] ?? '')) return true;
  return isOpen && /[."\\]/.test(value[firstFrom(value, end)] ?? '');
}

/** Spaces around a name are seldom more, and are gone through for each. */
const SPACES_MAX = 1000;

function lastBefore(value: string, start: number): number {
  let at = start - 1;
  while (start - at <= SPACES_MAX && /\s/.test(value[at] ?? '')) at--;
  return at;
}

function firstFrom(value: string, end: number): number {
  let at = end;
  while (at - end < SPACES_MAX && /\s/.test(value[at] ?? '')) at++;
  return at;
}

/** Finds the names that are no usual PARTS; undefined where there are none. */
function unusualPattern(hidden: ReadonlySet<string>): RegExp | undefined {
  const names = [...hidden].filter((it) => !PLAIN.test(it)).sort((one, other) => other.length - one.length);
  if (names.length === 0) return undefined;
  return new RegExp(names.map((it) => it.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'giu');
}

/** Without quotes, backslashes and spaces at its ends. */
function trimmed(piece: string): string {
  let [start, end] = [0, piece.length];
  while (start < end && AROUND.test(piece[start] ?? '')) start++;
  while (end > start && AROUND.test(piece[end - 1] ?? '')) end--;
  return piece.slice(start, end);
}

const AROUND = /["'\\\s]/;

const PATH =
  /^(?:(?:[a-z][a-z0-9]*:)?\/(?!\*)[^\s'"]*|[^\s'"()*]+\.(?:csv|tsv|txt|parquet|json|jsonl|ndjson)(?:\.gz|\.zst)?)$/i;

const ESCAPE = /\\/;

/** What a string stands for, escapes in it decoded, be they of E'…' or of JSON in it. */
export function decoded(written: string): string {
  const value =
    stringValue(written) ??
    written
      .replace(/^[eE](?=')/, '')
      .slice(1, -1)
      .replaceAll("''", "'");
  return ESCAPE.test(value) ? value.replace(ESCAPES, decode) : value;
}

/** From the first of its backslashes on, so that many of them are not gone through from each. */
const ESCAPES = /(?<!\\)\\+(?:u([0-9a-f]{4})|U([0-9a-f]{8})|x([0-9a-f]{1,2})|([0-7]{1,3}))/gi;

function decode(written: string, ...[u, long, x, octal]: (string | undefined)[]): string {
  const hex = u ?? long ?? x;
  const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : written;
}
