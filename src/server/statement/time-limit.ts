/**
 * The time a statement may take, counted only while the engine works on it: a client that reads slowly uses up
 * nobody's limit.
 */
import { GizmoError } from '../../errors.js';

export interface TimeLimit {
  /** Aborted when the time is used up, or with the outer signal's reason. */
  readonly signal: AbortSignal;
  /** Runs the clock while `work` is pending. */
  count<T>(work: () => Promise<T>): Promise<T>;
  /** Detaches from the outer signal. Call it when the statement is over. */
  dispose(): void;
}

/** @param limitMs 0 = no limit */
export function createTimeLimit(outer: AbortSignal, limitMs: number, nowMs: () => number): TimeLimit {
  if (limitMs === 0) return { signal: outer, count: (work) => work(), dispose() {} };
  const controller = new AbortController();
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener('abort', follow, { once: true });
  let leftMs = limitMs;

  return {
    signal: controller.signal,
    async count(work) {
      const startMs = nowMs();
      const timer = setTimeout(() => {
        controller.abort(
          new GizmoError(
            'DEADLINE_EXCEEDED',
            `The statement ran longer than the server's limit of ${limitMs / 1000} s (--query-timeout).`,
          ),
        );
      }, leftMs);
      try {
        return await work();
      } finally {
        clearTimeout(timer);
        leftMs = Math.max(1, leftMs - (nowMs() - startMs));
      }
    },
    dispose: () => outer.removeEventListener('abort', follow),
  };
}
