/**
 * Session options: catalog, schema, and the settings of DuckDB that concern nobody but the session. They are set
 * and read by statements, through the same steps as anybody's.
 */

import { type ErrorCode, toGizmoError } from '../../errors.js';
import { collectRows } from '../../flight/ipc/rows.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import type { Session } from '../session/session.js';
import { execute, openStatement } from './life.js';
import type { Life } from './life-context.js';
import { runCommand } from './run-command.js';
import { withTurn } from './turn.js';

/**
 * Only what changes how SQL is read or shown: nothing that reaches files, the network, memory or other sessions
 * (`profiling_output` writes files), and not `errors_as_json`, by which errors could not be told apart.
 */
const SETTINGS = [
  'TimeZone',
  'Calendar',
  'default_order',
  'default_null_order',
  'explain_output',
  'ieee_floating_point_ops',
  'integer_division',
  'lambda_syntax',
  'old_implicit_casting',
  'order_by_non_integer_literal',
  'pivot_limit',
  'preserve_identifier_case',
  'preserve_insertion_order',
  'scalar_subquery_error_on_multiple_rows',
] as const;

/** By name: the text to set it to, or undefined to unset it. */
export type SessionOptionChanges = ReadonlyMap<string, string | undefined>;
export type SessionOptionError = 'invalid-name' | 'invalid-value';

/** Sets what can be set, in the order given but a catalog before its schema, and says what could not. */
export function setSessionOptions(
  life: Life,
  session: Session,
  signal: AbortSignal,
  changes: SessionOptionChanges,
): Promise<Map<string, SessionOptionError>> {
  return withTurn(session, signal, async () => {
    const errors = new Map<string, SessionOptionError>();
    const run = async (names: readonly string[], set: () => Promise<void>) => {
      try {
        await set();
      } catch (error) {
        if (!WRONG_VALUE.has(toGizmoError(error).code)) throw error;
        for (const name of names) errors.set(name, 'invalid-value');
      }
    };
    const use = new Use(
      (sql) => runCommand(life, { sql, session, door: 'session-option', signal }),
      () => readTexts(life, session, signal, [CATALOG, SCHEMA]),
    );
    const isPlace = (name: string) => name === 'catalog' || name === 'schema';
    const places = [...changes.keys()].filter(isPlace);
    if (places.length > 0) await run(places, () => use.change(changes));
    for (const [name, value] of changes) {
      if (isPlace(name)) continue;
      const setting = SETTINGS.find((it) => it.toLowerCase() === name.toLowerCase());
      if (setting === undefined) errors.set(name, 'invalid-name');
      else await run([name], () => use.set(setting, value));
    }
    return errors;
  });
}

/** Every option by its name, as text. */
export function readSessionOptions(
  life: Life,
  session: Session,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  return withTurn(session, signal, async () => {
    const names = ['catalog', 'schema', ...SETTINGS];
    const settings = SETTINGS.map((name) => `system.main.current_setting('${name}')::varchar`);
    const values = await readTexts(life, session, signal, [CATALOG, SCHEMA, ...settings]);
    return new Map(names.map((name, index) => [name, values[index] ?? '']));
  });
}

const CATALOG = 'system.main.current_database()';
const SCHEMA = 'system.main.current_schema()';
/** What a statement that sets an option fails with where the value is wrong. */
const WRONG_VALUE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'OUT_OF_RANGE',
  'STATEMENT_FAILED',
  // DuckDB says so of a time zone that it does not know.
  'UNIMPLEMENTED',
]);

/** The statements that move a session and change its settings. */
class Use {
  readonly #run: (sql: string) => Promise<void>;
  readonly #place: () => Promise<readonly string[]>;

  constructor(run: (sql: string) => Promise<void>, place: () => Promise<readonly string[]>) {
    this.#run = run;
    this.#place = place;
  }

  async set(setting: string, value: string | undefined): Promise<void> {
    await this.#run(
      value === undefined ? `reset session "${setting}"` : `set session "${setting}" = ${quoteText(value)}`,
    );
  }

  /** Moves to another catalog, schema or both; what was given as unset goes back to where the session began. */
  async change(changes: SessionOptionChanges): Promise<void> {
    const before = await this.#place();
    try {
      await this.#change(changes, before[0] ?? '');
    } catch (error) {
      await this.#run(`use ${quoteName(...before)}`);
      throw error;
    }
  }

  async #change(changes: SessionOptionChanges, before: string): Promise<void> {
    const catalog = changes.get('catalog');
    const schema = changes.get('schema');
    if (catalog === undefined && changes.has('catalog')) await this.#run('reset schema');
    if (catalog !== undefined) await this.#enter(catalog);
    if (schema === undefined && changes.has('schema') && !changes.has('catalog')) {
      await this.#run('reset schema');
      await this.#enter(before);
    }
    if (schema !== undefined) {
      const [current = ''] = await this.#place();
      await this.#run(`use ${quoteName(current)}.${quoteName(schema)}`);
    }
  }

  /** To the catalog's own default schema; the name alone would rather mean a schema of that name, if there is one. */
  async #enter(catalog: string): Promise<void> {
    await this.#run(`use ${quoteName(catalog)}`);
    const [current] = await this.#place();
    if (current?.toLowerCase() !== catalog.toLowerCase()) await this.#run(`use ${quoteName(catalog)}."main"`);
  }
}

/** The catalog and schema in which a session's unqualified names are; expects the session's turn to be held. */
export function readPlace(life: Life, session: Session, signal: AbortSignal): Promise<readonly string[]> {
  return readTexts(life, session, signal, [CATALOG, SCHEMA]);
}

async function readTexts(
  life: Life,
  session: Session,
  signal: AbortSignal,
  expressions: readonly string[],
): Promise<readonly string[]> {
  const sql = `select ${expressions.join(', ')}`;
  // Own SQL, which names built-in functions in full: of nobody else's that is taken.
  const statement = await openStatement(life, { sql, session, door: 'metadata', signal });
  try {
    const result = await execute(life, statement, signal);
    try {
      const [values = []] = await collectRows(result);
      return values.map((value) => String(value ?? ''));
    } finally {
      await result.close();
    }
  } finally {
    await statement.engine.close();
  }
}
