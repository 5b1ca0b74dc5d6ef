/** `gizmo auth status`. */
import type { Logins } from '../../client/credentials/logins.js';
import type { LoginSummary } from '../../client/credentials/stored-login.js';
import { EXIT, GizmoError } from '../../errors.js';
import { parseLine } from '../parse-line.js';
import { writeError } from '../report-error.js';
import { alignRows, formatDate, showResult } from '../show-result.js';
import { AUTH_FLAGS, findLogin, namedLogin, nobody, openUserLogins, overridingVariables } from './common.js';

/** In the order help shows them. */
export const STATUS_FLAGS = AUTH_FLAGS;

/** Each asks the keychain by a process of its own. */
const AT_ONCE = 4;

/** Answers the exit code: 4 where there is no login, or one that cannot be used. */
export async function runStatus(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, STATUS_FLAGS);
  const logins = await openUserLogins();
  const word = namedLogin(line);
  const chosen = word === undefined ? logins.list() : [await findLogin(logins, word)];
  const active = logins.active()?.name;
  const statuses: LoginStatus[] = [];
  for (let i = 0; i < chosen.length; i += AT_ONCE) {
    const some = chosen.slice(i, i + AT_ONCE).map((login) => statusOf(logins, login, login.name === active));
    statuses.push(...(await Promise.all(some)));
  }
  const environment = overridingVariables();
  if (statuses.length === 0) writeError(await nobody());
  if (statuses.length > 0 || line.isOn('json') === true)
    showResult(line, { environment, logins: statuses }, (result) => result.logins.map(toText).join('\n\n'));
  return statuses.length > 0 && statuses.every(({ problem }) => problem === undefined)
    ? EXIT.ok
    : EXIT.authentication;
}

interface LoginStatus {
  readonly name: string;
  readonly server: string;
  readonly user?: string;
  readonly method: string;
  readonly issuer?: string;
  /** Whether it is the one that is meant where no server is named. */
  readonly active: boolean;
  readonly trust: string;
  /** ISO 8601. */
  readonly expiresAt?: string;
  /** Whether it is renewed by itself. */
  readonly renewable: boolean;
  readonly store?: string;
  /** Where the secret lies, for people. */
  readonly place?: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}

async function statusOf(logins: Logins, login: LoginSummary, active: boolean): Promise<LoginStatus> {
  const { name, server, user, method, trust, expiresAtS, oidc, store } = login;
  const place = logins.placeOf(login);
  const { loginCommand } = await import('../../client/credentials/stored-login.js');
  const loaded = await logins.load(login).catch((error: unknown) => {
    if (error instanceof GizmoError) return error;
    throw error;
  });
  const renewable = !(loaded instanceof GizmoError) && loaded.refreshToken !== undefined;
  const expired = expiresAtS !== undefined && expiresAtS * 1000 <= Date.now() && !renewable;
  const problem =
    loaded instanceof GizmoError
      ? loaded.message
      : expired
        ? `It has expired. Log in again: ${loginCommand(login)}`
        : undefined;
  return {
    name,
    server,
    ...(user === undefined ? {} : { user }),
    method,
    ...(oidc === undefined ? {} : { issuer: oidc.issuer }),
    active,
    trust,
    ...(expiresAtS === undefined ? {} : { expiresAt: new Date(expiresAtS * 1000).toISOString() }),
    renewable,
    ...(store === undefined ? {} : { store }),
    ...(place === undefined ? {} : { place }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function toText(status: LoginStatus): string {
  const { name, server, user, method, issuer, active, expiresAt, renewable, place, trust, problem } = status;
  const rows: [string, string][] = [];
  if (name !== server) rows.push(['server', server]);
  if (user !== undefined) rows.push(['user', user]);
  rows.push([
    'logged in',
    issuer === undefined ? (METHODS[method] ?? method) : `${METHODS[method] ?? method}, at ${issuer}`,
  ]);
  if (expiresAt !== undefined)
    rows.push(['expires', formatDate(expiresAt) + (renewable ? ', renewed by itself' : '')]);
  rows.push(['secret', place === undefined ? 'none' : `in ${place}`]);
  rows.push(['sent', SENT[trust] ?? trust]);
  if (problem !== undefined) rows.push(['problem', problem]);
  return `${name}${active ? ' (active)' : ''}\n${alignRows(rows)}`;
}

const METHODS: Readonly<Record<string, string>> = {
  web: 'in a browser',
  device: 'by a code on another device',
  password: 'by a password',
  token: 'by a token of your own',
  mtls: 'by a client certificate',
};

const SENT: Readonly<Record<string, string>> = {
  verified: 'to the verified server only',
  unverified: 'over TLS, to whoever answers (--tls-skip-verify)',
  plaintext: 'unencrypted, on this machine',
};
