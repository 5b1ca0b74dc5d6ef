/**
 * Where the unqualified names of a session are. DuckDB begins every session in the same database, and says its name in
 * `current_database()`, in what is to be created, in mistakes: to somebody who may not know that one, the session is
 * moved to the first database that they may know, and to the temporary one where there is none.
 */
import { quoteName, quoteText } from '../../../../sql/quote.js';
import { foldName } from '../../../model/fold-name.js';
import type { Visible } from '../../../model/visible.js';

/** Of the session's core, what this file asks. */
interface Core {
  readonly settingsVersion: number;
  runOwn(sql: string): Promise<void>;
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** In a database. */
interface Schema {
  readonly catalog: string;
  readonly schema: string;
}

export class SessionPlace {
  readonly #core: Core;
  /** For what it was looked at last: what may be known, and how much had been set. */
  #key = '0';
  /** What was set here, and not by the session. */
  #moved: string | undefined;
  /** Where it would be otherwise. */
  #begins = '';
  #version = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** How often the session has been moved: what was prepared before may mean something else now. */
  get version(): number {
    return this.#version;
  }

  /**
   * To be called before a statement is inspected, outside of a failed transaction. The connection must be claimed.
   * @param visible undefined where all of it may be known
   */
  async keepWithin(visible: Visible | undefined): Promise<void> {
    const key = `${this.#core.settingsVersion}${visible === undefined ? '' : JSON.stringify(visible)}`;
    if (key === this.#key) return;
    const [path = '', current = ''] = await this.#core.readTexts(PLACE_SQL);
    // Whoever has chosen a place stays there as long as they may know it.
    const isAway = path === this.#moved && isKnown(visible, this.#begins);
    const stays = isKnown(visible, current) && !isAway;
    if (!stays) await this.#move(visible, path);
    this.#key = key;
  }

  /** Back to where sessions begin, or to where this one begins instead. */
  async #move(visible: Visible | undefined, path: string): Promise<void> {
    this.#moved = undefined;
    this.#version += 1;
    if (path !== '') await this.#set('');
    [, this.#begins = ''] = await this.#core.readTexts(PLACE_SQL);
    if (isKnown(visible, this.#begins)) return;
    const [json = '[]'] = await this.#core.readTexts(SCHEMAS_SQL);
    await this.#set(pathTo(visible, JSON.parse(json)));
    [this.#moved] = await this.#core.readTexts(PLACE_SQL);
  }

  async #set(path: string): Promise<void> {
    await this.#core.runOwn(`set session search_path = ${quoteText(path)}`);
  }
}

function isKnown(visible: Visible | undefined, catalog: string): boolean {
  if (visible === undefined) return true;
  const known = [...visible.catalogs, ...visible.parts.map((part) => part.catalog)];
  return known.some((it) => foldName(it) === foldName(catalog));
}

/** `main`, which every database of DuckDB's has, rather than another schema of those that may be known. */
function pathTo(visible: Visible | undefined, schemas: readonly Schema[]): string {
  const known = schemas.filter(({ catalog }) => !BUILT_IN.has(catalog) && isKnown(visible, catalog));
  const [first = { catalog: 'temp', schema: 'main' }] = known;
  const main = known.find(({ catalog, schema }) => catalog === first.catalog && schema === 'main') ?? first;
  return `${quoteName(main.catalog)}.${quoteName(main.schema)}`;
}

const BUILT_IN: ReadonlySet<string> = new Set(['system', 'temp']);

/** The search path as it was set, and the database that is current. */
const PLACE_SQL =
  "select system.main.current_setting('search_path')::varchar, system.main.current_database()";

/** All schemas, in the order in which their databases were attached. */
const SCHEMAS_SQL = `select system.main.to_json(system.main.list(
    system.main.struct_pack(catalog := database_name, schema := schema_name) order by database_oid asc, oid asc))::varchar
  from system.main.duckdb_schemas()`;
