/** The query that stands in the place of a table with a row filter. */
import type { RowFilter } from '../../../model/row-filter.js';

/**
 * A condition may end in a comment. Nothing in it is looked up but the columns of the table.
 * @param guarded with a LIMIT that limits nothing, and past which DuckDB moves no condition of the query around it
 */
export function filterQuery(
  { catalog, schema, name, conditions, columns }: RowFilter,
  guarded = false,
): string {
  const list = columns?.map(quoted).join(', ') ?? '*';
  const where = conditions.length === 0 ? 'false' : conditions.map((it) => `(${it}\n)`).join(' or ');
  return `select ${list} from ${[catalog, schema, name].map(quoted).join('.')} where (${where})${guarded ? ' offset 0' : ''}`;
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
