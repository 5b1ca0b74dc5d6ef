/** The stored login that a command line means: that of a profile, of the server it names, or the active one. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Logins } from '../client/credentials/logins.js';
import type { LoginSummary, LoginTls, Trust } from '../client/credentials/stored-login.js';
import { GizmoError } from '../errors.js';
import { stateDirectory } from '../state-directory.js';
import {
  type Connection,
  type ConnectionFlags,
  type LoginDefaults,
  namedPlace,
  readUri,
} from './connection.js';
import type { ConnectionUri } from './connection-uri.js';
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
  const uri = readUri(flags, uriText, env);
  const named = namedPlace(flags, uri, env);
  // Who names a login does not mean the user of the environment; "token" stands for whoever the token names.
  const typed = profile === undefined ? named.username : (flags.username ?? uri.username);
  const user = typed === 'token' ? undefined : typed;
  const [{ openLogins }, { parseServerName, serverName }] = await Promise.all([
    import('../client/credentials/open-logins.js'),
    import('../client/credentials/stored-login.js'),
  ]);
  const logins = openLogins(directory);
  const choose = (): Choice => {
    const isOpen = named.host === undefined && named.port === undefined;
    const chosen =
      profile === undefined ? (isOpen ? logins.active() : undefined) : findProfile(logins, profile);
    const server = chosen?.server ?? serverName(named.host ?? 'localhost', named.port ?? DEFAULT_PORT);
    const isTheirs = chosen !== undefined && (user === undefined || user === chosen.user);
    return { chosen, login: isTheirs ? chosen : logins.find(server, user) };
  };
  const { login, chosen } = profile === undefined ? unlessUntrusted(choose) : choose();
  const meant = chosen ?? login;
  const place = meant === undefined ? undefined : parseServerName(meant.server);
  if (meant === undefined || place === undefined) return undefined;
  const server = serverName(named.host ?? place.host, named.port ?? place.port);
  if (server !== meant.server)
    throw new GizmoError(
      'USAGE',
      `The login ${meant.name} is for ${meant.server} and not for ${server}. Leave out one of the two.`,
    );
  if (login === undefined) return { defaults: { ...place, trust: 'plaintext' } };
  const proof = proofOfAddress(flags, uri, login.tls);
  if (proof !== undefined) {
    const sentence = `The stored login ${login.name} is not used: the address brings a proof of the server that the login does not have (${proof}). Give it as a flag if you mean it, or log in again.`;
    if (profile !== undefined) throw new GizmoError('USAGE', sentence);
    writeWarning(sentence);
    return { defaults: { ...place, trust: 'plaintext' } };
  }
  const { trust, tls } = login;
  return {
    stored: { login, logins, isNamed: profile !== undefined && login === chosen },
    defaults: { ...place, trust, ...(tls === undefined ? {} : { tls }) },
  };
}

/**
 * The parameter of an address by which it would say itself whom to trust as the server, other than the login has it:
 * an address may come from anybody, who would get what is stored. What is typed as a flag is the user's own word.
 */
function proofOfAddress(
  flags: ConnectionFlags,
  uri: ConnectionUri,
  stored: LoginTls = {},
): string | undefined {
  const roots = uri.tlsRoots === undefined ? undefined : resolve(uri.tlsRoots);
  if (flags['tls-roots'] === undefined && roots !== undefined && roots !== stored.roots) return 'tlsRoots';
  if (flags['tls-pin'] === undefined && uri.tlsPin !== undefined && uri.tlsPin !== stored.pins)
    return 'tlsPin';
  if (
    flags['tls-server-name'] === undefined &&
    uri.tlsServerName !== undefined &&
    uri.tlsServerName !== stored.serverName
  )
    return 'tlsServerName';
  return undefined;
}

interface Choice {
  /** The one of the profile, or the active one: says where to connect. */
  readonly chosen?: LoginSummary | undefined;
  /** Says as whom; another one, or none, where somebody else is named. */
  readonly login?: LoginSummary | undefined;
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
