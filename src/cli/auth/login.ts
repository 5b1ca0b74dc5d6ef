/** `gizmo auth login`. */
import { isIP } from 'node:net';
import type { StoredLogin } from '../../client/credentials/stored-login.js';
import { GizmoError } from '../../errors.js';
import { refuseSurplus } from '../arguments.js';
import { type Connection, readUri, resolveConnection } from '../connection.js';
import { loginTlsOf } from '../connection-tls.js';
import { isConnectionUri } from '../connection-uri.js';
import { agreeOnStore } from '../credential-store.js';
import { type Environment, readSetting } from '../environment.js';
import { parseLine } from '../parse-line.js';
import { connectionFlags, openConnection } from '../plan-connection.js';
import { writeWarning } from '../report-error.js';
import { formatDate, showResult } from '../show-result.js';
import { chooseLogin, trustOf } from '../stored-login.js';
import { askWay, needWay } from './ask-way.js';
import { openUserLogins, overridingVariables } from './common.js';
import { LOGIN_COMMAND_FLAGS, type LoginLine } from './login-flags.js';
import { chooseOwnProof, logInByOwnProof } from './own-proof.js';
import { logInByProvider } from './provider-proof.js';

/** Answers the exit code. Nothing is stored that the server has not accepted. */
export async function runLogin(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, LOGIN_COMMAND_FLAGS);
  const { env } = process;
  const target = await targetOf(line, env);
  const { connection, server, trust } = target;
  const named = chooseOwnProof(line, connection);
  if (named === undefined) needWay(line);
  overridingVariables();
  const logins = await openUserLogins();
  const store = named === 'mtls' ? undefined : await storeOf(line, env);
  const opened = await openConnection(connection, line, env);
  const way = named === undefined ? await askWay(opened, line) : { proof: named, connection: opened };
  const proven =
    way === undefined
      ? await logInByProvider(opened, line)
      : await logInByOwnProof(way.proof, way.connection, line);
  const login: StoredLogin = {
    ...proven,
    name: target.name,
    server,
    trust,
    ...(Object.keys(target.tls).length === 0 ? {} : { tls: target.tls }),
    ...(store === undefined ? {} : { store }),
  };
  await logins.save(login, (error) => writeWarning(error.message));
  show(line, login, logins.placeOf(login), connection);
  return 0;
}

/** @throws GizmoError USAGE for a server that is named twice, or reached so that its logins are not stored */
async function targetOf(line: LoginLine, env: Environment) {
  const [word] = line.args;
  refuseSurplus(line.args, 1);
  const uri = word !== undefined && isConnectionUri(word) ? word : undefined;
  const flags = connectionFlags(line);
  const [{ mayTravel, parseServerName, serverName }, logins] = await Promise.all([
    import('../../client/credentials/stored-login.js'),
    openUserLogins(),
  ]);
  if (word !== undefined && uri === undefined) {
    if (flags.host !== undefined || flags.uri !== undefined)
      throw new GizmoError('USAGE', 'The server is named twice, by a word and by a flag.');
    Object.assign(flags, parseServerName(word) ?? { host: hostOf(word) });
  }
  const profile = line.text('profile') ?? readSetting(env, 'PROFILE');
  const isKnown = profile !== undefined && logins.named(profile) !== undefined;
  // One that is new says nothing of the connection.
  const past = isKnown ? env : { ...env, GIZMO_PROFILE: undefined, GIZMOSQL_PROFILE: undefined };
  const before = await chooseLogin({ ...flags, profile: isKnown ? profile : undefined }, uri, past);
  const connection = resolveConnection(flags, uri, env, before?.defaults);
  const server = serverName(connection.host, connection.port);
  const trust = trustOf(connection);
  if (!mayTravel({ name: server, server, trust, method: 'token' }, server, trust))
    throw new GizmoError(
      'USAGE',
      `A login at ${server} without TLS is not stored: anyone on the way would see it.`,
    );
  const tls = loginTlsOf(flags, readUri(flags, uri, env), env, before?.defaults.tls);
  return { connection, server, trust, tls, name: profile ?? server };
}

/** A word without a port. @throws GizmoError USAGE for what is no host, without asking the network for it */
function hostOf(word: string): string {
  const host = word.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 || /^[^\s:/@]+$/.test(host)) return host;
  throw new GizmoError(
    'USAGE',
    'The server is a host, host:port (up to 65535), or an address as in gizmo://host:port.',
  );
}

async function storeOf(line: LoginLine, env: Environment) {
  const logins = await openUserLogins();
  const kind = await agreeOnStore(logins, line.text('credential-store'), env);
  if (kind !== 'memory') return kind;
  throw new GizmoError('USAGE', 'A login in memory would end with this command: choose keychain or file.');
}

function show(
  line: LoginLine,
  login: StoredLogin,
  place: string | undefined,
  { host, port }: Connection,
): void {
  const { name, server, user, method, expiresAtS, store } = login;
  const expiresAt = expiresAtS === undefined ? undefined : new Date(expiresAtS * 1000).toISOString();
  showResult(line, { name, server, user, method, expiresAt, store, place }, () => {
    const until = expiresAt === undefined ? '' : `, until ${formatDate(expiresAt)}`;
    const kept = place === undefined ? '' : `The secret is in ${place}.\n`;
    const flags = port === DEFAULT_PORT ? `-h ${host}` : `-h ${host} -p ${port}`;
    const next = name === server ? flags : `--profile ${name}`;
    return `Logged in to ${server}${user === undefined ? '' : ` as ${user}`}${until}.\n${kept}Connect with: gizmo client ${next}`;
  });
}

const DEFAULT_PORT = 31_337;
