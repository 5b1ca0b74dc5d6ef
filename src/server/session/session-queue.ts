/**
 * One operation at a time: a session's engine connection can serve a single statement, and anything else done
 * on it meanwhile would silently end that statement's stream. Waiters are served in order of arrival.
 */
import { GizmoError } from '../../errors.js';

/** More waiting calls than this in one session is a client gone wrong. */
const WAITERS_MAX = 1024;

export interface SessionQueue {
  /** Resolves with the release function once the session is free; rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void>;
  /**
   * For whoever holds the turn and may be slow with it: calls back once, as soon as somebody waits, or never when
   * the turn is given back before.
   */
  onWanted(callback: () => void): void;
  readonly busy: boolean;
}

export function createSessionQueue(): SessionQueue {
  const waiting: (() => void)[] = [];
  let held = false;
  let wanted: (() => void) | undefined;

  function tellHolder(): void {
    const callback = wanted;
    wanted = undefined;
    callback?.();
  }

  function grant(): () => void {
    held = true;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      held = false;
      wanted = undefined;
      waiting.shift()?.();
    };
  }

  return {
    get busy() {
      return held;
    },
    onWanted(callback) {
      wanted = callback;
      if (waiting.length > 0) tellHolder();
    },
    acquire(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (!held) return Promise.resolve(grant());
      if (waiting.length >= WAITERS_MAX) {
        return Promise.reject(
          new GizmoError('RESOURCE_EXHAUSTED', `More than ${WAITERS_MAX} statements wait in this session.`),
        );
      }
      return new Promise((resolve, reject) => {
        const turn = () => {
          signal.removeEventListener('abort', leave);
          resolve(grant());
        };
        const leave = () => {
          waiting.splice(waiting.indexOf(turn), 1);
          reject(signal.reason);
        };
        waiting.push(turn);
        signal.addEventListener('abort', leave, { once: true });
        tellHolder();
      });
    },
  };
}
