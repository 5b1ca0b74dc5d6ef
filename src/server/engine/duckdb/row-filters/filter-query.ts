/** The query that stands in the place of a table with a row filter. */
import type { RowFilter } from '../../../model/row-filter.js';

/**
 * A condition may end in a comment. Nothing in it is looked up but the columns of the table.
 * @param guarded with a LIMIT that limits nothing, and past which DuckDB moves no condition of the query around it; and
 *   past TRY it knows nothing of its statistics, by which it would leave out what fails where no row can be
 */
export function filterQuery(
  { catalog, schema, name, conditions, columns }: RowFilter,
  guarded = false,
): string {
  const list = columns?.map(quoted).join(', ') ?? '*';
  const where = conditions.length === 0 ? 'false' : conditions.map((it) => `(${it}\n)`).join(' or ');
  const query = `select ${list} from ${[catalog, schema, name].map(quoted).join('.')} where (${where})`;
  return guarded ? `select try(columns(*)) from (${query} offset 0) as g` : query;
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
