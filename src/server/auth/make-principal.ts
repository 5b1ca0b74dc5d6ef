/** The only place where a Principal comes into being; imported by the strategies beside it and by nobody else. */
import type { AuthMethod, Principal, Role } from '../model/principal.js';

export function makePrincipal(name: string, role: Role, method: AuthMethod): Principal {
  return Object.freeze({ name, role, method }) as Principal;
}
