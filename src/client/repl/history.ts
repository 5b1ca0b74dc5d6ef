/** Which statements the shell remembers, and in what order: pure rules, no files. */
import { readTokens, type Token } from '../../sql/lexer.js';

/** The history with `statement` as its newest entry; an earlier same one moves up instead of appearing twice. */
export function remember(history: readonly string[], statement: string): string[] {
  return [...history.filter((entry) => entry !== statement), statement].slice(-HISTORY_ENTRIES_MAX);
}

/** Whether a statement belongs into the history: not blank, not begun with a space, not huge, no secret in it. */
export function isWorthRemembering(statement: string): boolean {
  return (
    statement.trim() !== '' &&
    !/^\s/.test(statement) &&
    statement.length <= STATEMENT_CHARACTERS_MAX &&
    !holdsSecret(statement)
  );
}

/** Newest entries kept. */
export const HISTORY_ENTRIES_MAX = 10_000;
/** A statement that a paste made this long is data, not something to recall. */
const STATEMENT_CHARACTERS_MAX = 1 << 16;

/**
 * `CREATE SECRET`, and a word such as PASSWORD or TOKEN (alone or inside a name) with a text behind it:
 * `PASSWORD 'x'`, `token = 'x'`, `secret_key := 'x'`. Rather forgets too much.
 */
function holdsSecret(statement: string): boolean {
  const tokens = [...readTokens(statement)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const words = tokens.map((token) => textOf(statement, token));
  if (words[0] === 'create' && words.slice(1, 6).includes('secret')) return true;
  if (SETTINGS.has(words[0] ?? '') && words.some((word) => SECRET_WORD.test(word))) return true;
  return tokens.some(
    ({ kind }, index) =>
      (kind === 'word' || kind === 'quotedIdentifier' || kind === 'string') &&
      SECRET_WORD.test(words[index] ?? '') &&
      (URL_SECRET.test(words[index] ?? '') || hasTextBehind(tokens, index)),
  );
}

/** At most a few operators and `IS`-like words stand between the name and its value. */
function hasTextBehind(tokens: readonly Token[], index: number): boolean {
  return tokens.slice(index + 1, index + 4).some(({ kind }) => kind === 'string');
}

function textOf(statement: string, token: Token): string {
  return statement.slice(token.start, token.end).toLowerCase();
}

/** What begins statements in which a value may be a bare word, or a name in double quotes. */
const SETTINGS: ReadonlySet<string> = new Set(['set', 'pragma', 'attach', 'alter']);
const SECRET_WORD =
  /passw(or)?d|passphrase|token|secret|(api|access|private|encryption|parquet)_?key|credential|:\/\/[^/\s]*:[^/\s]*@/;
/** A name and its value in one text, such as `host=h password=x` or `postgres://u:p@h`. */
const URL_SECRET = /(passw(or)?d|token|secret|key)\s*=\s*\S|:\/\/[^/\s]*:[^/\s]*@/;
