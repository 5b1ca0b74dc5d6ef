/** The tokens of a statement that mean something, with names folded as DuckDB compares them. */
import { readTokens, type Token } from '../../../../sql/lexer.js';
import { quotedName, stringValue } from '../../../../sql/string-value.js';
import { foldName } from '../../../model/fold-name.js';

/** A token that is neither space, comment nor semicolon. */
export interface Word extends Token {
  readonly value: string;
}

/** Reads a text's tokens but for spaces, comments and semicolons. */
export function* significant(sql: string): Generator<Word, void, undefined> {
  for (const token of readTokens(sql)) {
    if (token.kind === 'space' || token.kind === 'comment' || token.kind === 'semicolon') continue;
    const text = sql.slice(token.start, token.end);
    yield { ...token, value: foldName(token.kind === 'quotedIdentifier' ? quotedName(text) : text) };
  }
}

/** Whether it is one of these key words, which cannot be quoted. */
export function isWord(token: Word | undefined, ...values: readonly string[]): boolean {
  return token?.kind === 'word' && values.includes(token.value);
}

/** Whether it may be a name: a word, or what stands in double quotes. */
export function isName(token: Word | undefined): token is Word {
  return token?.kind === 'word' || token?.kind === 'quotedIdentifier';
}

/** What a string token stands for; undefined for E'…', x'…' and b'…', and where it is not closed. */
export function stringOf(sql: string, { start, end, closed }: Token): string | undefined {
  return closed ? stringValue(sql.slice(start, end)) : undefined;
}

/** The tokens between the parenthesis at `open` and the one that closes it. */
export function insideParentheses(tokens: readonly Word[], open: number): readonly Word[] {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const value = tokens[at]?.value;
    if (value === '(') depth++;
    else if (value === ')' && --depth === 0) return tokens.slice(open + 1, at);
  }
  return tokens.slice(open + 1);
}
