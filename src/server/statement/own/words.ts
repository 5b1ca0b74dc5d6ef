/** Reads one of Gizmo's own statements word by word. Whatever does not fit is refused with the statement's usage. */
import { GizmoError } from '../../../errors.js';
import { readTokens, type Token } from '../../../sql/lexer.js';
import { nameValue, stringValue } from '../../../sql/string-value.js';

/** Longer names are nobody's. */
const NAME_CHARS_MAX = 256;

export class Words {
  readonly #text: string;
  readonly #usage: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  /** @param usage how the statement is written, for whoever wrote it differently */
  constructor(text: string, usage: string) {
    this.#text = text;
    this.#usage = usage;
    this.#tokens = meaningfulTokens(text);
  }

  /** Takes these keywords if they come next, in any letter case; otherwise none of them. */
  take(...keywords: readonly string[]): boolean {
    const here = keywords.every((keyword, index) => this.#keywordAt(this.#next + index) === keyword);
    if (here) this.#next += keywords.length;
    return here;
  }

  /** Takes a keyword that has to come next. */
  expect(keyword: string): void {
    if (!this.take(keyword)) this.fail(`${keyword} is expected`);
  }

  /** Takes one of several keywords that have to come next, and says which, as it is written in `choices`. */
  choose<Choice extends string>(what: string, choices: readonly Choice[]): Choice {
    const word = this.#keywordAt(this.#next);
    const choice = choices.find((it) => it.toUpperCase() === word);
    if (choice === undefined) return this.fail(`${what} is one of ${choices.join(', ')}`);
    this.#next++;
    return choice;
  }

  /** Takes a name: a bare word as it is written, "…" or '…'. Never with control characters, never empty or endless. */
  name(what: string): string {
    const token = this.#tokens[this.#next];
    const text = token && this.#textOf(token);
    const name =
      token === undefined || text === undefined || !token.closed
        ? undefined
        : token.kind === 'word'
          ? text
          : token.kind === 'quotedIdentifier'
            ? nameValue(text)
            : token.kind === 'string'
              ? stringValue(text)
              : undefined;
    if (name === undefined) return this.fail(`${what} is expected`);
    if (name === '' || name.length > NAME_CHARS_MAX || /[\0-\x1f\x7f]/.test(name))
      return this.fail(`${what} has 1 to ${NAME_CHARS_MAX} characters and no control characters`);
    this.#next++;
    return name;
  }

  /** Takes a string literal. */
  string(what: string): string {
    return this.anyString() ?? this.fail(`${what} is expected, between single quotes`);
  }

  /** Takes a string literal if one comes next. */
  anyString(): string | undefined {
    const token = this.#tokens[this.#next];
    const value =
      token?.kind === 'string' && token.closed ? stringValue(this.#textOf(token) ?? '') : undefined;
    if (value !== undefined) this.#next++;
    return value;
  }

  /** Takes a whole number that is not negative. */
  integer(what: string): number {
    return this.number() ?? this.fail(`${what} is expected, a whole number`);
  }

  /** Takes a whole number that is not negative if one comes next. */
  number(): number | undefined {
    const token = this.#tokens[this.#next];
    const text = token?.kind === 'number' ? this.#textOf(token) : '';
    if (!/^\d{1,15}$/.test(text)) return undefined;
    this.#next++;
    return Number(text);
  }

  /** Whether a number comes next, whole or not. */
  get isNumber(): boolean {
    return this.#tokens[this.#next]?.kind === 'number';
  }

  /** Takes all that is left as one name, quoted or bare, such as an id with hyphens. */
  rest(what: string): string {
    const token = this.#tokens[this.#next];
    const last = this.#tokens.at(-1);
    if (token === undefined || last === undefined || token === last) return this.name(what);
    const text = this.#text.slice(token.start, last.end);
    if (!/^[\w-]{1,256}$/.test(text)) return this.fail(`${what} is expected`);
    this.#next = this.#tokens.length;
    return text;
  }

  /** Takes an operator or a mark, such as `=` or `(`, if it comes next. */
  mark(mark: string): boolean {
    const token = this.#tokens[this.#next];
    const here = token !== undefined && token.kind !== 'string' && this.#textOf(token) === mark;
    if (here) this.#next++;
    return here;
  }

  /** Takes what stands between parentheses, as it is written. */
  parenthesized(what: string): string {
    const start = this.#tokens[this.#next];
    if (!this.mark('(') || start === undefined) return this.fail(`${what} is expected, between ( and )`);
    for (let depth = 1; !this.atEnd; ) {
      const token = this.#tokens[this.#next];
      if (token?.closed === false || token?.kind === 'semicolon') break;
      if (this.mark('(')) depth++;
      else if (!this.mark(')')) this.#next++;
      else if (--depth === 0) return this.#text.slice(start.end, token?.start).trim();
    }
    return this.fail(`${what} ends with )`);
  }

  /** Whether nothing comes any more. */
  get atEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** To be asked when all is read: what follows is refused. */
  end(): void {
    if (this.atEnd) return;
    const [before, next] = [this.#tokens[this.#next - 1], this.#tokens[this.#next]];
    const continues =
      before?.kind === 'word' &&
      before.end === next?.start &&
      /^[@.\-+/:#]/.test(this.#text.slice(next.start));
    this.fail(continues ? 'a name with such a character goes between double quotes' : 'this is not expected');
  }

  /** Refuses the statement at the place that has been reached. Never quotes it: it may hold a secret. */
  fail(reason: string): never {
    const token = this.#tokens[this.#next];
    const line = token && this.#text.slice(0, token.start).split('\n').length;
    const where = line === undefined ? 'at the end' : `at word ${this.#next + 1}, line ${line}`;
    throw new GizmoError('INVALID_ARGUMENT', `Syntax error ${where}: ${reason}. Usage: ${this.#usage}`, {
      position: token?.start ?? this.#text.length,
    });
  }

  #keywordAt(index: number): string | undefined {
    const token = this.#tokens[index];
    return token?.kind === 'word' ? this.#textOf(token)?.toUpperCase() : undefined;
  }

  #textOf({ start, end }: Token): string {
    return this.#text.slice(start, end);
  }
}

/** The tokens that say something; semicolons may stand before and behind them. */
function meaningfulTokens(text: string): readonly Token[] {
  const tokens = [...readTokens(text)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  while (tokens.at(-1)?.kind === 'semicolon') tokens.pop();
  const first = tokens.findIndex(({ kind }) => kind !== 'semicolon');
  return tokens.slice(Math.max(0, first));
}
