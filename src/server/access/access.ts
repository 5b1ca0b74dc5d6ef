/** Whose rights are what: brings together what the server was started with and what each login brought along. */
import type { DatabaseGrant } from '../model/database-grant.js';
import type { Principal } from '../model/principal.js';
import type { DatabaseLevel, Rights } from '../model/rights.js';

export interface Access {
  /** The same object for a principal as long as nothing has changed. */
  rightsOf(principal: Principal): Rights;
}

/** @param databaseGrants undefined: none are declared, and they limit nobody */
export function createAccess({
  databaseGrants,
}: {
  readonly databaseGrants: readonly DatabaseGrant[] | undefined;
}): Access {
  const known = new WeakMap<Principal, Rights>();
  return {
    rightsOf(principal) {
      let rights = known.get(principal);
      if (rights === undefined) {
        rights = Object.freeze(makeRights(principal, databaseGrants));
        known.set(principal, rights);
      }
      return rights;
    },
  };
}

function makeRights(
  { name, role, catalogAccess }: Principal,
  databaseGrants: readonly DatabaseGrant[] | undefined,
): Rights {
  // Whoever reaches files and the whole instance cannot be held to a database.
  if (role === 'admin') return { role };
  return {
    role,
    ...(catalogAccess !== undefined && { catalogRules: catalogAccess }),
    ...(databaseGrants !== undefined && { databaseLevels: levelsOf(name, databaseGrants) }),
  };
}

function levelsOf(name: string, grants: readonly DatabaseGrant[]): DatabaseLevel[] {
  return grants
    .filter(({ principal }) => principal === '*' || principal === name)
    .map(({ database, level }) => ({ database, level }));
}
