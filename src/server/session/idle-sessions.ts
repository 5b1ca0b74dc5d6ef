/** Sessions without a call: they are ended, and transactions in them rolled back, when their time is up. */
import { GizmoError } from '../../errors.js';
import type { Session } from './session.js';

const SWEEP_INTERVAL_MS_MAX = 30_000;

export interface IdleLimits {
  /** How long a session may be without a call; 0 = for ever. */
  readonly idleTimeoutMs: number;
  /** How long a transaction may be open without a call; 0 = for ever. */
  readonly idleInTransactionTimeoutMs: number;
  readonly nowMs: () => number;
  /** A transaction was rolled back because nobody went on with it. */
  readonly onTransactionExpired?: (session: Session) => void;
}

/**
 * Looks at the sessions four times in the shortest limit, every 30 s at least. Returns what ends that.
 * @param open those that are open, and those that are being opened
 * @param end ends a session whose time is up
 */
export function watchIdleSessions(
  { idleTimeoutMs, idleInTransactionTimeoutMs, nowMs, onTransactionExpired }: IdleLimits,
  open: () => Iterable<Promise<Session>>,
  end: (session: Session, reason: GizmoError) => Promise<void>,
): () => void {
  /** When the sessions were last used whose transactions have been looked at since. */
  const looked = new WeakMap<Session, number>();

  async function sweep(session: Session): Promise<void> {
    const { lastUsedMs, callsInFlight } = session;
    const idleMs = nowMs() - lastUsedMs;
    if (callsInFlight > 0) return;
    if (idleTimeoutMs > 0 && idleMs >= idleTimeoutMs) {
      const reason = new GizmoError(
        'UNAUTHENTICATED',
        `This session ended after ${Math.round(idleTimeoutMs / 1000)} s without a call; its transaction was rolled back and its temporary tables are gone. Log in again.`,
      );
      await end(session, reason);
    } else if (idleInTransactionTimeoutMs > 0 && idleMs >= idleInTransactionTimeoutMs) {
      if (looked.get(session) === lastUsedMs) return;
      looked.set(session, lastUsedMs);
      await expireTransaction(session);
    }
  }

  async function expireTransaction(session: Session): Promise<void> {
    const release = await session.queue.acquire(session.signal);
    try {
      // A call that came first has the transaction; it is idle no more.
      if (nowMs() - session.lastUsedMs < idleInTransactionTimeoutMs) return;
      const expired = await session.engine.expireTransaction(
        new GizmoError(
          'FAILED_PRECONDITION',
          `The transaction was rolled back after ${Math.round(idleInTransactionTimeoutMs / 1000)} s without a statement (--idle-in-transaction-timeout). End it with ROLLBACK and begin again.`,
        ),
      );
      if (expired) onTransactionExpired?.(session);
    } finally {
      release();
    }
  }

  const limits = [idleTimeoutMs, idleInTransactionTimeoutMs].filter((limitMs) => limitMs > 0);
  if (limits.length === 0) return () => undefined;
  const timer = setInterval(
    () => {
      // What fails to open is told to whoever asked for it; what fails to end has ended otherwise.
      for (const opening of open()) void opening.then(sweep).catch(() => undefined);
    },
    Math.min(...limits.map((limitMs) => limitMs / 4), SWEEP_INTERVAL_MS_MAX),
  );
  timer.unref();
  return () => clearInterval(timer);
}
