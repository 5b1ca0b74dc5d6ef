/** The stored login that a command line means: that of a profile, of the server it names, or the active one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logins } from '../client/credentials/logins.js';
import type { LoginSummary, Trust } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { stateDirectory } from '../state-directory.js';
import {
  type Connection,
  type ConnectionFlags,
  type LoginDefaults,
  namedPlace,
  readUri,
} from './connection.js';
import { type Environment, readSetting } from './environment.js';
import { findOwnServer, resolveOwnTls } from './own-server.js';
import { writeWarning } from './report-error.js';

/**
 * Undefined where there is none; then nothing was loaded but this file. A list that cannot be trusted is warned of and
 * left alone, unless a profile of it is asked for.
 * @throws GizmoError UNAUTHENTICATED for a profile that does not exist, USAGE for one of another server than is named
 */
export async function chooseLogin(
  flags: ConnectionFlags & { readonly profile?: string | undefined },
  uriText: string | undefined,
  env: Environment,
): Promise<ChosenLogin | undefined> {
  const profile = flags.profile ?? readSetting(env, 'PROFILE');
  const directory = stateDirectory(env);
  if (profile === undefined && !existsSync(join(directory, 'logins.json'))) return undefined;
  const named = namedPlace(flags, readUri(flags, uriText, env), env);
  const [{ openLogins }, { parseServerName, serverName }] = await Promise.all([
    import('../client/credentials/open-logins.js'),
    import('../client/credentials/stored-login.js'),
  ]);
  const logins = openLogins(directory);
  const choose = (): Choice => {
    if (profile !== undefined) return { login: findProfile(logins, profile) };
    const active = named.host === undefined && named.port === undefined ? logins.active() : undefined;
    const server = active?.server ?? serverName(named.host ?? 'localhost', named.port ?? DEFAULT_PORT);
    return {
      login:
        active !== undefined && (named.username === undefined || named.username === active.user)
          ? active
          : logins.find(server, named.username),
      active,
    };
  };
  const { login, active } = profile === undefined ? unlessUntrusted(choose) : choose();
  const meant = login ?? active;
  const place = meant === undefined ? undefined : parseServerName(meant.server);
  if (meant === undefined || place === undefined) return undefined;
  const server = serverName(named.host ?? place.host, named.port ?? place.port);
  if (server !== meant.server)
    throw new GizmoError(
      'USAGE',
      `The login ${meant.name} is for ${meant.server} and not for ${server}. Leave out one of the two.`,
    );
  if (login === undefined) return { defaults: { ...place, trust: 'plaintext' } };
  const { trust, tls } = login;
  return {
    stored: { login, logins, isNamed: profile !== undefined },
    defaults: { ...place, trust, ...(tls === undefined ? {} : { tls }) },
  };
}

/** The login, and what decides where the connection goes; of the latter alone where the active login is another user's. */
interface Choice {
  readonly login?: LoginSummary | undefined;
  readonly active?: LoginSummary | undefined;
}

export interface ChosenLogin {
  /** Absent where a login says where to connect, and the user as whom else. */
  readonly stored?: ChosenStoredLogin;
  readonly defaults: LoginDefaults;
}

export interface ChosenStoredLogin {
  readonly login: LoginSummary;
  readonly logins: Logins;
  /** Whether the user asked for this one by its name. */
  readonly isNamed: boolean;
}

/** How well a connection proves its server, as a stored login notes it. */
export function trustOf(connection: Pick<Connection, 'host' | 'port' | 'tls'>): Trust {
  const tls = resolveOwnTls(connection.tls, findOwnServer(connection));
  if (tls === undefined) return 'plaintext';
  return tls.skipVerify ? 'unverified' : 'verified';
}

const DEFAULT_PORT = 31_337;

function findProfile(logins: Logins, name: string): LoginSummary {
  const login = logins.named(name);
  if (login !== undefined) return login;
  const names = logins.list().map((each) => each.name);
  const known = names.length === 0 ? 'There is none yet' : `There are: ${names.join(', ')}`;
  throw new GizmoError(
    'UNAUTHENTICATED',
    `There is no stored login named ${name}. ${known}. Log in with: gizmo auth login --profile NAME.`,
  );
}

function unlessUntrusted(choose: () => Choice): Choice {
  try {
    return choose();
  } catch (error) {
    if (!(error instanceof GizmoError)) throw error;
    writeWarning(error.message);
    return {};
  }
}
