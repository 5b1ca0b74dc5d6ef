/** Wiring of everything that says who somebody is: the ways in, the tokens of sessions, and how long those last. */
import { availableParallelism } from 'node:os';
import { GizmoError } from '../errors.js';
import { createApiTokenStrategy } from './auth/api-token.js';
import { type Authenticator, createAuthenticator, type Strategy } from './auth/authenticator.js';
import { createFairQueue, type FairQueue, type FairQueueLimits } from './auth/fair-queue.js';
import { createHookStrategy, HOOK_REFUSAL } from './auth/hook.js';
import { createLoginDelay } from './auth/login-delay.js';
import { createPasswordStrategy, type PasswordOptions, WRONG_PASSWORD } from './auth/password.js';
import { createSessionTokens, SESSION_TOKEN_LIFETIME_S, type SessionTokens } from './auth/session-token.js';
import { createStanding, type Standing } from './auth/standing.js';
import { createStartupTokenStrategy, makeStartupToken } from './auth/startup-token.js';
import { createTokenStrategy } from './auth/token.js';
import { settingsId } from './auth/token-claims.js';
import type { ServerConfig } from './config/config.js';
import { type Hooks, makeSessionId } from './hooks/hooks.js';
import { type Accounts, nameKey } from './model/account.js';
import type { Principal } from './model/principal.js';
import type { PlannedEnd } from './session/session-ends.js';
import type { NamedSession, SessionRegistry } from './session/session-registry.js';
import type { Ender } from './state/ended-sessions.js';
import type { State } from './state/open-state.js';
import type { OwnFamily } from './statement/own/own-statement.js';
import { tokensFamily } from './statement/own/tokens.js';
import { usersFamily } from './statement/own/users.js';
import type { Logger } from './telemetry/logger.js';

export interface Logins {
  readonly authenticator: Authenticator;
  readonly standing: Standing;
  readonly hashing: FairQueue;
  readonly sessionTokens: SessionTokens;
  /** Made because no other way in is configured; undefined otherwise. */
  readonly startupToken: string | undefined;
  /** The administrator's token, made or given. */
  readonly serverToken: string | undefined;
  /** Whether there is somebody beside the configured administrator who comes in by name and password. */
  hasPasswords(): boolean;
  /** Whether the session was ended for good, also before this server was started, or its user suspended since its token was made. */
  wasEnded(named: NamedSession): boolean;
  /** Keeps that a session was ended for good for as long as a token of it may be shown. */
  rememberEnd(session: string, by: Ender): Promise<void>;
  /** Ends for good what opens with a session token that this name has had until now, also where it is not open. */
  endTokensOf(name: string): Promise<void>;
  /** When a session has to end that began at `startedMs`; undefined: never. */
  endOf(principal: Principal, startedMs: number): PlannedEnd | undefined;
}

/** Checks of passwords, and those of the operator's function, that run and that wait. */
const CHECKS: FairQueueLimits = {
  // Statements need the other half of the machine.
  atOnce: Math.max(1, Math.floor(availableParallelism() / 2)),
  waitingEachMax: 64,
  waitingAddressMax: 512,
  waitingMax: 10_000,
};

