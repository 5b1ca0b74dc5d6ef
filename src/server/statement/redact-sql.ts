/** SQL, and what an engine says of it, as they may stand in a log. */
import { readTokens } from '../../sql/lexer.js';

/** Parts of words around which string literals tend to be secrets; also inside names: `s3_secret_access_key`. */
const SENSITIVE =
  /secret|passw|pwd|token|key|attach|credential|connection_string|authorization|identified|:\/\/[^/\s'"]*@/i;
/** Its options may be given as bare words: nothing behind the parenthesis is kept. */
const CREATE_SECRET = /^([\s\S]*?\bcreate\b[^(]*\bsecret\b[^(]*\()[\s\S]*/i;

/**
 * Where a text speaks of secrets, passwords, tokens, keys or ATTACH (whose path may carry a password), each of
 * its string literals becomes '***'; other texts stay as they are. Conservative on purpose: a redacted harmless
 * literal costs a reader a guess, a logged secret costs more.
 */
export function redactSql(text: string): string {
  if (!SENSITIVE.test(text)) return text;
  const head = CREATE_SECRET.exec(text)?.[1];
  if (head !== undefined) return `${redactSql(head.slice(0, -1))}(***)`;
  let redacted = '';
  for (const token of readTokens(text)) {
    redacted += token.kind === 'string' ? "'***'" : text.slice(token.start, token.end);
  }
  return redacted;
}

/**
 * An error about the statement `sql`. DuckDB quotes the statement, from anywhere inside it, so where that is
 * sensitive the excerpt goes, and so do quoted values.
 */
export function redactError(message: string, sql: string): string {
  if (!SENSITIVE.test(sql)) return message;
  const [sentence = ''] = message.split(/\n*LINE \d+:/, 1);
  return sentence.replace(/(["'])(?:(?!\1).)*\1/gs, '$1***$1');
}
