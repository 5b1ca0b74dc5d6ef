/**
 * How long a password has to wait before it is looked at, right or wrong: longer with each failure of the same name
 * from the same address, and a little after failures of the name from elsewhere, unless this address has shown the
 * right one before. Nobody is ever locked out, and whoever does not come with a password is never slowed.
 */
import { setTimeout } from 'node:timers/promises';
import { GizmoError } from '../../errors.js';
import { keepLatest } from '../../keep-latest.js';
import { nameKey } from '../model/account.js';

export interface LoginDelay {
  /** Whether the name has been shown to be right from this address before. */
  knows(address: string, name: string): boolean;
  /** Milliseconds that would have to be waited now. */
  of(address: string, name: string): number;
  /** Waits so long. Throws UNAVAILABLE where too many wait already, for this name from this address or in all. */
  wait(address: string, name: string): Promise<void>;
  failed(address: string, name: string): void;
  succeeded(address: string, name: string): void;
}

/** Nobody is slowed for so many slips. */
const FREE_FAILURES = 3;
const FIRST_MS = 250;
/** Of a name from one address; and of a name from anywhere. */
const MAX_MS = 10_000;
const EVERYWHERE_MAX_MS = 2000;
/** Failures are forgotten after this without another one. */
const FORGET_MS = 15 * 60 * 1000;
/** Names and addresses that are remembered; the ones that have been quiet longest make room. */
const ENTRIES_MAX = 10_000;

/** Of one name from one address. */
const WAITING_EACH_MAX = 16;

interface Failures {
  count: number;
  lastMs: number;
}

/** Nothing of it has to be stopped. */
export function createLoginDelay(
  nowMs: () => number,
  sleep: (delayMs: number) => Promise<unknown> = setTimeout,
): LoginDelay {
  const here = new Map<string, Failures>();
  const everywhere = new Map<string, Failures>();
  const known = new Map<string, true>();
  const waiting = new Map<string, number>();

  function countOf(failures: Map<string, Failures>, key: string): number {
    const found = failures.get(key);
    return found === undefined || nowMs() - found.lastMs > FORGET_MS ? 0 : found.count;
  }

  function add(failures: Map<string, Failures>, key: string): void {
    keepLatest(failures, key, { count: countOf(failures, key) + 1, lastMs: nowMs() }, ENTRIES_MAX);
  }

  function knows(address: string, name: string): boolean {
    return known.has(keyOf(address, name));
  }

  function delayOf(address: string, name: string): number {
    const fromHere = delayAfter(countOf(here, keyOf(address, name)), MAX_MS);
    const fromAnywhere = knows(address, name)
      ? 0
      : delayAfter(countOf(everywhere, nameKey(name)), EVERYWHERE_MAX_MS);
    return Math.max(fromHere, fromAnywhere);
  }

  return {
    knows,
    of: delayOf,
    async wait(address, name) {
      const delayMs = delayOf(address, name);
      if (delayMs === 0) return;
      const key = keyOf(address, name);
      const before = waiting.get(key) ?? 0;
      if (before >= WAITING_EACH_MAX || waiting.size >= ENTRIES_MAX) throw tooMany();
      waiting.set(key, before + 1);
      await sleep(delayMs);
      const now = (waiting.get(key) ?? 1) - 1;
      if (now > 0) waiting.set(key, now);
      else waiting.delete(key);
    },
    failed(address, name) {
      add(here, keyOf(address, name));
      add(everywhere, nameKey(name));
    },
    succeeded(address, name) {
      const key = keyOf(address, name);
      here.delete(key);
      keepLatest(known, key, true, ENTRIES_MAX);
    },
  };
}

function delayAfter(failures: number, maxMs: number): number {
  const over = failures - FREE_FAILURES;
  return over < 0 ? 0 : Math.min(maxMs, FIRST_MS * 2 ** Math.min(over, 20));
}

function keyOf(address: string, name: string): string {
  return `${address}\0${nameKey(name)}`;
}

function tooMany(): GizmoError {
  return new GizmoError(
    'UNAVAILABLE',
    'Too many logins of this user wait after failed ones. Try again in a moment.',
  );
}
