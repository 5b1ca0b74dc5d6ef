/** SQL, and what an engine says of it, as they may stand in a log. */
import { readTokens } from '../../sql/lexer.js';

/** Parts of words around which string literals tend to be secrets; also inside names: `s3_secret_access_key`. */
const SENSITIVE =
  /secret|passw|pwd|token|key|attach|credential|connection_string|authorization|identified|:\/\/[^/\s'"]*@|gz[ms]_/i;
/** Tokens of the server's own, wherever they stand; what they begin with may be shown. */
const OWN_TOKENS = /\b(gzm_[0-9a-f]{12}_|gzs_)[\w-]+/g;
/** Its options may be given as bare words: nothing behind the parenthesis is kept. */
const CREATE_SECRET = /^([\s\S]*?\bcreate\b[^(]*\bsecret\b[^(]*\()[\s\S]*/i;

/**
 * Where a text speaks of secrets, passwords, tokens, keys or ATTACH (whose path may carry a password), each of
 * its string literals becomes '***'; other texts stay as they are. Conservative on purpose: a redacted harmless
 * literal costs a reader a guess, a logged secret costs more.
 */
export function redactSql(sql: string): string {
  if (!SENSITIVE.test(sql)) return sql;
  const text = sql.replace(OWN_TOKENS, '$1***');
  const head = CREATE_SECRET.exec(text)?.[1];
  if (head !== undefined) return `${redactSql(head.slice(0, -1))}(***)`;
  let redacted = '';
  let words: readonly string[] = [];
  let ofUser = false;
  for (const token of readTokens(text)) {
    const written = text.slice(token.start, token.end);
    redacted += token.kind === 'string' ? "'***'" : written;
    if (token.kind === 'space' || token.kind === 'comment') continue;
    words = [words.at(-1) ?? '', written.toUpperCase()];
    ofUser ||= USER_VERBS.has(words[0] ?? '') && words[1] === 'USER';
    // Somebody's password, however it is written: without quotes, with the wrong ones, or with one in it.
    if (ofUser && words[1] === 'PASSWORD') return redacted + passwordRedacted(text.slice(token.end));
  }
  return redacted;
}

/** With USER they begin Gizmo's own statements that take a password. */
const USER_VERBS: ReadonlySet<string> = new Set(['CREATE', 'ALTER']);

/** Behind a password only a role at the end is known not to be a part of it. */
function passwordRedacted(rest: string): string {
  const role = /\sROLE\s+(?:admin|user|readonly)\s*;?\s*$/i.exec(rest)?.[0];
  return ` '***'${role === undefined ? '' : role.replace(/\s+/g, ' ').trimEnd()}`;
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
