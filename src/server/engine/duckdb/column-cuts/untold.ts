/** How a statement fails over tables that may be read in part: as if they had no other columns. */
import { GizmoError, toGizmoError } from '../../../../errors.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { Definition } from '../facts/definitions.js';
import { untilSettled } from '../facts/held-texts.js';
import { columnsOf } from '../facts/look-up.js';
import { isName, significant, stringOf } from '../facts/words.js';
import { key } from '../lent/resolve.js';
import type { SessionCore } from '../session-core.js';
import type { Alias } from './cut-query.js';
import type { CutText } from './cut-text.js';

/** The error of a text that was inspected in the place of another one. */
export async function toldOf(
  core: SessionCore,
  sql: string,
  cut: CutText,
  cuts: readonly ColumnCut[],
  error: unknown,
): Promise<unknown> {
  const reached = reachedBy(await core.definitions.all(), sql);
  const hidden = cuts.filter(({ isKnown, name }) => !isKnown && reached.has(foldName(name)));
  const isWholly = await isWhole(core, sql, cut, hidden);
  return asTables(isWholly ? error : await withoutColumns(core, sql, hidden, error), cut.aliases);
}

/** Whether no table is in it that is not cut: neither by its name nor behind a view, a macro or a text that it runs. */
async function isWhole(
  core: SessionCore,
  sql: string,
  { rest }: CutText,
  cuts: readonly ColumnCut[],
): Promise<boolean> {
  const tables = new Set(cuts.map(({ name }) => foldName(name)));
  if (namesIn(rest).some((it) => tables.has(it))) return false;
  const named = namesIn(sql);
  const reaching = reachingOf(await core.definitions.all(), tables);
  return !named.some((it) => reaching.has(it) || RUN_TEXTS.has(it));
}

/** Names of views and macros whose text names one of the tables, or one of these. */
function reachingOf(definitions: readonly Definition[], tables: ReadonlySet<string>): ReadonlySet<string> {
  const texts = definitions.map(({ name, text }) => ({
    name: foldName(name),
    names: new Set(namesIn(text ?? '')),
  }));
  const found = new Set<string>();
  const reaches = (names: ReadonlySet<string>) =>
    [tables, found, RUN_TEXTS].some((those) => [...names].some((it) => those.has(it)));
  untilSettled(
    () => found.size,
    () => {
      for (const { name, names } of texts) if (reaches(names)) found.add(name);
    },
  );
  return found;
}

/** The names in a text, in those that it may run, and in those of the views and macros by these names. */
function reachedBy(definitions: readonly Definition[], sql: string): ReadonlySet<string> {
  const texts = new Map<string, string[]>();
  for (const { name, text } of definitions)
    texts.set(foldName(name), [...(texts.get(foldName(name)) ?? []), text ?? '']);
  const found = new Set<string>();
  const open = [sql];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const name of namesIn(text)) {
      if (found.has(name)) continue;
      found.add(name);
      open.push(...(texts.get(name) ?? []));
    }
    open.push(...stringsIn(text));
  }
  return found;
}

function namesIn(sql: string): string[] {
  return significant(sql)
    .filter(isName)
    .map(({ value }) => value);
}

/** Texts that the text may run. */
function stringsIn(sql: string): string[] {
  return significant(sql).flatMap((it) => (it.kind === 'string' ? (stringOf(sql, it) ?? []) : []));
}

/** What DuckDB says of a query that stands in the place of a table is said of the table. */
function asTables(error: unknown, aliases: readonly Alias[]): unknown {
  const { code, message, detail, position } = toGizmoError(error);
  const [, of, named, rest] = OF_QUERY.exec(message) ?? [];
  const found = aliases.find(({ alias }) => foldName(alias) === foldName(named ?? ''));
  if (of === undefined || rest === undefined || found === undefined) return error;
  const told = of === 'table' ? `table "${found.table}"` : `Table "${named}"`;
  return new GizmoError(code, `Binder Error: ${told}${rest}`, {
    ...(detail !== undefined && { detail }),
    ...(position !== undefined && { position }),
    cause: error,
  });
}

/** A column that is not there, and a list of names that is too long. */
const OF_QUERY =
  /^Binder Error: (Values list|table) "(.*)"( does not have a column named [\s\S]*| has \d+ columns available but [\s\S]*)$/;

/**
 * The error without names of columns that may not be read, but for those that stand in the text itself: DuckDB names others
 * that are spelled alike, the types of whole rows, and all columns that a pattern was tried on.
 */
async function withoutColumns(
  core: SessionCore,
  sql: string,
  cuts: readonly ColumnCut[],
  error: unknown,
): Promise<unknown> {
  const { code, message, detail, position } = toGizmoError(error);
  // It is as written, and means nothing yet.
  if (message.startsWith('Parser Error')) return error;
  const at = position === undefined ? {} : { position };
  const told = message.replace(CANDIDATES, '').replace(STAR, '$1$2');
  const written = new Set([...namesIn(sql), ...stringsIn(sql).flatMap(namesIn)]);
  for (const { column, ...table } of await columnsOf(core, [...new Set(cuts.map(({ name }) => name))])) {
    const readable = cuts.find((it) => key(it) === key(table))?.columns ?? [];
    // Of others nothing can be told here, and nothing may hang on whether they are there.
    if (readable.length === 0 || readable.some((it) => foldName(it) === foldName(column))) continue;
    if (!names(told, column) || written.has(foldName(column))) continue;
    const place = [table.catalog, table.schema, table.name].join('.');
    return new GizmoError(
      code,
      `This fails, and why has columns in it that you may not read. Of ${place} you may read ${readable.join(', ')}.`,
      { detail: detail ?? message, cause: error, ...at },
    );
  }
  return new GizmoError(code, told, { ...(detail !== undefined && { detail }), ...at });
}

/** Whether a column is named, by itself or as a field of a row. */
function names(message: string, column: string): boolean {
  const [said, name] = [foldName(message), foldName(column)];
  for (let at = said.indexOf(name); at >= 0; at = said.indexOf(name, at + 1))
    if (!WORD.test(said[at - 1] ?? '') && !WORD.test(said[at + name.length] ?? '')) return true;
  return false;
}

const WORD = /[\p{L}\p{N}_]/u;
const CANDIDATES = /\s*\n\s*(?:Candidate|Did you mean|Left candidates|Right candidates)[^\n]*/g;
/** DuckDB writes it with the names of all columns: `COLUMNS(list_filter(['a', 'b'], …))`. */
const STAR = /(Star expression )"[\s\S]*" (resulted in an empty set of columns)/;
const RUN_TEXTS: ReadonlySet<string> = new Set(['query', 'query_table']);
