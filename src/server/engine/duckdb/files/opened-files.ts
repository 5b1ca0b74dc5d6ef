/**
 * Files that a restricted session may name. In front of every reader stands a macro that fails (facts/shadow-file-
 * readers); a call whose paths are all opened is written anew with the reader's full name and the resolved paths.
 * What is missed here therefore fails, and nothing that is written in the text is ever opened as it is written.
 */

import { toGizmoError } from '../../../../errors.js';
import { quoteName, quoteText } from '../../../../sql/quote.js';
import type { FileAccess, FileRules } from '../../../model/file-rules.js';
import type { FunctionUse } from '../../../model/plan-facts.js';
import { toEngineError } from '../errors.js';
import { type Replacement, versionOf } from '../facts/two-texts.js';
import { isName, isWord, significant, type Word } from '../facts/words.js';
import { readCopy } from './copy-statement.js';
import { fileUses } from './file-uses.js';
import { resolveRead, resolveWrite } from './resolve-file.js';

/** Of the session's core, what this file asks. */
interface Core {
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** A text whose files are opened. */
export interface OpenedText {
  /** What to run. */
  readonly run: string;
  /** What to plan: the columns of the files without the files, because DuckDB cannot show the plan of some readers. */
  readonly plan: string;
  readonly files: readonly FileAccess[];
}

export class OpenedFiles {
  readonly #core: Core;
  readonly #rules: FileRules | undefined;
  /** By text: what is to run, as it was when the text was inspected last. */
  readonly #texts = new Map<string, string>();

  constructor(core: Core, rules: FileRules | undefined) {
    this.#core = core;
    this.#rules = rules;
  }

  /**
   * Resolves the files that one statement names. Undefined where it names none that can be opened; the use of one that
   * may not be. Throws what reading the beginning of a file throws. The connection must be claimed.
   */
  async open(sql: string): Promise<OpenedText | FunctionUse | undefined> {
    this.#texts.delete(sql);
    const rules = this.#rules;
    if (rules === undefined) return undefined;
    const tokens = significant(sql);
    const copy = readCopy(sql, tokens);
    const uses = tokens.some(definesQuery)
      ? []
      : fileUses(sql, tokens).filter(({ start }) => start !== copy?.start);
    if (copy === undefined && uses.length === 0) return undefined;
    const all = { ...rules, own: [...rules.own, ...(await this.#databaseFiles())] };
    const edits: Edit[] = [];
    const files: FileAccess[] = [];
    for (const use of uses) {
      const paths = await this.#resolve(use, all);
      if (paths === undefined) return { name: use.reader, class: 'outside', path: use.paths.join(', ') };
      if (paths.length === 0) {
        edits.push({ ...use, run: NO_FILES, plan: NO_FILES });
        continue;
      }
      const call = `${SYSTEM}${use.reader}(${paths.length === 1 ? paths.map(quoteText).join() : `[${paths.map(quoteText).join(', ')}]`}${use.options})`;
      const columns = await this.#columnsOf(call);
      const nulls = columns.map(({ name, type }) => `null::${type} as ${quoteName(name)}`);
      // By their places, whatever the file has come to have: a name that it had no more would be looked for around it.
      const places = columns.map(({ name }, at) => `#${at + 1} as ${quoteName(name)}`);
      const run = `(select ${places.join(', ')} from ${call})`;
      edits.push({ ...use, run, plan: `(select ${nulls.join(', ')})`, opens: true });
      files.push(...paths.map((path) => ({ action: 'read' as const, path })));
    }
    if (copy === undefined)
      return this.#keep(sql, edits, files, { before: '', start: 0, end: sql.length, after: '' });
    const paths =
      copy.action === 'write' ? await resolveWrite(copy.path, all) : await this.#resolve(copy, all);
    const [path, ...more] = typeof paths === 'string' ? [paths] : (paths ?? []);
    if (path === undefined || more.length > 0) return { name: 'COPY', class: 'outside', path: copy.path };
    edits.push({ ...copy, before: '', after: '', run: quoteText(path), plan: '' });
    files.push({ action: copy.action, path });
    return this.#keep(sql, edits, files, copy.plan);
  }

  /** What runs in the place of a text that was inspected. */
  textFor(sql: string): string {
    return this.#texts.get(sql) ?? sql;
  }

  #keep(
    sql: string,
    edits: readonly Edit[],
    files: readonly FileAccess[],
    { before, start, end, after }: { before: string; start: number; end: number; after: string },
  ): OpenedText | FunctionUse {
    const run = versionOf(sql, edits, 'run');
    const plan = versionOf(sql, edits, 'plan', start, end);
    const calls = edits.filter(({ opens }) => opens).length;
    // How a character reads can depend on what stands before it; nothing may have become code by the change.
    if (run === undefined || plan === undefined || namesOfSystem(run) !== calls)
      return { name: 'a text that can be read in two ways', class: 'outside' };
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(sql, run);
    return { run, plan: `${before}${plan}${after}`, files };
  }

  /** All files of a use; undefined where one may not be read. */
  async #resolve(
    use: { readonly reader?: string; readonly paths?: readonly string[]; readonly path?: string },
    rules: FileRules,
  ): Promise<readonly string[] | undefined> {
    const found: string[] = [];
    for (const written of use.paths ?? [use.path ?? '']) {
      const paths = await resolveRead(written, rules, (pattern) => this.#glob(pattern));
      if (paths === undefined) return undefined;
      if (paths.length === 0 && use.reader !== 'glob') {
        throw toEngineError(new Error(`IO Error: No files found that match the pattern "${written}"`));
      }
      found.push(...paths);
    }
    return found;
  }

  async #glob(pattern: string): Promise<readonly string[]> {
    const [json = '[]'] = await this.#core.readTexts(GLOB_SQL, pattern);
    return JSON.parse(json);
  }

  /** The files of the databases that are open, and where DuckDB puts what does not fit into memory. */
  async #databaseFiles(): Promise<readonly string[]> {
    const [json = '[]'] = await this.#core.readTexts(DATABASE_FILES_SQL);
    const paths: readonly (string | null)[] = JSON.parse(json);
    return paths.filter((path): path is string => path !== null && path !== '');
  }

