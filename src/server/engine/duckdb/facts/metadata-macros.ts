/**
 * DuckDB's metadata without what somebody may not know: temporary macros that stand before the functions it comes
 * from. SHOW, information_schema, pg_catalog and the lists of PRAGMA all ask these functions, by the session's names.
 */
import { quoteText } from '../../../../sql/quote.js';
import type { Visible, VisiblePart } from '../../../model/visible.js';
import { completionMacro } from './completion-macro.js';
import { FILE_READERS } from './function-classes.js';
import { READABLE_SETTINGS } from './setting-classes.js';

interface Filtered {
  readonly name: string;
  /** The condition on its rows. */
  readonly rows: (visible: Visible) => string;
  /** Columns whose text could name something hidden, and where they are shown all the same. */
  readonly shown?: Readonly<Record<string, (visible: Visible) => string>>;
}

/** The session's own and DuckDB's, where nothing is hidden. */
const OWN = "database_name in ('temp', 'system')";

const FILTERED: readonly Filtered[] = [
  { name: 'duckdb_databases', rows: inCatalog, shown: { path: () => 'false' } },
  {
    name: 'pragma_database_size',
    rows: inCatalog,
    // What is used is used for what is hidden as well, of a database or of all of them.
    shown: {
      ...ofEach(['database_size', 'total_blocks', 'used_blocks', 'free_blocks', 'wal_size'], inWhole),
      memory_usage: () => 'false',
    },
  },
  {
    name: 'duckdb_memory',
    rows: () => 'true',
    shown: ofEach(['memory_usage_bytes', 'temporary_storage_bytes'], () => 'false'),
  },
  { name: 'duckdb_schemas', rows: inSchema },
  {
    name: 'duckdb_tables',
    rows: (it) => inTable(it, 'table_name'),
    shown: {
      sql: wholeAndPlain('sql'),
      estimated_size: notFiltered,
      ...ofEach(
        ['has_primary_key', 'column_count', 'index_count', 'check_constraint_count'],
        (it) => `${OWN} or ${inTable(it, 'table_name', 'all columns')}`,
      ),
    },
  },
  { name: 'duckdb_views', rows: (it) => inTable(it, 'view_name'), shown: { sql: () => OWN } },
  { name: 'duckdb_columns', rows: inColumn, shown: { column_default: wholeAndPlain('column_default') } },
  {
    name: 'duckdb_constraints',
    // A foreign key names another table.
    rows: (it) =>
      `${inTable(it, 'table_name', 'all columns')} and (constraint_type <> 'FOREIGN KEY' or ${inWhole(it)})`,
    shown: { constraint_text: notCheck, expression: notCheck },
  },
  { name: 'duckdb_indexes', rows: (it) => inTable(it, 'table_name', 'all columns') },
  { name: 'duckdb_sequences', rows: (it) => inTable(it, 'sequence_name') },
  { name: 'duckdb_types', rows: (it) => inTable(it, 'type_name') },
  {
    name: 'duckdb_functions',
    rows: (it) => `${inTable(it, 'function_name')} and not (database_name = 'temp' and ${isOurs()})`,
    shown: { macro_definition: () => OWN },
  },
  { name: 'duckdb_extensions', rows: () => 'true', shown: { install_path: () => 'false' } },
  { name: 'duckdb_dependencies', rows: () => 'false' },
];

/** Cut for everybody who may not do everything. */
const SETTINGS: Filtered = {
  name: 'duckdb_settings',
  rows: () => isOneOf('system.main.lower(name)', [...READABLE_SETTINGS]),
};

/** What all the macros of this file may be called. */
export const SHOWN_NAMES: readonly string[] = [...FILTERED, SETTINGS]
  .map(({ name }) => name)
  .concat('sql_auto_complete');

/** The functions that the macros stand before, for somebody. */
export function filteredNames(visible: Visible | undefined): readonly string[] {
  return filteredFor(visible).map(({ name }) => name);
}

function filteredFor(visible: Visible | undefined): readonly Filtered[] {
  return visible === undefined ? [SETTINGS] : [SETTINGS, ...FILTERED];
}

const EVERYTHING: Visible = { catalogs: [], parts: [] };

