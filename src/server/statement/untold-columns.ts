/** What a failed constraint tells to whoever may read some columns of a table only. */
import { spelledIn } from './not-there.js';

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
