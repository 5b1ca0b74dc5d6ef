/**
 * All sessions of the server. Which session a call belongs to: the one its session token or cookie names, else
 * one per transport connection and principal. Never one per bearer string (the connections of a pool would
 * share transactions and temporary tables), never one per peer address.
 */
import { GizmoError, toGizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import type { EngineSession } from '../engine/engine.js';
import type { Connection } from '../model/connection.js';
import { identityOf, type Principal } from '../model/principal.js';
import { type IdleLimits, watchIdleSessions } from './idle-sessions.js';
import { createSession, type Session, sessionClosed } from './session.js';
import { createSessionEnds, type PlannedEnd } from './session-ends.js';
import type { SessionPlaces } from './session-places.js';

/** Ids of ended sessions that are remembered, so that a stale token is told so instead of losing state silently. */
const ENDED_MAX = 10_000;

export interface SessionRegistryOptions extends IdleLimits {
  readonly openEngineSession: (principal: Principal, id: string) => Promise<EngineSession>;
  /** Throws where the principal may not call any more; asked once more when a session of theirs has been opened. */
  readonly assertStanding?: (principal: Principal) => void;
  /** When a session has to end, whatever it does; undefined: never. `startedMs` is when its person logged in. */
  readonly endOf?: (principal: Principal, startedMs: number) => PlannedEnd | undefined;
  /** Whether the session was ended for good, also before the server was started. */
  readonly wasEnded?: (named: NamedSession) => boolean;
  /** Resolves when it outlives the server that the session was ended for good, by whom. */
  readonly rememberEnd?: (id: string, by: 'administrator' | 'owner') => Promise<void>;
  readonly places: SessionPlaces;
  readonly makeId: () => string;
  readonly onOpened?: (session: Session) => void;
  readonly onEnded?: (session: Session, how: SessionEnd) => void;
}

/** What ended a session. */
export type SessionEnd =
  | 'closed'
  | 'disconnected'
  | 'refused'
  | 'idle'
  | 'expired'
  | 'revoked'
  | 'killed'
  | 'shutdown';

/** What a session token says of its session. */
export interface NamedSession {
  readonly id: string;
  readonly user: string;
  /** Seconds since the epoch. */
  readonly issuedAtS: number;
  readonly expiresAtS: number;
}

export interface SessionRegistry {
  /** The session that a session token or cookie names, opened if it is not yet. */
  named(named: NamedSession, principal: Principal, connection: Connection): Promise<Session>;
  /** The session of a connection whose calls carry another credential each time. */
  ofConnection(connection: Connection, principal: Principal): Promise<Session>;
  /** The named session if it is open; never opens one. */
  find(id: string): Promise<Session | undefined>;
  /** The connection's session if it is open; never opens one. */
  findOfConnection(connection: Connection, principal: Principal): Promise<Session | undefined>;
  /** Those that are open, in the order in which they were opened. */
  list(): readonly Session[];
  /** Throws UNAUTHENTICATED where a session token names a session that has ended, or can be opened no more. */
  assertAlive(named: NamedSession): void;
  end(session: Session, how: SessionEnd, reason?: GizmoError): Promise<void>;
  /** Ends a session that a token names, open or not, so that the token opens nothing any more. */
  close(id: string): Promise<void>;
  /**
   * Ends every session for which there is a reason, also of those that are just being opened, and what runs in them
   * fails with it. Resolves when none of them runs anything any more.
   */
  endWhere(reasonFor: (session: Session) => GizmoError | undefined): Promise<void>;
  endAll(reason: GizmoError): Promise<void>;
  readonly size: number;
}

export function createSessionRegistry(options: SessionRegistryOptions): SessionRegistry {
  const { places, nowMs } = options;
  const open = new Map<string, Promise<Session>>();
  const sessions = new Set<Session>();
  const ended = new Map<string, GizmoError>();
  const kills = new WeakSet<Session>();
  /** Of connections that carry no session's name: whose session was killed gets no other one over the same. */
  const killed = new WeakMap<Connection, Map<string, GizmoError>>();
  const ofConnection = new WeakMap<Connection, Map<string, string>>();

  const stopWatching = watchIdleSessions(
    options,
    () => open.values(),
    (session, reason) => registry.end(session, 'idle', reason),
  );
  const ends = createSessionEnds(nowMs, (session, reason) => void registry.end(session, 'expired', reason));

  /** Plans its end anew for what it is now called with, and refuses it where that has come. */
  function followEnd(session: Session, principal: Principal, startedMs: number): void {
    const end = options.endOf?.(principal, startedMs);
    if (end !== undefined) ends.plan(session, end);
    const due = ends.due(session);
    if (due === undefined) return;
    void registry.end(session, 'expired', due.reason);
    throw due.reason;
  }

  function start(
    id: string,
    principal: Principal,
    connection: Connection,
    startedMs = nowMs(),
  ): Promise<Session> {
    const leave = places.take(principal);
    const opening = (async () => {
      const engine = await options.openEngineSession(principal, id);
      const { peer, certificate } = connection;
      const peerIdentity = certificate?.commonName;
      const session = createSession({ id, principal, peer, peerIdentity, engine, nowMs });
      try {
        // Whoever was suspended meanwhile was not found by endWhere, or is now.
        options.assertStanding?.(principal);
        followEnd(session, principal, startedMs);
      } catch (error) {
        await session.end(toGizmoError(error));
        throw error;
      }
      sessions.add(session);
      session.onEnd(() => {
        sessions.delete(session);
        leave();
      });
      endWhenRefused(session, connection);
      options.onOpened?.(session);
      return session;
    })();
    open.set(id, opening);
    opening.catch(() => {
      open.delete(id);
      leave();
    });
    return opening;
  }

  function noteEnd(id: string, reason: GizmoError): void {
    keepLatest(ended, id, reason, ENDED_MAX);
  }

  function noteKill(session: Session, connection: Connection, who: string): void {
    session.onEnd(() => {
      if (!kills.has(session)) return;
      const reasons = killed.get(connection) ?? new Map<string, GizmoError>();
      killed.set(connection, reasons.set(who, session.signal.reason));
    });
  }

  /** A certificate that is accepted no longer takes with it what was begun over its connection. */
  function endWhenRefused(session: Session, { refused }: Connection): void {
    if (refused === undefined) return;
    const end = () => void registry.end(session, 'refused', refused.reason);
    refused.addEventListener('abort', end, { once: true });
    session.onEnd(() => refused.removeEventListener('abort', end));
    if (refused.aborted) end();
  }

  const registry: SessionRegistry = {
    async named(named, principal, connection) {
      const { id, issuedAtS, expiresAtS } = named;
      const reason = ended.get(id);
      if (reason !== undefined) throw reason;
      const pending = open.get(id);
      if (pending === undefined) {
        if (options.wasEnded?.(named) === true) throw sessionClosed();
        if (nowMs() / 1000 >= expiresAtS) throw tokenExpired();
        return start(id, principal, connection, issuedAtS * 1000);
      }
      const existing = await pending;
      // Also where a role was changed since: the session would go on with the old one.
      if (identityOf(existing.principal) !== identityOf(principal)) throw sessionClosed();
      followEnd(existing, principal, issuedAtS * 1000);
      return existing;
    },

    async ofConnection(connection, principal) {
      let ids = ofConnection.get(connection);
      if (ids === undefined) {
        ids = new Map();
        ofConnection.set(connection, ids);
      }
      const who = identityOf(principal);
      const reason = killed.get(connection)?.get(who);
      if (reason !== undefined) throw reason;
      const known = ids.get(who);
      const existing = known === undefined ? undefined : open.get(known);
      if (existing !== undefined) {
        const session = await existing;
        followEnd(session, principal, session.startedMs);
        return session;
      }
      const { origin } = principal;
      const id = origin?.kind === 'hook' ? origin.sessionId : options.makeId();
      const opening = start(id, principal, connection);
      ids.set(who, id);
      opening.then((session) => noteKill(session, connection, who), ignoreFailedOpening);
      const forget = connection.onClose(() => {
        opening.then((session) => registry.end(session, 'disconnected')).catch(ignoreFailedOpening);
      });
      opening.then((session) => session.onEnd(forget), forget);
      return opening;
    },

    find: async (id) => open.get(id),

    list: () => [...sessions],

    findOfConnection(connection, principal) {
      const id = ofConnection.get(connection)?.get(identityOf(principal));
      return Promise.resolve(id === undefined ? undefined : open.get(id));
    },

    assertAlive(named) {
      const { id, expiresAtS } = named;
      const reason = ended.get(id);
      if (reason !== undefined) throw reason;
      if (open.has(id)) return;
      if (options.wasEnded?.(named) === true) throw sessionClosed();
      if (nowMs() / 1000 >= expiresAtS) throw tokenExpired();
    },

    async end(session, how, reason = sessionClosed()) {
      if (how === 'killed') kills.add(session);
      if (!open.delete(session.id)) return session.end(reason);
      // What ended it may be over when somebody comes back: a suspension, a role of before.
      noteEnd(session.id, how === 'revoked' ? sessionClosed() : reason);
      options.onEnded?.(session, how);
      await session.end(reason);
    },

    async close(id) {
      const pending = open.get(id);
      // What cannot be written is known to this server all the same.
      const remembered = options.rememberEnd?.(id, 'owner').catch(() => undefined);
      if (pending === undefined) noteEnd(id, sessionClosed());
      else await registry.end(await pending, 'closed');
      await remembered;
    },

    async endWhere(reasonFor) {
      const ending = [...open.values()].map(async (opening) => {
        const session = await opening;
        const reason = reasonFor(session);
        if (reason === undefined) return;
        const remembered = options.rememberEnd?.(session.id, 'administrator');
        await registry.end(session, 'revoked', reason);
        await remembered;
      });
      await Promise.allSettled(ending);
    },

    async endAll(reason) {
      stopWatching();
      const sessions = await Promise.allSettled(open.values());
      await Promise.allSettled(
        sessions.map((it) =>
          it.status === 'fulfilled' ? registry.end(it.value, 'shutdown', reason) : undefined,
        ),
      );
    },

    get size() {
      return open.size;
    },
  };
  return registry;
}

function tokenExpired(): GizmoError {
  return new GizmoError('UNAUTHENTICATED', 'The session token has expired. Log in again.');
}

/** Whoever asked for the session gets the error; a closed connection has nothing left to do. */
function ignoreFailedOpening(): void {}
