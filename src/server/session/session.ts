/** A session: one principal's state on the server, with an engine connection of its own. */
import { GizmoError } from '../../errors.js';
import { LightAbort } from '../../flight/light-abort.js';
import type { EngineSession } from '../engine/engine.js';
import type { Principal } from '../model/principal.js';
import { createSessionQueue, type SessionQueue } from './session-queue.js';
import type { SessionTransaction } from './session-transaction.js';

export interface Session {
  readonly id: string;
  readonly principal: Principal;
  readonly peer: string;
  /** Common name of the client certificate on the connection that opened it. */
  readonly peerIdentity: string | undefined;
  readonly engine: EngineSession;
  readonly queue: SessionQueue;
  /** What was begun by action and not ended by one. Read and written by whoever has the turn. */
  transaction: SessionTransaction | undefined;
  /** What the client calls its session and its statements, for the log. */
  readonly tags: { session: string | undefined; query: string | undefined };
  /** Aborted when the session ends; its reason is the GizmoError that running calls fail with. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Milliseconds since the epoch of the last call's start or end. */
  readonly lastUsedMs: number;
  readonly callsInFlight: number;
  /** Marks a call's start; the returned function marks its end. */
  enter(): () => void;
  /** Calls back when the session ends, before its engine connection is closed. */
  onEnd(callback: () => void): void;
  /** Ends it: running calls fail with `reason`, the transaction is rolled back, everything is freed. */
  end(reason: GizmoError): Promise<void>;
}

export interface SessionOptions {
  readonly id: string;
  readonly principal: Principal;
  readonly peer: string;
  readonly peerIdentity?: string | undefined;
  readonly engine: EngineSession;
  readonly nowMs: () => number;
}

export function createSession(options: SessionOptions): Session {
  const { id, principal, peer, peerIdentity, engine, nowMs } = options;
  // Every call of the session listens to it.
  const controller = new LightAbort();
  const callbacks: (() => void)[] = [];
  const startedMs = nowMs();
  let lastUsedMs = startedMs;
  let callsInFlight = 0;
  let ending: Promise<void> | undefined;

  return {
    id,
    principal,
    peer,
    peerIdentity,
    engine,
    queue: createSessionQueue(),
    transaction: undefined,
    tags: { session: undefined, query: undefined },
    signal: controller.signal,
    startedMs,
    get lastUsedMs() {
      return lastUsedMs;
    },
    get callsInFlight() {
      return callsInFlight;
    },
    enter() {
      if (controller.signal.aborted) throw controller.signal.reason;
      callsInFlight++;
      lastUsedMs = nowMs();
      let left = false;
      return () => {
        if (left) return;
        left = true;
        callsInFlight--;
        lastUsedMs = nowMs();
      };
    },
    onEnd(callback) {
      if (controller.signal.aborted) callback();
      else callbacks.push(callback);
    },
    end(reason) {
      ending ??= (async () => {
        controller.abort(reason);
        for (const callback of callbacks) callback();
        await engine.close();
      })();
      return ending;
    },
  };
}

/** Why calls of a closed session fail. */
export function sessionClosed(): GizmoError {
  return new GizmoError('UNAUTHENTICATED', 'This session has ended. Log in again to start a new one.');
}