/**
 * SQL that makes the macros, or makes them anew.
 * @param visible undefined for whoever may know everything that lists show
 */
export function metadataMacros(visible: Visible | undefined): string {
  const isCut = visible !== undefined;
  const lists = filteredFor(visible).map(({ name, rows, shown = {} }) => {
    const columns = Object.entries(shown).map(
      ([column, when]) => `case when ${when(visible ?? EVERYTHING)} then ${column} end as ${column}`,
    );
    const replaced = columns.length === 0 ? '' : ` replace (${columns.join(', ')})`;
    return `create or replace temp macro "${name}"() as table select *${replaced} from system.main.${name}() where ${rows(visible ?? EVERYTHING)}`;
  });
  // Of before, where everything may be known now.
  const gone = isCut ? [] : FILTERED.map(({ name }) => `drop macro table if exists temp.main."${name}"`);
  return [...gone, ...lists, completionMacro(isCut ? 'temp' : 'system')].join('; ');
}

function inWhole({ catalogs }: Visible): string {
  return isOneOf('database_name', catalogs);
}

function inCatalog({ catalogs, parts }: Visible): string {
  return isOneOf('database_name', [...catalogs, ...parts.map(({ catalog }) => catalog)]);
}

function inSchema(visible: Visible): string {
  return any([inWhole(visible), ...visible.parts.map(schemaOf)]);
}

/** @param which whether a table counts of which only some columns may be known */
function inTable(visible: Visible, column: string, which: 'all columns' | 'any' = 'any'): string {
  const parts = visible.parts.filter(({ columns }) => columns === undefined || which === 'any');
  return any([inWhole(visible), ...parts.map((part) => tableOf(part, column))]);
}

function inColumn(visible: Visible): string {
  const parts = visible.parts.map((part) => {
    const table = tableOf(part, 'table_name');
    return part.columns === undefined
      ? table
      : `${table} and ${isOneOf(folded('column_name'), part.columns)}`;
  });
  return any([inWhole(visible), ...parts]);
}

function schemaOf({ catalog, schema }: VisiblePart): string {
  return `database_name = ${quoteText(catalog)} and ${folded('schema_name')} = ${quoteText(schema)}`;
}

function tableOf(part: VisiblePart, column: string): string {
  const schema = schemaOf(part);
  return part.table === undefined ? schema : `${schema} and ${folded(column)} = ${quoteText(part.table)}`;
}

/** Of what is known as a whole, the texts that call nothing: a call could name what is in another catalog. */
function wholeAndPlain(column: string): (visible: Visible) => string {
  const calls =
    column === 'sql'
      ? `system.main.contains(system.main.lower(sql), 'nextval')`
      : `system.main.contains(${column}, '(')`;
  return (visible) => `${OWN} or (${inWhole(visible)} and not ${calls})`;
}

function ofEach(
  columns: readonly string[],
  shown: (visible: Visible) => string,
): Readonly<Record<string, (visible: Visible) => string>> {
  return Object.fromEntries(columns.map((column) => [column, shown]));
}

/** How many rows a table has says what its filter hides. */
function notFiltered({ filtered = [] }: Visible): string {
  const tables = filtered.map(({ catalog, schema, table }) =>
    [
      `${folded('database_name')} = ${quoteText(catalog)}`,
      `${folded('schema_name')} = ${quoteText(schema)}`,
      `${folded('table_name')} = ${quoteText(table)}`,
    ].join(' and '),
  );
  return tables.length === 0 ? 'true' : `not ${any(tables)}`;
}

function notCheck(): string {
  return "constraint_type <> 'CHECK'";
}

/** Macros of this file and of shadow-file-readers.ts: their texts say what is hidden, or how. */
function isOurs(): string {
  return isOneOf('function_name', [...SHOWN_NAMES, ...FILE_READERS, 'nextval']);
}

function isOneOf(value: string, texts: readonly string[]): string {
  return texts.length === 0 ? 'false' : `${value} in (${texts.map(quoteText).join(', ')})`;
}

function any(conditions: readonly string[]): string {
  return `(${conditions.map((it) => `(${it})`).join(' or ')})`;
}

/** The letters A to Z without their case, as model/fold-name.ts. */
function folded(column: string): string {
  return `system.main.translate(${column}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`;
}
