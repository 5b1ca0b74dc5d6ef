/** Whose rights are what: brings together what the server was started with and what each login brought along. */
import type { DatabaseGrant } from '../model/database-grant.js';
import { isProvedName, type Principal } from '../model/principal.js';
import type { DatabaseLevel, Rights } from '../model/rights.js';
import { type Grants, isFor } from '../model/stored-grant.js';
import type { Policies } from '../model/stored-policy.js';
import { rowFiltersOf } from './row-filters.js';

/** What of a principal decides. */
export type Who = Pick<Principal, 'name' | 'role' | 'origin'> & {
  readonly catalogAccess?: Principal['catalogAccess'] | undefined;
};

export interface Access {
  /** The same object for a principal as long as nothing has changed. */
  rightsOf(principal: Who): Rights;
}

export interface AccessOptions {
  /** Undefined: none are declared, and they limit nobody. */
  readonly databaseGrants: readonly DatabaseGrant[] | undefined;
  /** What is allowed in catalogs that have never had a grant of SQL's. */
  readonly defaultAccess: 'none' | 'all';
  readonly grants: Grants;
  readonly policies: Policies;
}

/** Brings the sources together; asked anew whenever something is decided. */
export function createAccess(options: AccessOptions): Access {
  const { grants, policies } = options;
  const known = new WeakMap<Who, { readonly rights: Rights; readonly version: string }>();
  return {
    rightsOf(principal) {
      const version = `${grants.version} ${policies.version}`;
      const before = known.get(principal);
      if (before?.version === version) return before.rights;
      const rights = Object.freeze(makeRights(principal, options));
      known.set(principal, { rights, version });
      return rights;
    },
  };
}

function makeRights(who: Who, options: AccessOptions): Rights {
  const rights = withoutPolicies(who, options);
  const policies = options.policies.list();
  if (policies.length === 0) return rights;
  return { ...rights, rowFilters: rowFiltersOf(who, rights, policies) };
}

function withoutPolicies(who: Who, { databaseGrants, defaultAccess, grants }: AccessOptions): Rights {
  const { role, catalogAccess } = who;
  // Whoever reaches files and the whole instance cannot be held to a database.
  if (role === 'admin') return { role };
  return {
    role,
    ...(catalogAccess !== undefined && { catalogRules: catalogAccess }),
    ...(databaseGrants !== undefined && { databaseLevels: levelsOf(who, databaseGrants) }),
    ...((defaultAccess === 'none' || grants.governed.length > 0) && {
      grants: {
        governs: defaultAccess === 'none' ? 'all' : grants.governed,
        granted: grants.list().filter(({ grantee }) => isFor(grantee, who)),
      },
    }),
  };
}

function levelsOf(who: Who, grants: readonly DatabaseGrant[]): DatabaseLevel[] {
  return grants
    .filter(({ principal }) => principal === '*' || (isProvedName(who) && principal === who.name))
    .map(({ database, level }) => ({ database, level }));
}
