/** `gizmo auth refresh`. */
import { GizmoError } from '../../errors.js';
import { resolveConnection } from '../connection.js';
import { toConnectionPlan } from '../connection-plan.js';
import { parseLine } from '../parse-line.js';
import { formatDate, showResult } from '../show-result.js';
import { AUTH_FLAGS, findLogin, namedLogin, openUserLogins } from './common.js';

/** In the order help shows them. */
export const REFRESH_FLAGS = AUTH_FLAGS;

/** Answers the exit code. */
export async function runRefresh(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, REFRESH_FLAGS);
  const logins = await openUserLogins();
  const login = await findLogin(logins, namedLogin(line));
  if (login.oidc === undefined)
    throw new GizmoError(
      'UNAUTHENTICATED',
      `The login ${login.name} is not one at an identity provider, so there is nothing to renew.`,
    );
  const [{ refreshLogin }, { parseServerName }] = await Promise.all([
    import('../../client/login/refresh-login.js'),
    import('../../client/credentials/stored-login.js'),
  ]);
  const { trust, tls } = login;
  const place = { host: 'localhost', port: 31_337, ...parseServerName(login.server) };
  const connection = resolveConnection(
    {},
    undefined,
    {},
    { ...place, trust, ...(tls === undefined ? {} : { tls }) },
  );
  const { credentials: _, ...reached } = toConnectionPlan(connection, { kind: 'none' });
  const { name, server, user, expiresAtS } = await refreshLogin(logins, login, {
    server: reached,
    force: true,
  });
  const expiresAt = expiresAtS === undefined ? undefined : new Date(expiresAtS * 1000).toISOString();
  showResult(line, { name, server, user, expiresAt }, () =>
    expiresAt === undefined ? `Renewed ${name}.` : `Renewed ${name}, until ${formatDate(expiresAt)}.`,
  );
  return 0;
}
