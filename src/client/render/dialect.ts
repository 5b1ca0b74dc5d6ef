/** What the formats of rows with a separator in between differ in, see delimited.ts. */
import type { ByteBuffer } from './cells/byte-buffer.js';

export interface Dialect {
  /** One byte. */
  readonly separator: number;
  readonly nullText: string;
  /** How a cell is kept apart from separators, line ends and NULL; undefined where nothing is. */
  readonly protection: Protection | undefined;
}

export interface Protection {
  /** Quotes or escapes the cell that begins at byte `start` and ends where the buffer does. */
  readonly protect: (out: ByteBuffer, start: number) => void;
  /** A text without these bytes stays as it is … */
  readonly special: readonly number[];
  /** … unless it is empty. */
  readonly emptyIsSpecial: boolean;
  /** … or might be taken for NULL. */
  readonly nullTextIsSpecial: boolean;
}

/** RFC 4180: quotes around what needs them, an empty text and a text like NULL's included. */
export function csvDialect(nullText = ''): Dialect {
  return {
    separator: COMMA,
    nullText,
    protection: {
      protect: (out, start) => quote(out, start, nullText),
      special: [COMMA, QUOTE, NEWLINE, RETURN],
      emptyIsSpecial: true,
      nullTextIsSpecial: nullText !== '',
    },
  };
}

/** A backslash before what needs one, as PostgreSQL's COPY writes it. */
export function tsvDialect(nullText = '\\N'): Dialect {
  return {
    separator: 0x09,
    nullText,
    protection: {
      protect: escapeSpecial,
      special: [...ESCAPES.keys()],
      emptyIsSpecial: false,
      nullTextIsSpecial: false,
    },
  };
}

/** `|`, and everything as it is. */
export function listDialect(nullText = ''): Dialect {
  return { separator: 0x7c, nullText, protection: undefined };
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

function quote(out: ByteBuffer, start: number, nullText: string): void {
  const { bytes, length } = out;
  let special = start === length;
  let quotes = 0;
  for (let i = start; i < length; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) quotes++;
    else if (byte === COMMA || byte === NEWLINE || byte === RETURN) special = true;
  }
  const isLikeNull = nullText.length === length - start && nullText !== '' && out.toText(start) === nullText;
  if (!special && quotes === 0 && !isLikeNull) return;
  out.reserve(quotes + 2);
  const target = out.bytes;
  let to = length + quotes + 1;
  target[to--] = QUOTE;
  for (let from = length - 1; from >= start; from--) {
    const byte = target[from]!;
    target[to--] = byte;
    if (byte === QUOTE) target[to--] = QUOTE;
  }
  target[to] = QUOTE;
  out.length = length + quotes + 2;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, '\\t'],
  [NEWLINE, '\\n'],
  [RETURN, '\\r'],
  [0x5c, '\\\\'],
]);

function escapeSpecial(out: ByteBuffer, start: number): void {
  for (let i = start; i < out.length; i++) {
    if (!ESCAPES.has(out.bytes[i]!)) continue;
    const text = out.toText(start).replace(/[\t\n\r\\]/g, (char) => ESCAPES.get(char.charCodeAt(0)) ?? char);
    out.length = start;
    out.text(text);
    return;
  }
}
