/** DuckDB's own answers about a text: its bound plan, and its parse tree. */

/** Reading the plan blocks the thread that runs everybody's statements. */
const PLAN_CHARS_MAX = 8 * 1024 * 1024;

/**
 * DuckDB's plan of a text. Always qualified: macros shadow built-in functions, also for other connections. Without empty members the plan is
 * smaller; without those that have a default, the first column of a table would be none.
 */
export const PLAN_SQL =
  'select system.main.json_serialize_plan($1::varchar, skip_null := true, skip_empty := true)';
/** DuckDB's parse tree of a text; of queries only. */
export const TREE_SQL = 'select system.main.json_serialize_sql($1::varchar)';

/** Of the session's core, what asks. */
export interface TextReader {
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

export interface PlanAnswer {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly plans?: unknown;
}

/** @param parse how the answer is read, where it has to be more exact than JavaScript's numbers */
export async function planOf(
  core: TextReader,
  sql: string,
  texts: readonly string[],
  parse: (json: string) => unknown = JSON.parse,
): Promise<PlanAnswer> {
  const [json = ''] = await core.readTexts(sql, ...texts);
  if (json.length > PLAN_CHARS_MAX) {
    return { error: true, error_type: 'serialization', error_message: 'of this size' };
  }
  return parse(json) as PlanAnswer;
}
