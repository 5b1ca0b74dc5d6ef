/** Sessions that end at a time that is known in advance, whatever runs in them. */
import type { GizmoError } from '../../errors.js';
import type { Session } from './session.js';

/** When, in milliseconds since the epoch, and what is then said. */
export interface PlannedEnd {
  readonly atMs: number;
  readonly reason: GizmoError;
}

export interface SessionEnds {
  /** Plans the end of a session. A later end takes the place of an earlier one, never the other way round. */
  plan(session: Session, end: PlannedEnd): void;
  /** The end that has come and perhaps not been carried out yet. */
  due(session: Session): PlannedEnd | undefined;
}

/** What a timer of Node can wait for at most. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** @param carryOut ends the session */
export function createSessionEnds(
  nowMs: () => number,
  carryOut: (session: Session, reason: GizmoError) => void,
): SessionEnds {
  const planned = new WeakMap<Session, { end: PlannedEnd; timer: NodeJS.Timeout }>();

  function wait(session: Session, end: PlannedEnd): NodeJS.Timeout {
    const timer = setTimeout(
      () => {
        if (nowMs() >= end.atMs) carryOut(session, end.reason);
        else planned.set(session, { end, timer: wait(session, end) });
      },
      Math.min(TIMER_MS_MAX, Math.max(1, end.atMs - nowMs())),
    );
    return timer.unref();
  }

  return {
    plan(session, end) {
      const before = planned.get(session);
      if (before !== undefined && before.end.atMs >= end.atMs) return;
      clearTimeout(before?.timer);
      planned.set(session, { end, timer: wait(session, end) });
      if (before === undefined) session.onEnd(() => clearTimeout(planned.get(session)?.timer));
    },
    due(session) {
      const end = planned.get(session)?.end;
      return end !== undefined && nowMs() >= end.atMs ? end : undefined;
    },
  };
}
