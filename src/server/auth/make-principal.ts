/** The only place where a Principal comes into being; imported by the strategies beside it and by nobody else. */

import type { CatalogRule } from '../model/catalog-rule.js';
import type { AuthMethod, Principal, Role } from '../model/principal.js';

/**
 * An administrator who is limited to catalogs is none: whoever reaches files, other databases and the whole instance
 * cannot be held to a catalog. They are a `user` of those catalogs.
 */
export function makePrincipal(
  name: string,
  role: Role,
  method: AuthMethod,
  catalogAccess?: readonly CatalogRule[],
): Principal {
  if (catalogAccess === undefined || isNoLimit(catalogAccess))
    return Object.freeze({ name, role, method }) as Principal;
  const held = role === 'admin' ? 'user' : role;
  return Object.freeze({ name, role: held, method, catalogAccess }) as Principal;
}

function isNoLimit([first]: readonly CatalogRule[]): boolean {
  return first?.catalog === '*' && first.access === 'write';
}
