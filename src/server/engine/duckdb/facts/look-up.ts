/** Which things of these names there are, hidden or not: for whoever decides what a text may be told of. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { NamedThings, UsedDefinition } from '../../engine.js';
import type { SessionCore } from '../session-core.js';
import { isSystemFunction } from './function-classes.js';
import { entriesIn } from './resolve-places.js';
import { namedDefinitions } from './used-definitions.js';

/** The connection must be claimed. Names are compared without letter case. */
export async function lookUp(
  core: SessionCore,
  names: readonly string[],
  text?: string,
): Promise<NamedThings> {
  const [json = ''] = await core.readTexts(SQL, JSON.stringify(names));
  const found: {
    readonly current: NamedThings['path'][number];
    readonly searchPath: string;
  } & { readonly [Kind in 'catalogs' | 'schemas' | 'objects']: NamedThings[Kind] | null } = JSON.parse(json);
  const wanted = new Set(names.map(foldName));
  const macros = (await core.definitions.all())
    .filter((it) => it.macro && wanted.has(foldName(it.name)))
    .map(({ catalog, schema, name }) => ({ catalog, schema, name }));
  const objects = [...(found.objects ?? []), ...macros.map((it) => ({ ...it, kind: 'macro' as const }))];
  const types = (await core.types.all()).filter(({ name }) => wanted.has(foldName(name)));
  const used = text === undefined ? [] : await usedIn(core, text);
  const { catalogs, schemas, current, searchPath } = found;
  const rest = entriesIn(searchPath).slice(1);
  const path = [current, ...rest.map(([catalog = '', schema = 'main']) => ({ catalog, schema }))];
  return { catalogs: catalogs ?? [], schemas: schemas ?? [], path, objects, macros, types, used };
}

/** Without the session's own macros that stand before functions of DuckDB. */
async function usedIn(core: SessionCore, text: string): Promise<UsedDefinition[]> {
  const used = await namedDefinitions(core, core.kept.expand(text));
  return used
    .filter((it) => !(it.catalog === 'temp' && isSystemFunction(it.name)))
    .map(({ catalog, schema, name, alone }) => ({ catalog, schema, name, alone }));
}

/** A column of an object. */
export interface ColumnName extends ObjectName {
  readonly column: string;
}

/** The columns of tables and views of these names. The connection must be claimed. */
export async function columnsOf(core: SessionCore, names: readonly string[]): Promise<readonly ColumnName[]> {
  const [json = '[]'] = await core.readTexts(COLUMNS_SQL, JSON.stringify(names));
  return JSON.parse(json);
}

/** The names of all catalogs; none where they cannot be asked for. The connection must be claimed. */
export async function catalogNames(core: SessionCore): Promise<readonly string[]> {
  if (core.isAborted) return [];
  const [json = '[]'] = await core.readTexts(CATALOGS_SQL);
  return JSON.parse(json);
}

const CATALOGS_SQL =
  'select system.main.to_json(system.main.list(database_name))::varchar from system.main.duckdb_databases()';

const COLUMNS_SQL = `
select coalesce(system.main.to_json(system.main.list(system.main.struct_pack(
  catalog := database_name, schema := schema_name, name := table_name, "column" := column_name)))::varchar, '[]')
from system.main.duckdb_columns() where system.main.lower(table_name) in (
  select system.main.lower(system.main.unnest(system.main.json_extract_string($1::varchar, '$[*]'))))`;

const SQL = `
with wanted as materialized (
  select distinct system.main.lower(system.main.unnest(system.main.json_extract_string($1::varchar, '$[*]'))) as name
), found as (
  select database_name as catalog, schema_name as schema, table_name as name, 'table' as kind from system.main.duckdb_tables()
  union select database_name, schema_name, view_name, 'table' from system.main.duckdb_views() where not internal
  union select database_name, schema_name, sequence_name, 'sequence' from system.main.duckdb_sequences()
  union select database_name, schema_name, index_name, 'index' from system.main.duckdb_indexes()
)
select system.main.to_json(system.main.struct_pack(
  current := system.main.struct_pack(catalog := system.main.current_database(), schema := system.main.current_schema()),
  "searchPath" := system.main.current_setting('search_path'),
  catalogs := (select system.main.list(database_name) from system.main.duckdb_databases()
    where system.main.lower(database_name) in (from wanted)),
  schemas := (select system.main.list(system.main.struct_pack(catalog := database_name, schema := schema_name))
    from system.main.duckdb_schemas() where system.main.lower(schema_name) in (from wanted)),
  objects := (select system.main.list(system.main.struct_pack(catalog := catalog, schema := schema, name := name, kind := kind))
    from found where system.main.lower(name) in (from wanted))))::varchar`;
