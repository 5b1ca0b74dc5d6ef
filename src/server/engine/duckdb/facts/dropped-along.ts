/**
 * What may go with something that is dropped with CASCADE. DuckDB drops tables along whose defaults take numbers from a sequence,
 * sequences along with what owns them, and with a macro each table that calls it in a default, a generated column or a CHECK;
 * its plan names none of them, and its list of dependencies is that of one database.
 */
import type { ObjectName, ObjectWrite, PlanFacts } from '../../../model/plan-facts.js';

/** Of the session's core, what this file asks. */
interface Core {
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** The connection must be claimed. */
export async function withDroppedAlong(core: Core, facts: PlanFacts): Promise<PlanFacts> {
  if (!facts.writes.some(({ along }) => along !== undefined)) return facts;
  const writes: ObjectWrite[] = [];
  for (const write of facts.writes)
    writes.push(write.along === undefined ? write : { ...write, along: await dependents(core, write) });
  return { ...facts, writes };
}

/** What in a database could depend on what is dropped in it, rather too much than too little. */
async function dependents(
  core: Core,
  { catalog, objectKind, name }: ObjectWrite,
): Promise<readonly ObjectName[]> {
  const schema = objectKind === 'schema' ? name : '';
  const macros = objectKind === 'macro' ? 'all' : '';
  const [json = '[]'] = await core.readTexts(DEPENDENTS_SQL, catalog, macros, schema);
  return JSON.parse(json);
}

/** With the settings for it, views and macros depend on what is in them. */
const DEPENDENTS_SQL = `
with settings as (select system.main.current_setting('enable_view_dependencies')::boolean
    or system.main.current_setting('enable_macro_dependencies')::boolean as whole),
  numbering as (select system.main.count_star() > 0 as there from system.main.duckdb_functions()
    where not internal and system.main.contains(system.main.lower(macro_definition), 'nextval')),
  macros as (select database_name as catalog, system.main.lower(function_name) as called
    from system.main.duckdb_functions() where not internal and exists (from system.main.duckdb_functions() dropped
      where not dropped.internal and ($2::varchar = 'all' or system.main.lower(dropped.schema_name) = system.main.lower($3::varchar)))),
  texts as (select database_name, schema_name, table_name, system.main.lower(column_default) as text
    from system.main.duckdb_columns() where not internal
    union all
    select database_name, schema_name, table_name, system.main.lower(constraint_text)
    from system.main.duckdb_constraints() where constraint_type = 'CHECK')
select coalesce(system.main.to_json(system.main.list(distinct system.main.struct_pack(
  catalog := database_name, schema := schema_name, name := name)))::varchar, '[]')
from (
  select database_name, schema_name, table_name as name, whole
    or system.main.contains(system.main.lower(column_default), 'nextval')
    or (there and system.main.contains(column_default, '(')) as depends
  from system.main.duckdb_columns(), settings, numbering where not internal
  union all
  select database_name, schema_name, table_name, true
  from texts join macros on catalog = database_name and system.main.contains(text, called)
  union all
  select database_name, schema_name, view_name, whole from system.main.duckdb_views(), settings where not internal
  union all
  select database_name, schema_name, function_name, whole from system.main.duckdb_functions(), settings where not internal)
where depends and system.main.lower(database_name) = system.main.lower($1::varchar)`;
