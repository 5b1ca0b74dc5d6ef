/**
 * Temporary objects stand before others of the same name, also inside views and macros that somebody else made: a
 * temporary table `acl` would decide what a view over `acl` shows. A session that has such objects may therefore not
 * use what they change. Judged by words, because the plan does not name views: rather too much than too little.
 */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectWrite } from '../../../model/plan-facts.js';
import { isName, significant, stringOf, type Word } from './words.js';

/** Definitions longer than this together are not looked through; nothing may be used then. */
const DEFINITIONS_CHARS_MAX = 4 * 1024 * 1024;

/** Of the session's core, what this file asks. */
interface Core {
  /** Changes when somebody makes or drops a view or macro. */
  readonly definitionsVersion: { readonly value: number };
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** The temporary objects of a session whose statements are inspected, and what they change. */
export class TemporaryNames {
  readonly #core: Core;
  /** By name; a name may be both. What is here may be gone, what is not here was never made. */
  readonly #relations = new Set<string>();
  readonly #macros = new Set<string>();
  #known: { readonly version: number; readonly definitions: readonly Definition[] | undefined } | undefined;

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

  /** A transaction has ended: what others have made meanwhile can be seen now. */
  forgetOthers(): void {
    this.#known = undefined;
  }

  /** What of the statement a temporary object changes, as the end of a sentence. The connection must be claimed. */
  async changedBy(sql: string): Promise<string | undefined> {
    for (;;) {
      if (this.#relations.size + this.#macros.size === 0) return undefined;
      const definitions = await this.#definitions();
      if (definitions === undefined) return 'what the temporary objects of this session stand before';
      const found = this.#find(definitions, sql);
      if (found === undefined) return undefined;
      const { what, by } = found;
      if (await this.#isThere(by))
        return `${what} while the temporary "${by}" stands before it (drop that one): it`;
      this.#relations.delete(by);
      this.#macros.delete(by);
    }
  }

  #find(definitions: readonly Definition[], sql: string): { what: string; by: string } | undefined {
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

  /** Kept until somebody makes or drops a view or macro; undefined where they are too long. */
  async #definitions(): Promise<readonly Definition[] | undefined> {
    const { value: version } = this.#core.definitionsVersion;
    if (this.#known?.version !== version) {
      const [json = '[]'] = await this.#core.readTexts(DEFINITIONS_SQL);
      const found: readonly StoredDefinition[] = JSON.parse(json);
      const definitions = json.length > DEFINITIONS_CHARS_MAX ? undefined : found.map(readDefinition);
      this.#known = { version, definitions };
    }
    return this.#known?.definitions;
  }

  async #isThere(name: string): Promise<boolean> {
    const [count] = await this.#core.readTexts(EXISTS_SQL, name);
    return count !== '0';
  }
}

interface StoredDefinition {
  readonly name: string;
  readonly macro: boolean;
  readonly text: string | null;
}

/** A view or macro that is not temporary, and the names in it. */
interface Definition {
  readonly name: string;
  readonly isMacro: boolean;
  /** Those that could mean something temporary. */
  readonly free: readonly string[];
  readonly all: readonly string[];
}

function readDefinition({ name, macro, text }: StoredDefinition): Definition {
  const words = [...significant(text ?? '')];
  // After catalog and schema nothing temporary can be meant.
  const isFree = (at: number) => words[at - 1]?.value !== '.' || words[at - 3]?.value !== '.';
  const all = words.flatMap((word, at) => (isName(word) ? [{ word, at }] : []));
  return {
    name,
    isMacro: macro,
    free: all.filter(({ at }) => isFree(at)).map(({ word }) => word.value),
    all: all.map(({ word }) => word.value),
  };
}

/** The views and macros that mean something else because of a temporary object, and which one. */
function changes(
  definitions: readonly Definition[],
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

const DEFINITIONS_SQL = `
select coalesce(system.main.to_json(system.main.list(
  system.main.struct_pack(name := name, macro := macro, text := text)))::varchar, '[]')
from (
  select system.main.lower(view_name) as name, false as macro, sql as text
  from system.main.duckdb_views() where not internal and database_name <> 'temp'
  union all
  select system.main.lower(function_name), true, macro_definition
  from system.main.duckdb_functions()
  where not internal and database_name <> 'temp' and function_type in ('macro', 'table_macro'))`;

const EXISTS_SQL = `
select system.main.count_star()::varchar from (
  select table_name as name from system.main.duckdb_tables() where database_name = 'temp'
  union all
  select view_name from system.main.duckdb_views() where database_name = 'temp'
  union all
  select function_name from system.main.duckdb_functions() where database_name = 'temp')
where system.main.lower(name) = $1::varchar`;