/** Throws GizmoError USAGE where a stored user has the name of the configured administrator. */
export function createLogins(
  config: ServerConfig,
  { accounts, endedSessions, secretKey }: Pick<State, 'accounts' | 'endedSessions' | 'secretKey'>,
  { log, nowMs, hooks }: { readonly log: Logger; readonly nowMs: () => number; readonly hooks: Hooks },
): Logins {
  const { ways, username } = config;
  const serverToken = config.serverToken ?? (ways.startupToken ? makeStartupToken() : undefined);
  const administrators = administratorsOf(config, serverToken);
  const administrator = administrators.length === 0 ? undefined : username;
  if (administrator !== undefined) assertNoUser(accounts, administrator);
  const isHookOn = () => hooks.name('authentication') !== undefined;
  const standing = createStanding(
    accounts,
    administrator,
    nowMs,
    () => (isHookOn() ? config.hooks.role : undefined),
    ways.token && config.token !== undefined ? settingsId(config.token) : undefined,
  );
  const delay = createLoginDelay(nowMs);
  const hashing = createFairQueue(CHECKS);
  const strategies: (Strategy | false)[] = [
    // Tokens first: the name `token` is no user's. A token of our own is no JWT.
    serverToken !== undefined && createStartupTokenStrategy(username, serverToken),
    ways.apiTokens && createApiTokenStrategy(accounts, standing),
    config.token !== undefined &&
      createTokenStrategy(config.token, nowMs, (reason) =>
        log.error('the keys of the token issuer cannot be had', { kind: 'authentication', reason }),
      ),
    createHookStrategy({
      role: config.hooks.role,
      delay,
      asking: createFairQueue(CHECKS),
      isOn: isHookOn,
      isTaken: (name) =>
        nameKey(name) === nameKey(username) ||
        accounts.users().some((it) => nameKey(it.name) === nameKey(name)),
      makeSessionId,
      admit: hooks.authenticate,
    }),
    createPasswordStrategy({
      administrators,
      accounts: ways.users ? accounts : undefined,
      // Which names are users of the server's own is not to be read from a refusal.
      refusal: () => (isHookOn() ? HOOK_REFUSAL : WRONG_PASSWORD),
      delay,
      hashing,
    }),
  ];
  return {
    authenticator: createAuthenticator(strategies.filter((it) => it !== false)),
    standing,
    hashing,
    sessionTokens: createSessionTokens(
      config.secretKey ?? secretKey,
      nowMs,
      // A changed password ends the tokens of before, as the guide promises, and so does another administrator's token.
      [username, config.password ?? '', ...(serverToken === undefined ? [] : [serverToken])],
    ),
    serverToken,
    startupToken: config.serverToken === undefined ? serverToken : undefined,
    wasEnded: ({ id, user, issuedAtS }) =>
      endedSessions.has(id) ||
      (issuedAtS + SESSION_TOKEN_LIFETIME_S) * 1000 <= endedSessions.expiresMs(tokensOf(user)),
    rememberEnd: (session, by) => endedSessions.add(session, nowMs() + SESSION_TOKEN_LIFETIME_S * 1000, by),
    endTokensOf: (name) =>
      endedSessions.add(tokensOf(name), nowMs() + SESSION_TOKEN_LIFETIME_S * 1000, 'administrator'),
    hasPasswords: () =>
      isHookOn() || (ways.users && accounts.users().some(({ password }) => password !== undefined)),
    endOf: (principal, startedMs) => endOf(config, principal, startedMs),
  };
}

/** Under which the last suspension of a name is kept; no session's id has a blank in it. */
function tokensOf(name: string): string {
  return `tokens of ${nameKey(name)}`;
}

/** The statements that manage who may come in. */
export function accountStatements(
  { username: administrator }: ServerConfig,
  { accounts, grants, policies }: Pick<State, 'accounts' | 'grants' | 'policies'>,
  { standing, hashing, endTokensOf }: Logins,
  nowMs: () => number,
  endWhere: SessionRegistry['endWhere'],
): OwnFamily[] {
  const management = {
    accounts,
    grants,
    policies,
    standing,
    hashing,
    administrator,
    nowMs,
    sessions: { endWhere, endTokensOf },
  };
  return [usersFamily(management), tokensFamily(management)];
}

function administratorsOf(
  { ways, username, password }: ServerConfig,
  serverToken: string | undefined,
): PasswordOptions['administrators'] {
  return [
    ...(ways.password && password !== undefined
      ? [{ username, secret: password, method: 'password' as const }]
      : []),
    ...(serverToken === undefined
      ? []
      : [{ username, secret: serverToken, method: 'startup-token' as const }]),
  ];
}

function assertNoUser(accounts: Accounts, administrator: string): void {
  const same = accounts.users().find(({ name }) => nameKey(name) === nameKey(administrator));
  if (same === undefined) return;
  throw new GizmoError(
    'USAGE',
    `There is a user ${JSON.stringify(same.name)} in the server's state, and the administrator cannot have the same name. Name another administrator with --username.`,
  );
}

function endOf(
  { sessionMaxLifetimeMs, sessionFollowsToken }: ServerConfig,
  { origin }: Principal,
  startedMs: number,
): PlannedEnd | undefined {
  const ends: PlannedEnd[] = [];
  if (sessionMaxLifetimeMs > 0) {
    ends.push({
      atMs: startedMs + sessionMaxLifetimeMs,
      reason: new GizmoError(
        'UNAUTHENTICATED',
        `This session has lasted ${sessionMaxLifetimeMs / 1000} s, the most that this server allows (--session-max-lifetime). Log in again.`,
      ),
    });
  }
  if (sessionFollowsToken && origin?.kind === 'issued') {
    ends.push({
      atMs: origin.expiresAtS * 1000,
      reason: new GizmoError(
        'UNAUTHENTICATED',
        'This session ended with the token that it was opened with (--session-follow-token). Log in with a fresh one.',
      ),
    });
  }
  return ends.sort((one, other) => one.atMs - other.atMs)[0];
}
