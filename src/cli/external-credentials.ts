/** `--auth-type external`: the stored login at the identity provider, or one that is made now and ends with the process. */
import type { Logins } from '../client/credentials/logins.js';
import type { StoredLogin } from '../client/credentials/stored-login.js';
import { stateDirectory } from '../state-directory.js';
import type { Connection } from './connection.js';
import { toConnectionPlan } from './connection-plan.js';
import type { FoundCredentials } from './credentials.js';
import { provenByProvider } from './provider-login.js';
import { fetchStoredCredentials } from './stored-credentials.js';
import { type ChosenStoredLogin, trustOf } from './stored-login.js';

/** @throws GizmoError UNAUTHENTICATED without a terminal and without a stored login */
export async function findExternalCredentials(
  connection: Connection,
  stored: ChosenStoredLogin | undefined,
): Promise<FoundCredentials> {
  if (stored?.login.oidc !== undefined) {
    const fetchStored = () => fetchStoredCredentials(stored, connection);
    const found = await fetchStored();
    if (found !== undefined) return { ...found, renew: async () => (await fetchStored()) ?? found };
  }
  const server = toConnectionPlan(connection, { kind: 'none' });
  const proven = await provenByProvider(server, {});
  process.stderr.write('This login ends with this process. To keep one: gizmo auth login\n');
  const [{ openLogins }, { serverName }] = await Promise.all([
    import('../client/credentials/open-logins.js'),
    import('../client/credentials/stored-login.js'),
  ]);
  const logins = openLogins(stateDirectory(process.env));
  const name = serverName(connection.host, connection.port);
  const login: StoredLogin = { ...proven, name, server: name, trust: trustOf(connection), store: 'memory' };
  await logins.save(login);
  return credentialsOf(login, logins, connection);
}

function credentialsOf(login: StoredLogin, logins: Logins, connection: Connection): FoundCredentials {
  return {
    kind: 'bearer',
    token: login.token ?? '',
    source: 'the identity provider',
    isStored: true,
    ...(login.user === undefined ? {} : { user: login.user }),
    async renew() {
      const { usableLogin } = await import('../client/credentials/usable-login.js');
      const { credentials: _, ...server } = toConnectionPlan(connection, { kind: 'none' });
      return credentialsOf(await usableLogin(logins, login, server), logins, connection);
    },
  };
}
