/** SQL, and what an engine says of it, as they may stand in a log. */
import { escapeStringValue } from '../../sql/escape-string.js';
import { readTokens, type TokenKind } from '../../sql/lexer.js';
import { nameValue, stringValue } from '../../sql/string-value.js';
import { SecretPlaces } from './secret-places.js';

/** Parts of words around which values tend to be secrets; also inside names: `s3_secret_access_key`. */
const SENSITIVE =
  /secret|passw|pwd|token|key|attach|credential|signature|[?&]sig=|proxy|connection_string|authorization(?!_function\b)|identified|:\/\/[^/\s'"]*@|gz[ms]_|\b(?:create|alter)\s+user\b/i;
/** Tokens of the server's own, wherever they stand; what they begin with may be shown. */
const OWN_TOKENS = /\b(gzm_[0-9a-f]{12}_|gzs_)[\w-]+/g;

/**
 * Where a text speaks of secrets, passwords, tokens, keys or ATTACH (whose path may carry a password), each of
 * its string literals becomes '***', and so does what else stands for a value where such things are set, and a comment
 * that speaks of them; other texts stay as they are. Conservative on purpose: a redacted harmless literal costs a
 * reader a guess, a logged secret costs more.
 */
export function redactSql(sql: string): string {
  return SENSITIVE.test(sql) ? redacted(sql).text : sql;
}

/** The text without its secrets, and those values of it that an error may repeat without quotes. */
function redacted(sql: string): { text: string; values: readonly string[] } {
  const whole = sql.replace(OWN_TOKENS, '$1***');
  const places = new SecretPlaces();
  const values: string[] = [];
  let text = '';
  let ended = false;
  for (const { kind, start, end } of readTokens(whole)) {
    const written = whole.slice(start, end);
    if (kind === 'space' || kind === 'comment') {
      if (!ended) text += kind === 'space' ? written : shownComment(written);
      continue;
    }
    const place = ended ? 'shown' : places.next(kind, written);
    const isValue = ended || place === 'hidden' || kind === 'string' || kind === 'quotedIdentifier';
    if (isValue && values.length <= VALUES_MAX) values.push(textOf(kind, written));
    if (ended) continue;
    const shown = place === 'hidden' ? hiddenValue(kind) : written;
    if (place === 'password behind') text += shown + passwordRedacted(whole.slice(end));
    else if (place === 'options behind') text += '(***)';
    else if (place === 'hidden behind') text += `${shown} ***`;
    else if (place === 'hidden on') text += '***';
    else {
      text += shown;
      continue;
    }
    ended = true;
  }
  return { text, values };
}

function hiddenValue(kind: TokenKind): string {
  if (kind === 'string') return "'***'";
  return kind === 'quotedIdentifier' ? '"***"' : '***';
}

function textOf(kind: TokenKind, written: string): string {
  if (kind === 'quotedIdentifier') return nameValue(written);
  return kind === 'string' ? (stringValue(written) ?? escapeStringValue(written) ?? '') : written;
}

/** Of a comment that speaks of such things itself, or quotes something, nothing is kept but that it is one. */
function shownComment(written: string): string {
  if (!(SENSITIVE.test(written) || /['"$]/.test(written))) return written;
  return written.startsWith('--') ? '-- ***' : '/* *** */';
}

/** Behind a password only a role at the end is known not to be a part of it. */
function passwordRedacted(rest: string): string {
  const role = /\sROLE\s+(?:admin|user|readonly)\s*;?$/i.exec(rest.trimEnd())?.[0];
  return ` '***'${role === undefined ? '' : role.replace(/\s+/g, ' ').trimEnd()}`;
}

/**
 * An error about the statement `sql`. DuckDB quotes the statement, from anywhere inside it, so where that is
 * sensitive the excerpt goes, and so do quoted values, and values of the statement that stand there without quotes.
 */
export function redactError(message: string, sql: string): string {
  if (!SENSITIVE.test(sql)) return message;
  const told = redactExcerpt(message, sql);
  return told.replace(/(["'])(?:(?!\1).)*\1/gs, '$1***$1').replace(/:\/\/[^/\s'"]*@/g, '://***@');
}

/** The same for whoever wrote `sql` and looks for his mistake: without the excerpt and the values, with other names in quotes. */
export function redactExcerpt(message: string, sql: string): string {
  if (!SENSITIVE.test(sql)) return message;
  const [sentence = ''] = message.split(/LINE \d+:/, 1);
  return withoutValues(sentence.trimEnd(), redacted(sql).values);
}

function withoutValues(message: string, values: readonly string[]): string {
  // Of a text with so many nobody waits until each is looked for.
  if (values.length > VALUES_MAX) return '***';
  return values
    .filter(({ length }) => length >= VALUE_CHARS_MIN)
    .reduce((told, value) => told.replaceAll(value, '***'), message);
}

const VALUES_MAX = 1000;
/** Shorter ones stand in any sentence. */
const VALUE_CHARS_MIN = 4;
