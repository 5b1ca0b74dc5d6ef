/** The only place where a Principal comes into being; imported by the strategies beside it and by nobody else. */
import type { CatalogRule } from '../model/catalog-rule.js';
import type { AuthMethod, Origin, Principal, Role } from '../model/principal.js';
import { heldWith } from './catalog-access.js';

export function makePrincipal(
  name: string,
  role: Role,
  method: AuthMethod,
  catalogAccess?: readonly CatalogRule[],
  origin?: Origin,
): Principal {
  const shown = { name, method, ...(origin && { origin }) };
  return Object.freeze({ ...shown, ...heldWith(role, catalogAccess) }) as Principal;
}
