/** The query that stands in the place of a table with a row filter. */
import { quoteName } from '../../../../sql/quote.js';
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
  const list = columns?.map((it) => quoteName(it)).join(', ') ?? '*';
  const where = conditions.length === 0 ? 'false' : conditions.map((it) => `(${it}\n)`).join(' or ');
  const query = `select ${list} from ${quoteName(catalog, schema, name)} where (${where})`;
  return guarded ? `select try(columns(*)) from (${query} offset 0) as g` : query;
}
