/** The tokens of a statement that mean something, with names folded as DuckDB compares them. */
import { readTokens, type Token } from '../../../../sql/lexer.js';
import { nameValue, stringValue } from '../../../../sql/string-value.js';
import { foldName } from '../../../model/fold-name.js';
import { rememberingLong } from '../../../model/tokens.js';

/** A token that is neither space, comment nor semicolon. */
export interface Word extends Token {
  readonly value: string;
}

/** A text's tokens but for spaces, comments and semicolons. */
export const significant = rememberingLong((sql): readonly Word[] => {
  const words: Word[] = [];
  for (const { kind, start, end, closed } of readTokens(sql)) {
    if (kind === 'space' || kind === 'comment' || kind === 'semicolon') continue;
    const text = sql.slice(start, end);
    const value = foldName(kind === 'quotedIdentifier' ? nameValue(text) : text);
    words.push({ kind, start, end, closed, value });
  }
  return words;
});

/** Whether it is one of these key words, which cannot be quoted. */
export function isWord(token: Word | undefined, ...values: readonly string[]): boolean {
  return token?.kind === 'word' && values.includes(token.value);
}

/** Whether a function can be called by the token at `at`: also by a key word that DuckDB has for itself, in quotes or behind a dot. */
export function canCall(tokens: readonly Word[], at: number): boolean {
  const token = tokens[at];
  if (!isName(token)) return false;
  return token.kind !== 'word' || tokens[at - 1]?.value === '.' || !RESERVED.has(token.value);
}

/** Those key words that stand before parentheses. DuckDB has others, such as `filter` and `left`, by which macros can be called. */
export const RESERVED: ReadonlySet<string> = new Set(
  (
    'all and any array as asc between by case cast check coalesce default desc distinct do else except exists extract from having in intersect ' +
    'into lateral limit not offset on or order overlay position primary qualify references returning select some then to try ' +
    'try_cast union unique using values when where with'
  ).split(' '),
);

/** Whether it may be a name: a word, or what stands in double quotes. */
export function isName(token: Word | undefined): token is Word {
  return token?.kind === 'word' || token?.kind === 'quotedIdentifier';
}

/** What a string token stands for; undefined for E'…', x'…' and b'…', and where it is not closed. */
export function stringOf(sql: string, { start, end, closed }: Token): string | undefined {
  return closed ? stringValue(sql.slice(start, end)) : undefined;
}

/** The tokens between the parenthesis at `open` and the one that closes it; all that follow where none does. */
export function insideParentheses(tokens: readonly Word[], open: number): readonly Word[] {
  return tokens.slice(open + 1, pairsOf(tokens).get(open));
}

/** The index of the parenthesis that closes the one at `open`; -1 where none does. */
export function closingOf(tokens: readonly Word[], open: number): number {
  return pairsOf(tokens).get(open) ?? -1;
}

/** Of each list of tokens that was asked about: otherwise the same ones would be gone through for each that is open. */
const pairs = new WeakMap<readonly Word[], ReadonlyMap<number, number>>();

function pairsOf(tokens: readonly Word[]): ReadonlyMap<number, number> {
  const before = pairs.get(tokens);
  if (before !== undefined) return before;
  const found = new Map<number, number>();
  const open: number[] = [];
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind === 'quotedIdentifier') continue;
    if (value === '(') open.push(at);
    const start = value === ')' ? open.pop() : undefined;
    if (start !== undefined) found.set(start, at);
  }
  pairs.set(tokens, found);
  return found;
}
