/** The query that stands in the place of a table with a row filter. */
import type { RowFilter } from '../../../model/row-filter.js';

/** A condition may end in a comment. Nothing in it is looked up but the columns of the table. */
export function filterQuery({ catalog, schema, name, conditions, columns }: RowFilter): string {
  const list = columns?.map(quoted).join(', ') ?? '*';
  const where = conditions.length === 0 ? 'false' : conditions.map((it) => `(${it}\n)`).join(' or ');
  return `select ${list} from ${[catalog, schema, name].map(quoted).join('.')} where (${where})`;
}

/** A name as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
