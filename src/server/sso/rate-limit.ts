/** How often strangers may ask for something costly, by the address they ask from; within a fixed amount of memory. */
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import { networkOf } from '../model/network-of.js';

export interface RateLimit {
  /** Counts one request of `peer` (`address:port`); throws RESOURCE_EXHAUSTED where it is one too many. */
  take(peer: string): void;
}

export interface RateLimitOptions {
  /** Requests that may come at once. */
  readonly burst: number;
  /** Time after which one more is allowed. */
  readonly refillMs: number;
  /** Addresses remembered; the one that was longest quiet is forgotten first. */
  readonly addressesMax: number;
  readonly nowMs: () => number;
}

/** A token bucket for each address; of IPv6 for each network of 64 bits, which one customer has whole. */
export function createRateLimit({ burst, refillMs, addressesMax, nowMs }: RateLimitOptions): RateLimit {
  /** When the bucket of an address is full again; in the order of the last requests. */
  const fullAtMs = new Map<string, number>();
  return {
    take(peer) {
      const address = networkOf(peer);
      const now = nowMs();
      const full = Math.max(now, fullAtMs.get(address) ?? now) + refillMs;
      if (full - now > burst * refillMs) {
        const waitS = Math.ceil((full - now - burst * refillMs) / 1000);
        throw new GizmoError(
          'RESOURCE_EXHAUSTED',
          `Too many logins were begun from your address. Try again in ${waitS} s.`,
        );
      }
      keepLatest(fullAtMs, address, full, addressesMax);
    },
  };
}
