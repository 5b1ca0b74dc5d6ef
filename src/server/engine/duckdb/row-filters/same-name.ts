/** Whether two names are those of one table, as DuckDB compares them. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';

export function isSame(one: ObjectName, other: ObjectName): boolean {
  return (
    foldName(one.catalog) === foldName(other.catalog) &&
    foldName(one.schema) === foldName(other.schema) &&
    foldName(one.name) === foldName(other.name)
  );
}
