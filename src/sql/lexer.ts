/** DuckDB's lexical rules (its PostgreSQL-derived scanner): where a token begins and ends, and whether it is closed. */
import { UnicodeSpaces } from './unicode-spaces.js';

/**
 * All tokens of a text from the UTF-16 index `from` on, where what DuckDB is given begins; together they cover it without
 * gaps. Never fails: an unclosed token reaches to the end. Reads the text as far as tokens are taken.
 */
export function* readTokens(text: string, from = 0): Generator<Token, void, undefined> {
  const spaces = new UnicodeSpaces(text, from);
  for (let at = from; at < text.length; ) {
    const next = readToken(text, at, spaces);
    yield next;
    at = next.end;
  }
}

function readToken(text: string, at: number, spaces: UnicodeSpaces): Token {
  const code = text.charCodeAt(at);
  if (isSpace(code) || spaces.isBlank(at)) return token('space', at, endOfSpace(text, at, spaces));
  if (code === SEMICOLON) return token('semicolon', at, at + 1);
  if (code === SINGLE_QUOTE) return quoted('string', text, at, at, SINGLE_QUOTE);
  if (code === DOUBLE_QUOTE) return quoted('quotedIdentifier', text, at, at, DOUBLE_QUOTE);
  if (code === DASH && text.charCodeAt(at + 1) === DASH) return token('comment', at, endOfLine(text, at));
  if (code === SLASH && text.charCodeAt(at + 1) === STAR) return blockComment(text, at);
  if (code === DOLLAR) return dollar(text, at, spaces);
  if (code === QUESTION) return token('parameter', at, endOfInteger(text, at + 1));
  if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(at + 1)))) return number(text, at);
  if (isNamePart(code)) return word(text, at, spaces);
  if (OPERATORS.has(text[at] ?? '')) return token('operator', at, endOfOperator(text, at));
  return token('punctuation', at, at + 1);
}

export interface Token {
  readonly kind: TokenKind;
  /** UTF-16 index of the first unit and of the one after the last. */
  readonly start: number;
  readonly end: number;
  /** False for a string, quoted name or block comment that the text ends inside of. */
  readonly closed: boolean;
}

export type TokenKind =
  | 'space'
  | 'comment'
  | 'string'
  | 'quotedIdentifier'
  | 'word'
  | 'number'
  | 'parameter'
  | 'operator'
  | 'punctuation'
  | 'semicolon';

const SINGLE_QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SEMICOLON = 0x3b;
const DASH = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const DOLLAR = 0x24;
const DOT = 0x2e;
const QUESTION = 0x3f;
const UNDERSCORE = 0x5f;
const OPERATORS = new Set('~!@^&|`+-*/%<>=');

function token(kind: TokenKind, start: number, end: number, closed = true): Token {
  return { kind, start, end, closed };
}

/** `open` is where the quote stands, `start` where the token with its prefix (x, b) begins. A string can go on on another line. */
function quoted(kind: TokenKind, text: string, start: number, open: number, quote: number): Token {
  const mark = String.fromCharCode(quote);
  for (let at = open + 1; ; ) {
    const close = text.indexOf(mark, at);
    if (close < 0) return token(kind, start, text.length, false);
    if (text.charCodeAt(close + 1) === quote) at = close + 2;
    else {
      CONTINUATION.lastIndex = close;
      if (quote !== SINGLE_QUOTE || !CONTINUATION.test(text)) return token(kind, start, close + 1);
      at = CONTINUATION.lastIndex;
    }
  }
}

/** E'…': a backslash takes the next character with it, also in what continues the string on another line. */
function escapeString(text: string, start: number): Token {
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === SINGLE_QUOTE) {
      if (text.charCodeAt(at + 1) === SINGLE_QUOTE) at++;
      else {
        CONTINUATION.lastIndex = at;
        if (!CONTINUATION.test(text)) return token('string', start, at + 1);
        at = CONTINUATION.lastIndex - 1;
      }
    }
  }
  return token('string', start, text.length, false);
}
/** From the quote that closes a string to the one that opens it again: a line break between, and line comments. */
const CONTINUATION = /'[ \t\f]*(?:--[^\n\r]*)?[\n\r](?:[ \t\n\r\f]|--[^\n\r]*[\n\r])*'/y;

function blockComment(text: string, start: number): Token {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start + 2;
  for (let depth = 1; ; ) {
    const mark = marks.exec(text);
    if (mark === null) return token('comment', start, text.length, false);
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return token('comment', start, marks.lastIndex);
  }
}

/** $$…$$ and $tag$…$tag$ strings, $1 and $name parameters, or a lone $. */
function dollar(text: string, start: number, spaces: UnicodeSpaces): Token {
  let at = start + 1;
  if (isDigit(text.charCodeAt(at))) return token('parameter', start, endOfInteger(text, at));
  while (isTagPart(text, at, spaces)) at++;
  if (text.charCodeAt(at) === DOLLAR) {
    const delimiter = text.slice(start, at + 1);
    const close = text.indexOf(delimiter, at + 1);
    return close < 0
      ? token('string', start, text.length, false)
      : token('string', start, close + delimiter.length);
  }
  // To DuckDB $ is a token of its own, and what follows it may be the e of E'…'.
  if (at === start + 1 || isStringPrefix(text, start + 1)) return token('punctuation', start, start + 1);
  return token('parameter', start, at);
}

/** Digits with single underscores between, fraction, exponent; 0x1F is a zero and a name. */
function number(text: string, start: number): Token {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  return token('number', start, start + (match?.[0].length ?? 1));
}
const NUMBER =
  /(?:[0-9](?:_?[0-9])*(?:\.(?!\.)(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?/y;

function endOfInteger(text: string, start: number): number {
  INTEGER.lastIndex = start;
  return start + (INTEGER.exec(text)?.[0].length ?? 0);
}
const INTEGER = /[0-9](?:_?[0-9])*/y;

function word(text: string, start: number, spaces: UnicodeSpaces): Token {
  if (isStringPrefix(text, start)) {
    return text[start]?.toLowerCase() === 'e'
      ? escapeString(text, start)
      : quoted('string', text, start, start + 1, SINGLE_QUOTE);
  }
  let at = start + 1;
  while (isTagPart(text, at, spaces) || text.charCodeAt(at) === DOLLAR) at++;
  return token('word', start, at);
}

function isStringPrefix(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) === SINGLE_QUOTE && STRING_PREFIXES.has(text[at] ?? '');
}
const STRING_PREFIXES = new Set('eExXbB');

/** A run of operator characters ends where a comment begins in it. */
function endOfOperator(text: string, start: number): number {
  let at = start + 1;
  while (OPERATORS.has(text[at] ?? '')) {
    const pair = text.slice(at, at + 2);
    if (pair === '--' || pair === '/*') break;
    at++;
  }
  return at;
}

function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) return at;
  }
  return text.length;
}

function endOfSpace(text: string, start: number, spaces: UnicodeSpaces): number {
  let at = start + 1;
  while (isSpace(text.charCodeAt(at)) || spaces.isBlank(at)) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** What a name begins with, characters beyond ASCII among it, once the Unicode spaces that are blanks are gone. */
function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === UNDERSCORE || code >= 0x80
  );
}

function isTagPart(text: string, at: number, spaces: UnicodeSpaces): boolean {
  const code = text.charCodeAt(at);
  return isDigit(code) || (isNamePart(code) && !spaces.isBlank(at));
}
