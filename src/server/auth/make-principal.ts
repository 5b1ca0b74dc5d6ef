/** The only place where a Principal comes into being; imported by the strategies beside it and by nobody else. */
import type { CatalogRule } from '../model/catalog-rule.js';
import type { AuthMethod, Origin, Principal, Role } from '../model/principal.js';

/**
 * An administrator who is limited to catalogs is none: whoever reaches files, other databases and the whole instance
 * cannot be held to a catalog. They are a `user` of those catalogs.
 */
export function makePrincipal(
  name: string,
  role: Role,
  method: AuthMethod,
  catalogAccess?: readonly CatalogRule[],
  origin?: Origin,
): Principal {
  const shown = { name, method, ...(origin && { origin }) };
  if (catalogAccess === undefined || isNoLimit(catalogAccess))
    return Object.freeze({ ...shown, role }) as Principal;
  const held = role === 'admin' ? 'user' : role;
  return Object.freeze({ ...shown, role: held, catalogAccess }) as Principal;
}

function isNoLimit([first]: readonly CatalogRule[]): boolean {
  return first?.catalog === '*' && first.access === 'write';
}
