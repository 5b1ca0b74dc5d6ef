/** Where secrets stand in a text of SQL: found word by word, also in one that is misspelt or of another database. */
import type { TokenKind } from '../../sql/lexer.js';

/**
 * What becomes of a token: it is shown, or hidden; or it is shown and nothing behind it can be, because that is a
 * password, the options of a secret, or anything; or nothing can be shown from it on.
 */
export type Place = 'shown' | 'hidden' | 'password behind' | 'options behind' | 'hidden behind' | 'hidden on';

/** Reads the tokens of one text in order, blanks and comments left out. */
export class SecretPlaces {
  #statement = new StatementSoFar();

  next(kind: TokenKind, written: string): Place {
    const place = this.#statement.next(kind, written);
    if (kind === 'semicolon') this.#statement = new StatementSoFar();
    return place;
  }
}

class StatementSoFar {
  #verb = '';
  #before = '';
  #depth = 0;
  #ofUser: 'no' | 'unnamed' | 'named' = 'no';
  #ofSecret: 'no' | 'create' | 'secret' = 'no';
  /** What COPY reads or writes begins here. */
  #target = false;
  /** Names from here on stand for values: those in quotes only, or bare words and numbers too. */
  #values: 'none' | 'in quotes' | 'all' = 'none';

  next(kind: TokenKind, written: string): Place {
    const word = kind === 'string' || kind === 'quotedIdentifier' ? '' : written.toUpperCase();
    if (this.#verb === '' || (this.#verb === 'EXPLAIN' && OPTIONS.has(word))) this.#verb = word;
    const place = this.#ofPeople(word) ?? this.#ofSecrets(word) ?? this.#ofValues(kind, written);
    this.#follow(word);
    return place;
  }

  /** Passwords of users, in Gizmo's words or those of other databases. */
  #ofPeople(word: string): Place | undefined {
    const known = QUERIES.has(this.#verb) || SETTINGS.has(this.#verb);
    if (PASSWORDS.has(word) && (!known || this.#before === 'SET')) return 'hidden behind';
    // However it is written: without quotes, with the wrong ones, or with one in it.
    if (this.#ofUser !== 'no' && word === 'PASSWORD') return 'password behind';
    // Behind the name a word that is not known may be PASSWORD misspelt.
    if (this.#ofUser === 'named' && !OF_USERS.has(word)) return 'hidden on';
    if (this.#ofUser === 'unnamed' && !IF_NEW.has(word)) this.#ofUser = 'named';
    if (this.#ofUser === 'no' && USER_VERBS.has(this.#before) && PEOPLE.has(word)) this.#ofUser = 'unnamed';
    return undefined;
  }

  /** CREATE SECRET, whose options may be bare words. */
  #ofSecrets(word: string): Place | undefined {
    if (word === 'CREATE') this.#ofSecret = 'create';
    else if (word === 'SECRET' && this.#ofSecret === 'create') this.#ofSecret = 'secret';
    else if (word === '(' || word === '=') {
      if (this.#ofSecret === 'secret') return 'options behind';
      this.#ofSecret = 'no';
    }
    return undefined;
  }

  /** Texts, and what DuckDB takes for one where it wants a value. */
  #ofValues(kind: TokenKind, written: string): Place {
    if (kind === 'string') return 'hidden';
    const nameOfOption = OPTIONS.has(this.#verb) && this.#depth === 1 && /^[(,]$/.test(this.#before);
    if (this.#before === '.' || nameOfOption) return 'shown';
    if (kind === 'quotedIdentifier') {
      const value = this.#values !== 'none' || /[=:]$/.test(this.#before) || CONNECTION.test(written);
      return value ? 'hidden' : 'shown';
    }
    return this.#values === 'all' && (kind === 'word' || kind === 'number') ? 'hidden' : 'shown';
  }

  #follow(word: string): void {
    if (word === 'AS' && this.#verb === 'PREPARE') this.#verb = '';
    if (this.#depth === 0 && (word === 'TO' || word === 'FROM')) this.#target = true;
    if (word === '(') this.#depth++;
    else if (word === ')') this.#depth--;
    if (word === 'VALUES') this.#values = 'in quotes';
    else if (this.#beginsValues(word)) this.#values = 'all';
    this.#before = word;
  }

  #beginsValues(word: string): boolean {
    if (this.#verb === 'COPY') return this.#target && word === '(';
    if (this.#verb === 'ATTACH') return word === '(';
    return !QUERIES.has(this.#verb) && !RIGHTS.has(this.#verb) && /^(?::?=.*|\(|TO)$/.test(word);
  }
}

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));
/** With USER they begin Gizmo's own statements that take a password, and those of other databases. */
const USER_VERBS = setOf('CREATE ALTER REPLACE');
const PEOPLE = setOf('USER ROLE LOGIN');
const PASSWORDS = setOf('PASSWORD PASSWD IDENTIFIED');
/** What statements begin with in which words are names. */
const QUERIES = setOf(
  'SELECT WITH FROM VALUES TABLE ( INSERT UPDATE DELETE MERGE CREATE ALTER DROP EXPLAIN DESCRIBE DESC SHOW SUMMARIZE PIVOT UNPIVOT PREPARE EXECUTE COMMENT CALL TRUNCATE ANALYZE VACUUM',
);
/** Those that set something, in which words are values too. */
const SETTINGS = setOf('SET RESET PRAGMA ATTACH COPY');
const OPTIONS = setOf('ATTACH COPY');
const RIGHTS = setOf('GRANT REVOKE KILL');
const IF_NEW = setOf('IF NOT EXISTS');
/** What may stand behind the name and before a password. */
const OF_USERS = setOf('ROLE ADMIN USER READONLY SUSPEND ACTIVATE ;');
/** A name in quotes that is an address with a password, or options of a connection. */
const CONNECTION = /:\/\/[^/\s]*@|[=:?&]/;
