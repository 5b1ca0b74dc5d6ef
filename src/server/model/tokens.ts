/** The tokens of a whole text. What a long one is made of is asked over and over while it is decided on, and takes long to read. */
import { keepLatest } from '../../keep-latest.js';
import { readTokens, type Token } from '../../sql/lexer.js';

/** All tokens, as `readTokens` has them. */
export const tokensOf = rememberingLong((text): readonly Token[] => [...readTokens(text)]);

/** Keeps, for a moment, what `read` has made of the last long texts. */
export function rememberingLong<T extends object>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  const forget = () => known.clear();
  return (text) => {
    if (text.length < LONG_CHARS || text.length > KEPT_CHARS_MAX) return read(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = read(text);
    if (known.size === 0) setTimeout(forget, KEPT_MS).unref();
    keepLatest(known, text, made, TEXTS_MAX);
    return made;
  };
}

const LONG_CHARS = 4096;
/** Longer ones are nobody's that is limited, and what is made of them takes many times their memory. */
const KEPT_CHARS_MAX = 1024 * 1024;
/** The text itself, and what stands in its place. */
const TEXTS_MAX = 4;
const KEPT_MS = 1000;
