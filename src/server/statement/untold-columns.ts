/**
 * How a statement fails, told to whoever may read some columns of a table only: DuckDB names others that are spelled
 * alike, the types of whole rows, and all columns that a pattern was tried on.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import { governing, readableColumns, touchesColumn } from '../access/grants.js';
import type { EngineSession } from '../engine/engine.js';
import { foldName } from '../model/fold-name.js';
import type { Rights } from '../model/rights.js';
import { spelledIn } from './not-there.js';

/** The error without names of columns that may not be read, but for those that stand in the text itself. */
export async function withoutColumns(
  engine: EngineSession,
  rights: Rights,
  text: string,
  error: unknown,
): Promise<unknown> {
  const inPart =
    rights.grants?.granted.flatMap(({ columns, table }) => (columns && table ? [table] : [])) ?? [];
  if (inPart.length === 0) return error;
  const { code, message, detail, position } = toGizmoError(error);
  const told = message.replace(CANDIDATES, '').replace(STAR, '$1$2');
  const at = position === undefined ? {} : { position };
  for (const { column, ...table } of await engine.columnsOf([...new Set(inPart)])) {
    const its = governing(rights, table.catalog);
    const readable = (its && readableColumns(its, table)) ?? [];
    // Of others nothing can be told here, and nothing may hang on whether they are there.
    if (its === undefined || readable.length === 0) continue;
    if (touchesColumn(its, table, column) || !names(told, column)) continue;
    if (isNamed(text, column)) continue;
    const place = [table.catalog, table.schema, table.name].join('.');
    return new GizmoError(
      code,
      `This fails, and why has columns in it that you may not read. Of ${place} you may read ${readable.join(', ')}.`,
      { detail: detail ?? message, cause: error, ...at },
    );
  }
  return new GizmoError(code, told, { ...(detail !== undefined && { detail }), ...at });
}

/**
 * What DuckDB says of a constraint that failed, without what metadata does not show either: what is checked, and the
 * value of a default. Whoever may insert or update knows the columns.
 */
export function withoutDefinitions(message: string, text: string): string {
  return message.replace(CHECK, '$1').replace(DUPLICATE, (whole, key: string, values: string) => {
    const columns = values.split(', ').map((it) => it.replace(/: [\s\S]*$/, ''));
    return columns.every((it) => isNamed(text, it)) ? whole : `${key} of "${columns[0]}"`;
  });
}

const CHECK = /(CHECK constraint failed on table \S+) with expression [\s\S]*$/;
const DUPLICATE = /([Dd]uplicate key) "([\s\S]*)"/;

function isNamed(text: string, column: string): boolean {
  return spelledIn(text, column) !== undefined;
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
