/** How many statements one user may begin in a second: a bucket that fills steadily and holds one second's worth. */
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import type { Session } from '../session/session.js';

export interface Rate {
  /** Throws RESOURCE_EXHAUSTED where the session's user is too fast. */
  take(session: Session): void;
  /** Counts more statements that came with the one that was taken: what comes next has to wait for them. */
  owe(session: Session, statements: number): void;
}

interface Bucket {
  statements: number;
  filledMs: number;
}

/** Whoever has not begun anything for a second has a full bucket, which need not be remembered. */
const BUCKETS_MAX = 10_000;

/** @param perSecond 0 = no limit */
export function createRate(perSecond: () => number, nowMs: () => number): Rate {
  const buckets = new Map<string, Bucket>();

  return {
    take({ principal }) {
      const max = perSecond();
      if (max === 0 || principal.method === 'operator') return;
      const now = nowMs();
      const bucket = buckets.get(principal.name) ?? { statements: max, filledMs: now };
      bucket.statements = Math.min(max, bucket.statements + ((now - bucket.filledMs) / 1000) * max);
      bucket.filledMs = now;
      keepLatest(buckets, principal.name, bucket, BUCKETS_MAX);
      if (bucket.statements < 1) {
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `More than ${max} statements a second (--max-statements-per-second). Slow down.`,
        );
      }
      bucket.statements -= 1;
    },

    owe({ principal }, statements) {
      const bucket = principal.method === 'operator' ? undefined : buckets.get(principal.name);
      if (bucket !== undefined && perSecond() > 0) bucket.statements -= statements;
    },
  };
}
