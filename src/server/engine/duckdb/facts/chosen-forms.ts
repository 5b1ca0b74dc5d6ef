/**
 * Macros whose forms are chosen by the types of what they are given. A parameter of a prepared statement has no type yet when
 * a statement is inspected, and with that of its value DuckDB may bind another form, which reads something else.
 */
import { foldName } from '../../../model/fold-name.js';
import type { Definition } from './definitions.js';
import { isName, significant } from './words.js';

/** Of the session's core, what this file asks. */
interface Core {
  readonly definitions: { all(): Promise<readonly Definition[]> };
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** Whether a text names such a macro, or one that may call it. The connection must be claimed. */
export async function choosesForms(core: Core, sql: string): Promise<boolean> {
  const [json = '[]'] = await core.readTexts(TYPED_SQL);
  const typed = new Set((JSON.parse(json) as string[]).map(foldName));
  if (typed.size === 0) return false;
  const macros = (await core.definitions.all()).filter(({ macro }) => macro);
  for (let before = -1; before !== typed.size; ) {
    before = typed.size;
    for (const { name, text } of macros) if (names(text ?? '', typed)) typed.add(foldName(name));
  }
  return names(sql, typed);
}

function names(sql: string, wanted: ReadonlySet<string>): boolean {
  for (const word of significant(sql)) if (isName(word) && wanted.has(word.value)) return true;
  return false;
}

/** Those with several forms, of which one at least says a type. */
const TYPED_SQL = `
select coalesce(system.main.to_json(system.main.list(function_name))::varchar, '[]') from (
  select function_name from system.main.duckdb_functions() where not internal
  group by database_name, schema_name, function_name
  having system.main.count_star() > 1
    and system.main.bool_or(system.main.len(system.main.list_filter(parameter_types, lambda it: it is not null)) > 0))`;
