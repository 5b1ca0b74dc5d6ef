/** What somebody may know to exist. Whatever is hidden must look to them as if it were not there. */
import type { ObjectName } from '../model/plan-facts.js';
import type { Rights } from '../model/rights.js';
import { catalogLevel } from './catalog-level.js';
import { governing, type Place, touches, touchesAll, touchesColumn } from './grants.js';

/** Whether they may know of a catalog, a schema (`name` absent) or an object; names as DuckDB compares them. */
export function mayKnow(rights: Rights, place: Place): boolean {
  if (catalogLevel(rights, place.catalog).access === 'none') return false;
  const grants = governing(rights, place.catalog);
  return grants === undefined || touches(grants, place);
}

/** Whether they may know of everything that is, or comes to be, in a catalog or schema. */
export function mayKnowAllOf(rights: Rights, place: Place): boolean {
  if (catalogLevel(rights, place.catalog).access === 'none') return false;
  const grants = governing(rights, place.catalog);
  return grants === undefined || touchesAll(grants, place);
}

/** Whether they may know of a column of an object: through a grant on the whole of it, or on this column. */
export function mayKnowColumn(rights: Rights, object: ObjectName, column: string): boolean {
  if (!mayKnow(rights, object)) return false;
  const grants = governing(rights, object.catalog);
  return grants === undefined || touchesColumn(grants, object, column);
}
