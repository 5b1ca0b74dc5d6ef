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
  /** For whoever holds the turn: it is given back only once this has settled, too. It must not reject. */
  keepUntil(settled: Promise<void>): void;
  /** Settles when nothing keeps the turn. */
  readonly kept: Promise<void>;
  readonly busy: boolean;
}

export function createSessionQueue(): SessionQueue {
  const waiting: (() => void)[] = [];
  let held = false;
  let wanted: (() => void) | undefined;
  let kept: Promise<void> | undefined;

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
      wanted = undefined;
      if (kept === undefined) free();
      else void kept.then(free);
    };
  }

  function free(): void {
    held = false;
    kept = undefined;
    waiting.shift()?.();
  }

  return {
    keepUntil(settled) {
      kept = kept === undefined ? settled : Promise.all([kept, settled]).then(() => undefined);
    },
    get kept() {
      return kept ?? Promise.resolve();
    },
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
