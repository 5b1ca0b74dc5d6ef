/** DuckDB's lexical rules (its PostgreSQL-derived scanner): where a token begins and ends, and whether it is closed. */

/** Reads the token at `at`; undefined at the end of the text. Never fails: an unclosed token reaches to the end. */
export function readToken(text: string, at: number): Token | undefined {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return undefined;
  if (isSpace(code)) return token('space', at, endOfSpace(text, at));
  if (code === SEMICOLON) return token('semicolon', at, at + 1);
  if (code === SINGLE_QUOTE) return quoted('string', text, at, at, SINGLE_QUOTE);
  if (code === DOUBLE_QUOTE) return quoted('quotedIdentifier', text, at, at, DOUBLE_QUOTE);
  if (code === DASH && text.charCodeAt(at + 1) === DASH) return token('comment', at, endOfLine(text, at));
  if (code === SLASH && text.charCodeAt(at + 1) === STAR) return blockComment(text, at);
  if (code === DOLLAR) return dollar(text, at);
  if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(at + 1)))) return number(text, at);
  if (isIdentifierStart(code)) return word(text, at);
  if (OPERATORS.has(text[at] ?? '')) return token('operator', at, endOfOperator(text, at));
  return token('punctuation', at, at + 1);
}

/** All tokens of a text; together they cover it without gaps. */
export function* readTokens(text: string): Generator<Token, void, undefined> {
  for (let at = 0; ; ) {
    const next = readToken(text, at);
    if (next === undefined) return;
    yield next;
    at = next.end;
  }
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
const UNDERSCORE = 0x5f;
const OPERATORS = new Set('~!@#^&|`?+-*/%<>=');

function token(kind: TokenKind, start: number, end: number, closed = true): Token {
  return { kind, start, end, closed };
}

/** `open` is where the quote stands, `start` where the token with its prefix (x, b, e) begins. */
function quoted(kind: TokenKind, text: string, start: number, open: number, quote: number): Token {
  const mark = String.fromCharCode(quote);
  for (let at = open + 1; ; ) {
    const close = text.indexOf(mark, at);
    if (close < 0) return token(kind, start, text.length, false);
    if (text.charCodeAt(close + 1) !== quote) return token(kind, start, close + 1);
    at = close + 2;
  }
}

/** E'…': a backslash takes the next character with it. */
function escapeString(text: string, start: number): Token {
  for (let at = start + 2; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === SINGLE_QUOTE) {
      if (text.charCodeAt(at + 1) !== SINGLE_QUOTE) return token('string', start, at + 1);
      at++;
    }
  }
  return token('string', start, text.length, false);
}

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
function dollar(text: string, start: number): Token {
  let at = start + 1;
  if (isDigit(text.charCodeAt(at))) {
    while (isDigit(text.charCodeAt(at))) at++;
    return token('parameter', start, at);
  }
  while (isTagPart(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) !== DOLLAR)
    return token(at > start + 1 ? 'parameter' : 'punctuation', start, Math.max(at, start + 1));
  const delimiter = text.slice(start, at + 1);
  const close = text.indexOf(delimiter, at + 1);
  return close < 0
    ? token('string', start, text.length, false)
    : token('string', start, close + delimiter.length);
}

/** Digits, fraction, exponent, 0x and underscores. What is wrong inside a number is for the parser to say. */
function number(text: string, start: number): Token {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  return token('number', start, start + (match?.[0].length ?? 1));
}
const NUMBER = /0[xX][0-9a-fA-F_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?/y;

function word(text: string, start: number): Token {
  if (text.charCodeAt(start + 1) === SINGLE_QUOTE) {
    const prefix = text[start]?.toLowerCase() ?? '';
    if (prefix === 'e') return escapeString(text, start);
    if (prefix === 'x' || prefix === 'b') return quoted('string', text, start, start + 1, SINGLE_QUOTE);
  }
  let at = start + 1;
  while (isIdentifierPart(text.charCodeAt(at))) at++;
  return token('word', start, at);
}

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

function endOfSpace(text: string, start: number): number {
  let at = start + 1;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** ASCII white space, and the Unicode spaces DuckDB turns into blanks before it parses. */
function isSpace(code: number): boolean {
  if (code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b)) return true;
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200d) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isIdentifierStart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === UNDERSCORE ||
    (code >= 0x80 && !isSpace(code))
  );
}

function isIdentifierPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code) || code === DOLLAR;
}

function isTagPart(code: number): boolean {
  return isIdentifierStart(code) || isDigit(code);
}
