/**
 * The views, macros and types of a database, as a session sees them. Asking DuckDB takes as long as many small statements
 * (all functions are listed for it), so they are kept until somebody makes or drops one.
 */

import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';

/** Of the session's core, what this file asks. */
interface Core {
  /** The number of changes of views and macros when the transaction that is open began. */
  readonly definitionsSeen: number;
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** A view or macro that is nobody's built-in one. */
export interface Definition {
  readonly catalog: string;
  readonly schema: string;
  readonly name: string;
  readonly macro: boolean;
  readonly text: string | null;
  /** The query that asks it alone, with NULL for each of its parameters. */
  readonly alone: string;
}

/** What the query lists, until that changes. */
class Kept<T> {
  readonly #core: Core;
  readonly #sql: string;
  #known: { readonly version: number; readonly all: readonly T[] } | undefined;

  constructor(core: Core, sql: string) {
    this.#core = core;
    this.#sql = sql;
  }

  /** A transaction has ended: what others have made meanwhile can be seen now. */
  forgetOthers(): void {
    this.#known = undefined;
  }

  /** All of them; the same list as before where nothing has changed. The connection must be claimed. */
  async all(): Promise<readonly T[]> {
    // What has changed since the transaction began cannot be seen in it, and must be asked for after it.
    const { definitionsSeen: version } = this.#core;
    if (this.#known?.version !== version) {
      const [json = '[]'] = await this.#core.readTexts(this.#sql);
      this.#known = { version, all: JSON.parse(json) };
    }
    return this.#known.all;
  }
}

/** The views and macros that have been made. */
export class Definitions extends Kept<Definition> {
  constructor(core: Core) {
    super(core, SQL);
  }
}

/** The types that have been made. */
export class MadeTypes extends Kept<ObjectName> {
  constructor(core: Core) {
    super(core, TYPES_SQL);
  }

  /** Those by names that a text has, in strings as well. */
  async namedIn(sql: string): Promise<readonly ObjectName[]> {
    const all = await this.all();
    if (all.length === 0) return all;
    if (IN_PIECES.test(sql)) return all;
    const text = foldName(sql);
    return all.filter(({ name }) => spellings(foldName(name)).some((it) => text.includes(it)));
  }
}

/** An escape, or a string that goes on on another line. */
const IN_PIECES = /\\|'[ \t\f]*(?:--[^\n\r]*)?[\n\r]/;

/** How a name can stand in quotes. */
function spellings(name: string): string[] {
  const quoted = name.replaceAll('"', '""');
  return [quoted, quoted.replaceAll("'", "''"), name.replaceAll("'", "''")];
}

const SQL = `
select coalesce(system.main.to_json(system.main.list(system.main.struct_pack(
  catalog := catalog, schema := schema, name := name, macro := macro, text := text,
  alone := system.main.format('{} "{}"."{}"."{}"{}', verb, system.main.replace(catalog, '"', '""'),
    system.main.replace(schema, '"', '""'), system.main.replace(name, '"', '""'), arguments))))::varchar, '[]')
from (
  select database_name as catalog, schema_name as schema, view_name as name, false as macro, sql as text,
    'from' as verb, '' as arguments
  from system.main.duckdb_views() where not internal
  union all
  select database_name, schema_name, function_name, true, macro_definition,
    case function_type when 'macro' then 'select' else 'from' end,
    system.main.format('({})', system.main.rtrim(system.main.repeat('null, ', system.main.len(parameters)), ', '))
  from system.main.duckdb_functions()
  where not internal and function_type in ('macro', 'table_macro'))`;

const TYPES_SQL = `
select coalesce(system.main.to_json(system.main.list(system.main.struct_pack(
  catalog := database_name, schema := schema_name, name := type_name)))::varchar, '[]')
from system.main.duckdb_types() where not internal`;
