/** The word that a text begins with, which says what kind of statement it is. */
import { readTokens } from './lexer.js';

/**
 * In lower case, behind spaces, comments and empty statements; undefined where something else comes first. Takes time
 * in proportion to what stands before it.
 */
export function firstWord(text: string): string | undefined {
  for (const { kind, start, end } of readTokens(text)) {
    if (kind === 'word') return text.slice(start, end).toLowerCase();
    if (kind !== 'space' && kind !== 'comment' && kind !== 'semicolon') return undefined;
  }
  return undefined;
}
