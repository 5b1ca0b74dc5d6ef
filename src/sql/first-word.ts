/** The word that a text begins with, which says what kind of statement it is. */
import { readToken } from './lexer.js';

/**
 * In lower case, behind spaces, comments and empty statements; undefined where something else comes first. Takes time
 * in proportion to what stands before it.
 */
export function firstWord(text: string): string | undefined {
  for (let at = 0; ; ) {
    const token = readToken(text, at);
    if (token === undefined) return undefined;
    if (token.kind === 'word') return text.slice(token.start, token.end).toLowerCase();
    if (token.kind !== 'space' && token.kind !== 'comment' && token.kind !== 'semicolon') return undefined;
    at = token.end;
  }
}
