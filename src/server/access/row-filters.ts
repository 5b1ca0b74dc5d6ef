/** Which row policies are whose: of a table that has any, everybody but administrators reads only what one of theirs lets through. */
import { foldName } from '../model/fold-name.js';
import type { ObjectName } from '../model/plan-facts.js';
import type { Principal } from '../model/principal.js';
import type { Rights } from '../model/rights.js';
import type { RowFilter } from '../model/row-filter.js';
import { isFor } from '../model/stored-grant.js';
import type { StoredPolicy } from '../model/stored-policy.js';
import { governing, readableColumns } from './grants.js';
import { sameName } from './name-pattern.js';

/** One filter for each table under policies. @param rights what else limits them */
export function rowFiltersOf(
  who: Pick<Principal, 'name' | 'role' | 'origin'>,
  rights: Rights,
  policies: readonly StoredPolicy[],
): RowFilter[] {
  const tables = new Map(policies.map(({ table }) => [keyOf(table), table]));
  return [...tables].map(([key, table]) => {
    const grants = governing(rights, table.catalog);
    const columns = grants === undefined ? undefined : readableColumns(grants, table);
    const theirs = policies.filter(
      (it) => keyOf(it.table) === key && it.grantees.some((grantee) => isFor(grantee, who)),
    );
    return {
      ...table,
      conditions: theirs.map(({ condition }) => condition),
      policies: theirs.map(({ name }) => name),
      ...(columns !== undefined && { columns }),
    };
  });
}

/** The filter on a table; undefined where there is none. */
export function rowFilterOn({ rowFilters = [] }: Rights, table: ObjectName): RowFilter | undefined {
  return rowFilters.find((it) => isSameTable(it, table));
}

function isSameTable(one: ObjectName, other: ObjectName): boolean {
  return (
    sameName(one.catalog, other.catalog) &&
    sameName(one.schema, other.schema) &&
    sameName(one.name, other.name)
  );
}

function keyOf({ catalog, schema, name }: ObjectName): string {
  return JSON.stringify([catalog, schema, name].map(foldName));
}