  /** The columns that a call answers. It has been decided on: binding it opens the files. */
  async #columnsOf(call: string): Promise<readonly { readonly name: string; readonly type: string }[]> {
    const [json = '[]'] = await this.#core.readTexts(columnsSql(call)).catch((reason: unknown) => {
      const error = toGizmoError(reason);
      // The text it points into is ours.
      throw toEngineError(new Error(error.message.replace(/\n+LINE \d+:[\s\S]*$/, '')));
    });
    return JSON.parse(json);
  }
}

interface Edit extends Replacement {
  /** Whether it calls a reader. */
  readonly opens?: true;
}

/** Before the name of a reader that no macro stands before. */
const SYSTEM = 'system.main.';

/** How many names begin with the catalog of DuckDB's own functions. */
function namesOfSystem(sql: string): number {
  const tokens = significant(sql);
  return tokens.filter((it, at) => isName(it) && it.value === 'system' && tokens[at + 1]?.value === '.')
    .length;
}

/** CREATE of a view or macro, wherever it stands: over files it would open them to whoever may use it. */
function definesQuery(token: Word, at: number, tokens: readonly Word[]): boolean {
  if (!isWord(token, 'create')) return false;
  const object = tokens.slice(at + 1, at + 6).find((it) => !isWord(it, ...BEFORE_OBJECT));
  return isWord(object, 'view', 'macro', 'function');
}

const BEFORE_OBJECT = ['or', 'replace', 'temp', 'temporary', 'recursive', 'persistent'];
/** What glob answers of a pattern that nothing matches. */
const NO_FILES = '(select null::varchar as file where false)';
/** As many as one statement needs, masked ones included. */
const TEXTS_MAX = 16;

const GLOB_SQL =
  "select coalesce(system.main.to_json(system.main.list(file))::varchar, '[]') from system.main.glob($1::varchar)";
const DATABASE_FILES_SQL = `select system.main.to_json(system.main.list_append(
  (select system.main.list(path) from system.main.duckdb_databases()), system.main.current_setting('temp_directory')::varchar))::varchar`;

function columnsSql(call: string): string {
  return `select system.main.to_json(system.main.list(system.main.struct_pack(name := column_name, type := column_type)))::varchar
from (describe from ${call})`;
}
