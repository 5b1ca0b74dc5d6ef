/**
 * Temporary objects stand before others of the same name, also inside views and macros that somebody else made: a
 * temporary table `acl` would decide what a view over `acl` shows. A session that has such objects may therefore not
 * use what they change. Judged by words, because the plan does not name views: rather too much than too little.
 */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectWrite } from '../../../model/plan-facts.js';
import type { Visible } from '../../../model/visible.js';
import type { Definition } from './definitions.js';
import { isVisible } from './is-visible.js';
import { viewBody } from './view-body.js';
import { isName, significant, stringOf, type Word } from './words.js';

/** Definitions longer than this together are not looked through; nothing may be used then. */
const DEFINITIONS_CHARS_MAX = 4 * 1024 * 1024;

/** Of the session's core, what this file asks. */
interface Core {
  readonly definitions: { all(): Promise<readonly Definition[]> };
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** The temporary objects of a session whose statements are inspected, and what they change. */
export class TemporaryNames {
  readonly #core: Core;
  /** By name; a name may be both. What is here may be gone, what is not here was never made. */
  readonly #relations = new Set<string>();
  readonly #macros = new Set<string>();
  #read: { readonly from: readonly Definition[]; readonly names: readonly Names[] | undefined } | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** To be called with what a statement would write, whether it then runs or not. */
  note(writes: readonly ObjectWrite[]): void {
    for (const { action, catalog, objectKind, name } of writes) {
      if (action !== 'create' || catalog !== 'temp') continue;
      (objectKind === 'macro' ? this.#macros : this.#relations).add(foldName(name));
    }
  }

  /**
   * What of the statement a temporary object changes, as the end of a sentence. The connection must be claimed.
   * @param visible of the views and macros that count; of others nothing can be used, and nothing may be told
   */
  async changedBy(sql: string, visible: Visible | undefined): Promise<string | undefined> {
    for (;;) {
      if (this.#relations.size + this.#macros.size === 0) return undefined;
      const definitions = await this.#definitions();
      if (definitions === undefined) return 'what the temporary objects of this session stand before';
      const counting = await this.#counting(definitions, visible);
      const found = this.#find(counting, sql);
      if (found === undefined) return undefined;
      const { what, by } = found;
      if (await this.#isThere(by))
        return `${what} while the temporary "${by}" stands before it (drop that one): it`;
      this.#relations.delete(by);
      this.#macros.delete(by);
    }
  }

  /** Those that may be known, and hidden macros by the names of temporary ones that some table could call. */
  async #counting(definitions: readonly Names[], visible: Visible | undefined): Promise<readonly Names[]> {
    const counting = definitions.filter((it) => isVisible(visible, it));
    if (counting.length === definitions.length) return definitions;
    const called = new Map<string, boolean>();
    for (const it of definitions) {
      if (!it.isMacro || !this.#macros.has(it.name) || isVisible(visible, it)) continue;
      const isCalled = called.get(it.name) ?? (await this.#isThere(it.name, CALLED_SQL));
      called.set(it.name, isCalled);
      if (isCalled) counting.push(it);
    }
    return counting;
  }

  #find(definitions: readonly Names[], sql: string): { what: string; by: string } | undefined {
    for (const { name, isMacro } of definitions) {
      // It may be in a default, a CHECK or an index of a table, which no word of the statement tells.
      if (isMacro && this.#macros.has(name)) return { what: `the macro "${name}"`, by: name };
    }
    const changed = changes(definitions, (name) => this.#relations.has(name) || this.#macros.has(name));
    if (changed.size === 0) return undefined;
    for (const name of namesOf(sql)) {
      const by = changed.get(name);
      if (by !== undefined) return { what: `"${name}"`, by };
    }
    return undefined;
  }

  /** Of views and macros that are not temporary; undefined where they are too long. */
  async #definitions(): Promise<readonly Names[] | undefined> {
    const from = await this.#core.definitions.all();
    if (this.#read?.from !== from) {
      const lasting = from.filter(({ catalog }) => catalog !== 'temp');
      const chars = lasting.reduce((sum, { name, text }) => sum + name.length + (text?.length ?? 0), 0);
      this.#read = { from, names: chars > DEFINITIONS_CHARS_MAX ? undefined : lasting.map(readNames) };
    }
    return this.#read.names;
  }

  async #isThere(name: string, sql = EXISTS_SQL): Promise<boolean> {
    const [count] = await this.#core.readTexts(sql, name);
    return count !== '0';
  }
}

/** A view or macro that is not temporary, and the names in it. */
interface Names {
  readonly catalog: string;
  readonly schema: string;
  readonly name: string;
  readonly isMacro: boolean;
  /** Those that could mean something temporary. */
  readonly free: readonly string[];
  readonly all: readonly string[];
}

function readNames({ catalog, schema, name, macro, text }: Definition): Names {
  // Its own name, which stands before its query, means nothing in it.
  const words = significant(viewBody(text ?? '') ?? text ?? '');
  // After catalog and schema nothing temporary can be meant. Before a dot stands one of those, or a table that FROM names as well.
  const isFree = (at: number) =>
    words[at + 1]?.value !== '.' && (words[at - 1]?.value !== '.' || words[at - 3]?.value !== '.');
  const all = words.flatMap((word, at) => (isName(word) ? [{ word, at }] : []));
  return {
    catalog,
    schema,
    name: foldName(name),
    isMacro: macro,
    free: all.filter(({ at }) => isFree(at)).map(({ word }) => word.value),
    all: all.map(({ word }) => word.value),
  };
}

/** The views and macros that mean something else because of a temporary object, and which one. */
function changes(
  definitions: readonly Names[],
  isTemporary: (name: string) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { name, free, all } of definitions) {
      if (found.has(name)) continue;
      const by = free.find(isTemporary) ?? found.get(all.find((it) => found.has(it)) ?? '');
      if (by !== undefined) found.set(name, by);
    }
  }
  return found;
}

/** All names of a text, and those in its strings, which query('…') runs. */
function namesOf(sql: string): ReadonlySet<string> {
  const names = new Set<string>();
  const open = [sql];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const word of significant(text)) for (const held of addName(names, text, word)) open.push(held);
  }
  return names;
}

function addName(names: Set<string>, text: string, word: Word): readonly string[] {
  if (isName(word)) names.add(word.value);
  const held = word.kind === 'string' ? stringOf(text, word) : undefined;
  return held === undefined ? [] : [held];
}

const EXISTS_SQL = `
select system.main.count_star()::varchar from (
  select table_name as name from system.main.duckdb_tables() where database_name = 'temp'
  union all
  select view_name from system.main.duckdb_views() where database_name = 'temp'
  union all
  select type_name from system.main.duckdb_types() where database_name = 'temp' and not internal
  union all
  select function_name from system.main.duckdb_functions() where database_name = 'temp')
where system.main.lower(name) = $1::varchar`;

/** What tables compute, which may call a macro. */
const CALLED_SQL = `
select system.main.count_star()::varchar from (
  select column_default as text from system.main.duckdb_columns() where not internal
  union all
  select constraint_text from system.main.duckdb_constraints() where constraint_type = 'CHECK'
  union all
  select sql from system.main.duckdb_indexes())
where system.main.contains(system.main.lower(text), system.main.replace($1::varchar, '"', '""'))`;
