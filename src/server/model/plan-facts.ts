/**
 * What a statement would do, as the engine bound it: the input of every access decision. Made by the engine from
 * the bound plan, never from the wording of the SQL; whatever the engine does not understand makes the facts opaque.
 */
import type { FileAccess } from './file-rules.js';

export interface PlanFacts {
  /** Why the facts may not be complete; a statement with opaque facts is refused to whoever is restricted. */
  readonly opaque: string | undefined;
  /** Tables that are scanned, with views and macros expanded. */
  readonly reads: readonly ObjectRead[];
  readonly writes: readonly ObjectWrite[];
  /** Functions whose use needs a decision; those that only compute are left out. */
  readonly functions: readonly FunctionUse[];
  readonly settings: readonly SettingChange[];
  /** What reaches beyond tables: files, other databases, extensions, the whole instance. */
  readonly effects: readonly Effect[];
  /** Files that are opened to everybody by the operator, and that it reads or writes; absent where there are none. */
  readonly files?: readonly FileAccess[];
  /** Why a table with a row filter is read without it, as the end of "It cannot be filtered here: ". */
  readonly unfiltered?: string;
  /** Whether tables of which some columns may be read are in it with those only, which is then what runs; absent: no. */
  readonly cut?: true;
  /** Views and macros that it uses, those within others too, to whoever is limited; absent where there are none. */
  readonly used?: readonly ObjectName[];
  /** Views that are read with their owner's rights; they are among `reads`, what is behind them is not. */
  readonly lent?: readonly LentRead[];
  /** Types that have been made by names which the text has, whether it means them or not; absent: none. */
  readonly types?: readonly ObjectName[];
  /** What of the statement could tell, by failing, of rows that one of these leaves out; absent: nothing. */
  readonly tells?: string;
  /** Whether it is an EXPLAIN of what is read with their owner's rights, which nobody sees who is not asked; absent: no. */
  readonly explains?: true;
}

/** A catalog entry. `catalog` is empty where the engine has not resolved it, such as for DROP … IF EXISTS of nothing. */
export interface ObjectName {
  readonly catalog: string;
  readonly schema: string;
  readonly name: string;
}

/** A view that is read with its owner's rights, and the tables and views behind it. */
export interface LentRead extends ObjectName {
  readonly behind: readonly ObjectName[];
}

export interface ObjectRead extends ObjectName {
  /** The columns that are read, hidden ones such as `rowid` left out; undefined where that is not known. */
  readonly columns: readonly string[] | undefined;
  /** Which rows are read where it is not any: `none` (DESCRIBE), or what the table's row filter lets through. */
  readonly rows?: 'none' | 'filtered';
}

export interface ObjectWrite extends ObjectName {
  readonly action: 'insert' | 'update' | 'delete' | 'merge' | 'create' | 'drop' | 'alter';
  /** In DuckDB's words, such as `table`, `view`, `macro`, `schema`, `sequence`, `type`, `index`. */
  readonly objectKind: string;
  /**
   * A macro with the name of a built-in function, which it would stand before; or a schema with the name of a
   * database, which nobody could then name alone any more ("ambiguous reference to catalog or schema").
   */
  readonly shadowsBuiltIn: boolean;
  /** What may depend on what is dropped, and goes with it (CASCADE); absent where nothing does. */
  readonly along?: readonly ObjectName[];
}

export interface FunctionUse {
  readonly name: string;
  readonly class: Exclude<FunctionClass, 'pure'>;
  /** The file or address it asks for, as it is written, where that may not be reached. */
  readonly path?: string;
}

/**
 * What a function can do besides computing:
 * `pure` nothing; `catalog` reads metadata; `narrowed` reads what is shown
 * in part only, through a macro of the session's; `server` reads a table of Gizmo's own, for which it is asked itself; `sequence` reads or advances a sequence; `outside` reaches files or the
 * network; `runs-sql` executes a text that the plan does not show; `instance` changes or shows the state of the
 * whole instance; `internal` is for the engine itself; `unknown` is not of the engine version this was written for.
 */
export type FunctionClass =
  | 'pure'
  /** Its answer is a part of the text that runs, which need not be the one that was sent. */
  | 'text'
  | 'catalog'
  | 'narrowed'
  | 'server'
  | 'sequence'
  | 'outside'
  | 'runs-sql'
  | 'instance'
  | 'internal'
  | 'unknown';

export interface SettingChange {
  readonly name: string;
  /** DuckDB's scope: `automatic` (plain SET), `session`, `global`, `variable`. */
  readonly scope: string;
  /** What it is set to, where that is a text; undefined where it is something else, or is reset. */
  readonly value?: string | undefined;
  /** The catalogs and schemas that the value of `schema` or `search_path` may name, where there are such. */
  readonly places?: readonly { readonly catalog: string; readonly schema?: string }[];
}

/** Named by the SQL command that has it. */
export type Effect =
  | 'ATTACH'
  | 'DETACH'
  | 'COPY'
  | 'EXPORT DATABASE'
  | 'IMPORT DATABASE'
  | 'INSTALL'
  | 'LOAD'
  | 'UPDATE EXTENSIONS'
  | 'SECRET'
  | 'VACUUM'
  | 'CHECKPOINT'
  | 'PREPARE';
