/** What SQL's GRANT allows on one object. Pure functions of the rights. */
import type { ObjectName } from '../model/plan-facts.js';
import type { Grant, GrantedRights, Privilege, Rights } from '../model/rights.js';
import { isOutside } from './catalog-level.js';
import { sameName } from './name-pattern.js';

/** A catalog, a schema of one, or an object in it. */
export interface Place {
  readonly catalog: string;
  readonly schema?: string | undefined;
  readonly name?: string | undefined;
}

/** The grants that decide about a catalog; undefined where it has none and therefore needs none. */
export function governing({ grants }: Rights, catalog: string): GrantedRights | undefined {
  if (grants === undefined || isOutside(catalog)) return undefined;
  const { governs } = grants;
  return governs === 'all' || governs.some((it) => sameName(it, catalog)) ? grants : undefined;
}

/** Whether somebody holds the privilege on the whole of `place`: by a grant on it or on what it is in. */
export function holds({ granted }: GrantedRights, privilege: Privilege, place: Place): boolean {
  return granted.some((it) => it.columns === undefined && gives(it, privilege) && covers(it, place));
}

/** Whether any of the grants is on `place`, around it or in it. */
export function touches({ granted }: GrantedRights, place: Place): boolean {
  return granted.some((it) => covers(it, place) || isIn(it, place));
}

/** Whether any of the grants is on the whole of `place` or on what it is in, so that nothing in it is hidden. */
export function touchesAll({ granted }: GrantedRights, place: Place): boolean {
  return granted.some((it) => it.columns === undefined && covers(it, place));
}

/** Whether any of the grants is on this column of an object, or on all of its columns. */
export function touchesColumn({ granted }: GrantedRights, object: ObjectName, column: string): boolean {
  return granted.some(
    (it) =>
      covers(it, object) && (it.columns === undefined || it.columns.some((has) => sameName(has, column))),
  );
}

/**
 * The columns of those asked for that may not be read. `columns` undefined: it is not known which are read, and so
 * all of them; the answer is then empty or undefined too, for "all".
 */
export function unreadable(
  grants: GrantedRights,
  object: ObjectName,
  columns: readonly string[] | undefined,
): readonly string[] | 'all' {
  if (holds(grants, 'select', object)) return [];
  const readable = grants.granted
    .filter((it) => gives(it, 'select') && covers(it, object))
    .flatMap((it) => it.columns ?? []);
  if (columns === undefined || readable.length === 0) return 'all';
  return columns.filter((column) => !readable.some((it) => sameName(it, column)));
}

/** The only columns of a table that may be read; undefined: all of them. */
export function readableColumns(grants: GrantedRights, table: ObjectName): readonly string[] | undefined {
  if (holds(grants, 'select', table)) return undefined;
  const named = grants.granted
    .filter((it) => gives(it, 'select') && covers(it, table))
    .flatMap((it) => it.columns ?? []);
  return named.filter((column, at) => named.findIndex((it) => sameName(it, column)) === at);
}

function gives({ privilege }: Grant, wanted: Privilege): boolean {
  return privilege === 'all' || privilege === wanted;
}

function covers(grant: Grant, { catalog, schema, name }: Place): boolean {
  if (!sameName(grant.catalog, catalog)) return false;
  if (grant.schema !== undefined && (schema === undefined || !sameName(grant.schema, schema))) return false;
  return grant.table === undefined || (name !== undefined && sameName(grant.table, name));
}

function isIn(grant: Grant, { catalog, schema, name }: Place): boolean {
  if (!sameName(grant.catalog, catalog) || name !== undefined) return false;
  return schema === undefined || (grant.schema !== undefined && sameName(grant.schema, schema));
}
