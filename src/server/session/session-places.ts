/** How many sessions there may be, in all and of one user, so that nobody takes the places of everybody. */
import { GizmoError } from '../../errors.js';
import type { Principal } from '../model/principal.js';

export interface SessionPlacesOptions {
  /** 0 = no limit. Administrators have {@link ADMINISTRATORS_MORE} beyond it. */
  readonly sessionsMax: number;
  /** Of one user who is no administrator; 0 = no limit. */
  readonly sessionsPerUserMax: number;
}

export interface SessionPlaces {
  /**
   * Takes a place for a session of `principal`; the answer gives it back, once. Throws UNAVAILABLE where the server
   * has no more, RESOURCE_EXHAUSTED where its user has none.
   */
  take(principal: Principal): () => void;
}

/** Places that are left when all others are taken, for somebody to see and end the sessions that take them. */
const ADMINISTRATORS_MORE = 8;

export function createSessionPlaces({
  sessionsMax,
  sessionsPerUserMax,
}: SessionPlacesOptions): SessionPlaces {
  let taken = 0;
  const ofUser = new Map<string, number>();

  return {
    take(principal) {
      const most = sessionsMax + (principal.role === 'admin' ? ADMINISTRATORS_MORE : 0);
      if (sessionsMax > 0 && taken >= most) {
        throw new GizmoError(
          'UNAVAILABLE',
          `The server has reached its limit of ${sessionsMax} sessions (--max-sessions). Try again later.`,
        );
      }
      const user = userOf(principal);
      const before = ofUser.get(user) ?? 0;
      if (sessionsPerUserMax > 0 && principal.role !== 'admin' && before >= sessionsPerUserMax) {
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `${principal.name} has ${before} sessions, and one user may have no more (--max-sessions-per-user). Close one first.`,
        );
      }
      taken += 1;
      ofUser.set(user, before + 1);
      let isTaken = true;
      return () => {
        if (!isTaken) return;
        isTaken = false;
        taken -= 1;
        const left = (ofUser.get(user) ?? 1) - 1;
        if (left > 0) ofUser.set(user, left);
        else ofUser.delete(user);
      };
    },
  };
}

/** By name, whatever they may do in each session. Those whom the operator's function admits choose their names: they share one. */
export function userOf({ name, origin }: Principal): string {
  return origin?.kind === 'hook' ? 'hook' : `name ${name}`;
}
