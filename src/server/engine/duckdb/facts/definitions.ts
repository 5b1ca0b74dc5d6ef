/**
 * The views and macros of a database, as a session sees them. Asking DuckDB takes as long as many small statements
 * (all functions are listed for it), so they are kept until somebody makes or drops one.
 */

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
}

export class Definitions {
  readonly #core: Core;
  #known: { readonly version: number; readonly all: readonly Definition[] } | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** A transaction has ended: what others have made meanwhile can be seen now. */
  forgetOthers(): void {
    this.#known = undefined;
  }

  /** All of them; the same list as before where nothing has changed. The connection must be claimed. */
  async all(): Promise<readonly Definition[]> {
    // What has changed since the transaction began cannot be seen in it, and must be asked for after it.
    const { definitionsSeen: version } = this.#core;
    if (this.#known?.version !== version) {
      const [json = '[]'] = await this.#core.readTexts(SQL);
      this.#known = { version, all: JSON.parse(json) };
    }
    return this.#known.all;
  }
}

const SQL = `
select coalesce(system.main.to_json(system.main.list(system.main.struct_pack(
  catalog := catalog, schema := schema, name := name, macro := macro, text := text)))::varchar, '[]')
from (
  select database_name as catalog, schema_name as schema, view_name as name, false as macro, sql as text
  from system.main.duckdb_views() where not internal
  union all
  select database_name, schema_name, function_name, true, macro_definition
  from system.main.duckdb_functions()
  where not internal and function_type in ('macro', 'table_macro'))`;
