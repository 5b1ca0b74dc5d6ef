/** A function of the operator's, by its name: what it is asked, and the one answer that admits. */

import { GizmoError, toGizmoError } from '../../errors.js';
import { readTokens } from '../../sql/lexer.js';
import { quoteName } from '../../sql/quote.js';
import { nameValue } from '../../sql/string-value.js';
import type { HookDatabase } from './hook-database.js';

export interface HookFunction {
  /** As it was given. */
  readonly name: string;
  /** Its name without schema and catalog, and those. */
  readonly names: readonly string[];
  readonly arguments: number;
}

export type Verdict =
  | { readonly admitted: true }
  /** Why not, for the log: never for who is refused. */
  | { readonly admitted: false; readonly reason: string };

/** Calls that are under way; more are refused, so that functions that hang cannot take every connection. */
const CALLS_MAX = 64;
/** SQL of our own runs none of the operator's. */
const OWN_TIMEOUT_MS = 30_000;

export class HookCalls {
  readonly #database: HookDatabase;
  readonly #timeoutMs: number;
  #running = 0;

  constructor(database: HookDatabase, timeoutMs: number) {
    this.#database = database;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Looks the function up, with the first of these numbers of arguments that it takes. Throws INVALID_ARGUMENT where
   * there is no such function or it does not return BOOLEAN.
   */
  async find(name: string, counts: readonly number[]): Promise<HookFunction> {
    const names = partsOf(name);
    let failure: unknown;
    for (const count of counts) {
      const found = { name, names, arguments: count };
      try {
        // Described and not called: what it says of texts like these concerns nobody.
        const { types } = await this.#query(
          `select * from (${callOf(found)}) limit 0`,
          Array(count).fill(''),
        );
        if (types.length === 1 && types[0] === 'bool') return found;
        throw new GizmoError('INVALID_ARGUMENT', `it does not return BOOLEAN`);
      } catch (error) {
        failure ??= error;
      }
    }
    throw new GizmoError(
      'INVALID_ARGUMENT',
      `"${name}" cannot be called with ${counts.join(' or ')} texts: ${withoutExcerpt(toGizmoError(failure).message)}`,
      { cause: failure },
    );
  }

  /** Only one row with one BOOLEAN that is true admits; errors and silence do not. */
  async ask(hook: HookFunction, values: readonly string[]): Promise<Verdict> {
    if (this.#running >= CALLS_MAX) return refused(`${CALLS_MAX} calls of hooks are under way`);
    this.#running++;
    try {
      const { types, rows } = await this.#query(callOf(hook), values);
      const [row] = rows;
      if (types.length !== 1 || types[0] !== 'bool') return refused(`it returned ${types.join(', ')}`);
      if (rows.length !== 1 || row?.length !== 1) return refused(`it returned ${rows.length} rows`);
      return row[0] === true ? { admitted: true } : refused(`it returned ${row[0]}`);
    } catch (error) {
      const { message, detail } = toGizmoError(error);
      return refused(withoutAsked(withoutExcerpt(detail ?? message), values));
    } finally {
      this.#running--;
    }
  }

  /** Runs SQL of our own about the functions. */
  async read(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#query(sql, [], Math.max(this.#timeoutMs, OWN_TIMEOUT_MS))).rows;
  }

  async #query(sql: string, values: readonly string[], timeoutMs = this.#timeoutMs) {
    const aborter = new AbortController();
    const timer = setTimeout(
      () => aborter.abort(new GizmoError('DEADLINE_EXCEEDED', `it took longer than ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    try {
      return await this.#database.query(sql, values, aborter.signal);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The text that it is of is ours. */
function withoutExcerpt(message: string): string {
  return message.replace(/\n+LINE \d+:[\s\S]*$/, '');
}

/** What is asked about is a password or a statement with secrets, and DuckDB quotes what it stumbles over, unescaped. */
function withoutAsked(message: string, values: readonly string[]): string {
  const told = message.replace(/["'][\s\S]*["']/, "'***'");
  const lower = told.toLowerCase();
  const repeats = values.some((it) => it.length >= ASKED_CHARS_MIN && lower.includes(it.toLowerCase()));
  return repeats ? 'it failed with an error that repeats what it was asked about' : told;
}
/** Shorter ones stand in any sentence. */
const ASKED_CHARS_MIN = 4;

function callOf({ names, arguments: count }: HookFunction): string {
  return `select ${quoteName(...names)}(${Array.from({ length: count }, (_, index) => `$${index + 1}::varchar`).join(', ')})`;
}

/** A name with its schema and catalog, if it has them; parts may be quoted. */
function partsOf(name: string): string[] {
  const parts: string[] = [];
  let expectsName = true;
  for (const { kind, start, end, closed } of readTokens(name)) {
    const text = name.slice(start, end);
    const isName = (kind === 'word' || kind === 'quotedIdentifier') && closed;
    if (expectsName !== isName || (!isName && text !== '.')) throw noName(name);
    if (isName) parts.push(kind === 'word' ? text : nameValue(text));
    expectsName = !expectsName;
  }
  if (expectsName || parts.length > 3) throw noName(name);
  return parts;
}

function noName(name: string): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    `"${name}" is no name of a function, such as check_token or auth.check_token.`,
  );
}

function refused(reason: string): Verdict {
  return { admitted: false, reason };
}
