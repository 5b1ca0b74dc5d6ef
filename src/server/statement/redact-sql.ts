/** SQL, and what an engine says of it, as they may stand in a log. */
import { escapeStringValue } from '../../sql/escape-string.js';
import { readTokens } from '../../sql/lexer.js';
import { stringValue } from '../../sql/string-value.js';

/** Parts of words around which string literals tend to be secrets; also inside names: `s3_secret_access_key`. */
const SENSITIVE =
  /secret|passw|pwd|token|key|attach|credential|connection_string|authorization(?!_function\b)|identified|:\/\/[^/\s'"]*@|gz[ms]_|\b(?:create|alter)\s+user\b/i;
/** Tokens of the server's own, wherever they stand; what they begin with may be shown. */
const OWN_TOKENS = /\b(gzm_[0-9a-f]{12}_|gzs_)[\w-]+/g;
/** What leads to the options of a secret, in one pass however often it stands there. */
const CREATE_SECRET = /\bcreate\b|\bsecret\b|\(/gi;

/**
 * Where a text speaks of secrets, passwords, tokens, keys or ATTACH (whose path may carry a password), each of
 * its string literals becomes '***', and so does a comment that speaks of them; other texts stay as they are. Conservative on purpose: a redacted harmless
 * literal costs a reader a guess, a logged secret costs more.
 */
export function redactSql(sql: string): string {
  if (!SENSITIVE.test(sql)) return sql;
  const text = sql.replace(OWN_TOKENS, '$1***');
  const options = optionsOfSecret(text);
  if (options !== undefined) return `${redactSql(text.slice(0, options))}(***)`;
  let redacted = '';
  let words: readonly string[] = [];
  let verb = '';
  let ofUser: 'no' | 'unnamed' | 'named' = 'no';
  for (const token of readTokens(text)) {
    const written = text.slice(token.start, token.end);
    const shown = token.kind === 'string' ? "'***'" : shownComment(token.kind, written);
    if (token.kind === 'space' || token.kind === 'comment') {
      redacted += shown;
      continue;
    }
    const word = written.toUpperCase();
    words = [words.at(-1) ?? '', word];
    if (verb === '') verb = word;
    // No query, and so perhaps a user's password in the words of another database, or misspelt.
    if (PASSWORDS.has(word) && (!VERBS.has(verb) || words[0] === 'SET')) return `${redacted}${shown} ***`;
    // Somebody's password, however it is written: without quotes, with the wrong ones, or with one in it.
    if (ofUser !== 'no' && word === 'PASSWORD')
      return redacted + shown + passwordRedacted(text.slice(token.end));
    // Behind the name a word that is not known may be PASSWORD misspelt.
    if (ofUser === 'named' && !OF_USERS.has(word)) return `${redacted}***`;
    if (ofUser === 'unnamed' && !IF_NEW.has(word)) ofUser = 'named';
    if (ofUser === 'no' && USER_VERBS.has(words[0] ?? '') && PEOPLE.has(word)) ofUser = 'unnamed';
    if (token.kind === 'semicolon') {
      ofUser = 'no';
      verb = '';
    }
    redacted += shown;
  }
  return redacted;
}

/** Of a comment that speaks of such things itself, or quotes something, nothing is kept but that it is one. */
function shownComment(kind: string, written: string): string {
  if (kind !== 'comment' || !(SENSITIVE.test(written) || /['"$]/.test(written))) return written;
  return written.startsWith('--') ? '-- ***' : '/* *** */';
}

/** Where the parenthesis opens in which a secret's options stand, perhaps as bare words: nothing behind it is kept. */
function optionsOfSecret(text: string): number | undefined {
  let create = false;
  let secret = false;
  for (const { 0: found, index } of text.matchAll(CREATE_SECRET)) {
    if (found === '(' && secret) return index;
    if (found === '(') create = false;
    else if (found.toLowerCase() === 'create') create = true;
    else secret = create;
  }
  return undefined;
}

/** With USER they begin Gizmo's own statements that take a password, and those of other databases. */
const USER_VERBS: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'REPLACE']);
const PEOPLE: ReadonlySet<string> = new Set(['USER', 'ROLE', 'LOGIN']);
const PASSWORDS: ReadonlySet<string> = new Set(['PASSWORD', 'PASSWD', 'IDENTIFIED']);
/** What statements begin with in which those are names. */
const VERBS: ReadonlySet<string> = new Set(
  'SELECT WITH FROM VALUES TABLE ( INSERT UPDATE DELETE MERGE CREATE ALTER DROP COPY EXPLAIN DESCRIBE DESC SHOW SUMMARIZE PIVOT UNPIVOT PREPARE EXECUTE ATTACH COMMENT CALL PRAGMA SET RESET TRUNCATE ANALYZE VACUUM'.split(
    ' ',
  ),
);
const IF_NEW: ReadonlySet<string> = new Set(['IF', 'NOT', 'EXISTS']);
/** What may stand behind the name and before a password. */
const OF_USERS: ReadonlySet<string> = new Set('ROLE ADMIN USER READONLY SUSPEND ACTIVATE ;'.split(' '));

/** Behind a password only a role at the end is known not to be a part of it. */
function passwordRedacted(rest: string): string {
  const role = /\sROLE\s+(?:admin|user|readonly)\s*;?$/i.exec(rest.trimEnd())?.[0];
  return ` '***'${role === undefined ? '' : role.replace(/\s+/g, ' ').trimEnd()}`;
}

/**
 * An error about the statement `sql`. DuckDB quotes the statement, from anywhere inside it, so where that is
 * sensitive the excerpt goes, and so do quoted values, and literals of the statement that stand there without quotes.
 */
export function redactError(message: string, sql: string): string {
  if (!SENSITIVE.test(sql)) return message;
  const [sentence = ''] = message.split(/LINE \d+:/, 1);
  const told = sentence.trimEnd().replace(/(["'])(?:(?!\1).)*\1/gs, '$1***$1');
  return withoutLiterals(told, sql).replace(/:\/\/[^/\s'"]*@/g, '://***@');
}

function withoutLiterals(message: string, sql: string): string {
  let told = message;
  let literals = 0;
  for (const { kind, start, end } of readTokens(sql)) {
    if (kind !== 'string') continue;
    // Of a text with so many nobody waits until each is looked for.
    if (++literals > LITERALS_MAX) return '***';
    const written = sql.slice(start, end);
    const value = stringValue(written) ?? escapeStringValue(written) ?? '';
    if (value.length >= LITERAL_CHARS_MIN) told = told.replaceAll(value, '***');
  }
  return told;
}

const LITERALS_MAX = 1000;
/** Shorter ones stand in any sentence. */
const LITERAL_CHARS_MIN = 4;
