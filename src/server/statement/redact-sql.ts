/** SQL as it may stand in a log. */
import { readTokens } from '../../sql/lexer.js';

/** Words around which string literals tend to be secrets. */
const SENSITIVE = /\b(secret|password|token|key|attach|credential|connection_string)/i;

/**
 * Where a text speaks of secrets, passwords, tokens, keys or ATTACH (whose path may carry a password), each of
 * its string literals becomes '***'; other texts stay as they are. Conservative on purpose: a redacted harmless
 * literal costs a reader a guess, a logged secret costs more.
 */
export function redactSql(text: string): string {
  if (!SENSITIVE.test(text)) return text;
  let redacted = '';
  for (const token of readTokens(text)) {
    redacted += token.kind === 'string' ? "'***'" : text.slice(token.start, token.end);
  }
  return redacted;
}
