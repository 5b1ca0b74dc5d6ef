/** Sessions of principals that no way to log in makes here: by a token that the server's secret key signs. */
import { makePrincipal } from '../../src/server/auth/make-principal.js';
import { createSessionTokens } from '../../src/server/auth/session-token.js';
import type { CatalogRule } from '../../src/server/model/catalog-rule.js';
import type { Role } from '../../src/server/model/principal.js';
import { connectRaw, type RawClient } from './raw-client.js';
import { PASSWORD, USER } from './start-test-server.js';

/** A session of its own for a principal of `role`; the server must have been started with this secret key. */
export async function logInAs(
  port: number,
  secretKey: string,
  role: Role,
  { name = role, catalogAccess }: { name?: string; catalogAccess?: readonly CatalogRule[] } = {},
): Promise<RawClient> {
  const tokens = createSessionTokens(secretKey, Date.now, [USER, PASSWORD]);
  const { token } = await tokens.issue(makePrincipal(name, role, 'password', catalogAccess));
  return connectRaw(port, { authorization: `Bearer ${token}` });
}
