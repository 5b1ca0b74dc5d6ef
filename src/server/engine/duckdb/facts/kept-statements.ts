/**
 * The statements that a session has prepared by SQL. EXECUTE of somebody whose statements are inspected is not left to
 * DuckDB, which may run what the words meant when they were prepared: the words themselves are run, with the values.
 */
import { GizmoError } from '../../../../errors.js';
import { withParameters } from './parameters.js';
import { significant, type Word } from './words.js';
import { readDeallocate, readExecute, readPrepare, skipExplain } from './wrappers.js';

/** DuckDB keeps them until the session ends. */
const KEPT_MAX = 1000;
/** As of any statement that is inspected; each value may stand in it many times. */
const EXPANDED_CHARS_MAX = 256 * 1024;

export class KeptStatements {
  readonly #texts = new Map<string, string>();

  /** To be called with what has run. */
  note(sql: string): void {
    const tokens = significant(sql);
    const prepared = readPrepare(tokens);
    const start = tokens[prepared?.start ?? 0]?.start;
    if (prepared !== undefined) this.#texts.set(prepared.name, sql.slice(start, tokens.at(-1)?.end));
    const dropped = readDeallocate(tokens);
    if (dropped !== undefined) this.#texts.delete(dropped.name);
  }

  /**
   * What EXECUTE, also after EXPLAIN, stands for; any other text as it is. Throws NOT_FOUND for a name that nothing
   * has, and INVALID_ARGUMENT where the values are not as many as the parameters, or too long.
   */
  expand(sql: string): string {
    const tokens = significant(sql);
    const start = skipExplain(tokens);
    const executed = readExecute(tokens.slice(start));
    if (executed === undefined) return sql;
    const text = this.#texts.get(executed.name);
    if (text === undefined) {
      throw new GizmoError('NOT_FOUND', `Binder Error: Prepared statement "${executed.name}" does not exist`);
    }
    const values = readValues(sql, executed.values);
    const unused = new Set(values.keys());
    let chars = text.length;
    const filled = withParameters(text, significant(text), (name) => {
      const value = values.get(name);
      if (value === undefined) throw wrongValues(`there is no value for the parameter ${name}`);
      unused.delete(name);
      chars += value.length;
      if (chars > EXPANDED_CHARS_MAX)
        throw wrongValues(
          `with its values the statement has more than ${EXPANDED_CHARS_MAX / 1024} Ki characters`,
        );
      return value;
    });
    if (unused.size > 0) throw wrongValues(`there is no parameter ${[...unused].join(', ')}`);
    return `${sql.slice(tokens[0]?.start, tokens[start]?.start)}${filled}`;
  }

  /** Throws RESOURCE_EXHAUSTED where there are too many for another one. */
  assertRoom(name: string): void {
    if (this.#texts.size < KEPT_MAX || this.#texts.has(name)) return;
    throw new GizmoError(
      'RESOURCE_EXHAUSTED',
      `This session has ${KEPT_MAX} prepared statements. DEALLOCATE some of them.`,
    );
  }
}

/** By the name of the parameter: `name := value`, or its number. */
function readValues(sql: string, values: readonly (readonly Word[])[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, tokens] of values.entries()) {
    const isNamed = sql.slice(tokens[1]?.start, tokens[2]?.end) === ':=' || tokens[1]?.value === ':=';
    const rest = isNamed ? tokens.slice(tokens[1]?.value === ':=' ? 2 : 3) : tokens;
    const text = sql.slice(rest[0]?.start, rest.at(-1)?.end);
    if (rest.length > 0) found.set(isNamed ? (tokens[0]?.value ?? '') : String(index + 1), `(${text})`);
  }
  return found;
}

function wrongValues(what: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', `Invalid Input Error: EXECUTE: ${what}`);
}
