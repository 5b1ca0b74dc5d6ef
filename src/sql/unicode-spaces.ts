/**
 * Which Unicode spaces are blanks to DuckDB. Before it reads a text, `Parser::StripUnicodeSpaces` makes blanks of those
 * that stand outside of quotes and comments, as this function understands them, which is not how the scanner behind it
 * does: to it any `$` opens a dollar-quoted string, even within a name, and neither block comments nor E'\'' exist.
 * A space that it leaves is part of a name. Followed here to the letter, since both must find the same statements.
 */
export class UnicodeSpaces {
  readonly #text: string;
  readonly #end: number;
  readonly #blanks = new Set<number>();
  #at: number;

  /** Of the text from `from` on: what DuckDB is given begins there. Reads no further than it is asked. */
  constructor(text: string, from: number) {
    this.#text = text;
    this.#at = from;
    this.#end = endOfRead(text, from);
  }

  /** Whether the unit at this UTF-16 index is a Unicode space that becomes a blank. */
  isBlank(index: number): boolean {
    if (!isUnicodeSpace(this.#text.charCodeAt(index))) return false;
    while (this.#at <= index && this.#at < this.#end) this.#step();
    return this.#blanks.has(index);
  }

  #step(): void {
    const text = this.#text;
    const at = this.#at;
    const code = text.charCodeAt(at);
    if (isUnicodeSpace(code)) this.#blanks.add(at);
    if (code === SINGLE_QUOTE || code === DOUBLE_QUOTE) this.#at = behindQuoted(text, at);
    else if (code === DOLLAR && opensTag(text.charCodeAt(at + 1))) this.#at = behindTag(text, at, this.#end);
    else if (code === DASH && text.charCodeAt(at + 1) === DASH) this.#at = endOfLine(text, at);
    else this.#at = at + 1;
  }
}

const SINGLE_QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const DOLLAR = 0x24;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;

function isUnicodeSpace(code: number): boolean {
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** DuckDB looks at a byte only while two more follow: a U+00A0 at the very end stays as it is. */
function endOfRead(text: string, from: number): number {
  let end = text.length;
  for (let bytes = 0; end > from; end--) {
    bytes += utf8Length(text.charCodeAt(end - 1));
    if (bytes > 2) break;
  }
  return end;
}

/** Half of a surrogate pair counts as three, which is enough here. */
function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  return code < 0x800 ? 2 : 3;
}

function behindQuoted(text: string, open: number): number {
  const quote = text[open] ?? '';
  for (let at = open + 1; ; ) {
    const close = text.indexOf(quote, at);
    if (close < 0) return text.length;
    if (text[close + 1] !== quote) return close + 1;
    at = close + 2;
  }
}

/**
 * Where reading goes on after `$`: at what is no part of a tag; else at the last `$` of the string, which may open the
 * next. The closing delimiter is looked for from the second `$` of the opening one.
 */
function behindTag(text: string, open: number, end: number): number {
  let at = open + 1;
  while (at < end && isTagPart(text.charCodeAt(at))) at++;
  if (at >= end) return text.length;
  if (text.charCodeAt(at) !== DOLLAR) return at;
  const close = text.indexOf(text.slice(open, at + 1), at);
  return close < 0 ? text.length : close + at - open;
}

function endOfLine(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d) return at;
  }
  return text.length;
}

function opensTag(code: number): boolean {
  return code === DOLLAR || (isTagPart(code) && !isDigit(code));
}

function isTagPart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === UNDERSCORE ||
    code >= 0x80 ||
    isDigit(code)
  );
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
