/**
 * How many statements the engine works on at once. Those that have to wait are served in turn by user, so that
 * somebody who sends a thousand delays himself and nobody else; what has begun goes before what has not.
 */
import { GizmoError } from '../../errors.js';

export interface Slots {
  /**
   * Takes a place: at once (the function that gives it back) or when the promise resolves. Rejects with the signal's
   * reason, and with UNAVAILABLE where too many wait or the wait was too long.
   * @param begun the statement runs already, and wants to go on: it waits as long as it takes
   */
  enter(user: string, signal: AbortSignal, begun: boolean): Release | Promise<Release>;
  /** How many wait. */
  readonly waiting: number;
}

export type Release = () => void;

export interface SlotLimits {
  /** Statements at work; 0 = no limit. */
  concurrent(): number;
  /** Statements that wait; -1 = eight times as many as may run, 0 = no limit. */
  queued(): number;
  /** Milliseconds; 0 = for ever. */
  waitMs(): number;
}

interface Waiter {
  readonly go: () => void;
}

export function createSlots(limits: SlotLimits): Slots {
  let taken = 0;
  let waiting = 0;
  /** What has begun, in order. */
  const begunOnes = new Set<Waiter>();
  /** By user, in the order in which their turn comes. */
  const queues = new Map<string, Set<Waiter>>();

  function release(): Release {
    taken++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      taken--;
      serve();
    };
  }

  function serve(): void {
    while (waiting > 0 && isFree()) next()?.go();
  }

  const isFree = () => limits.concurrent() === 0 || taken < limits.concurrent();

  function next(): Waiter | undefined {
    const [begun] = begunOnes;
    if (begun !== undefined) return begun;
    for (const [user, queue] of queues) {
      const [first] = queue;
      // Behind the others with what is left.
      queues.delete(user);
      queues.set(user, queue);
      if (first !== undefined) return first;
    }
    return undefined;
  }

  function assertRoom(): void {
    const most = limits.queued();
    const max = most === -1 ? limits.concurrent() * 8 : most;
    if (max === 0 || waiting < max) return;
    throw new GizmoError(
      'UNAVAILABLE',
      `The server works on ${counted(limits.concurrent())}, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'} already (--max-queued-statements). Try again later.`,
    );
  }

  function wait(user: string, signal: AbortSignal, begun: boolean): Promise<Release> {
    const queue = begun ? begunOnes : (queues.get(user) ?? new Set());
    if (!begun) queues.set(user, queue);
    return new Promise((resolve, reject) => {
      const waitMs = begun ? 0 : limits.waitMs();
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        queue.delete(waiter);
        if (queue.size === 0 && queue !== begunOnes && queues.get(user) === queue) queues.delete(user);
        waiting--;
      };
      const waiter: Waiter = {
        go() {
          leave();
          resolve(release());
        },
      };
      const giveUp = () => {
        leave();
        reject(signal.reason);
      };
      const timer =
        waitMs === 0
          ? undefined
          : setTimeout(() => {
              leave();
              reject(waitedTooLong(waitMs));
            }, waitMs);
      queue.add(waiter);
      waiting++;
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  return {
    get waiting() {
      return waiting;
    },
    enter(user, signal, begun) {
      if (isFree() && waiting === 0) return release();
      if (signal.aborted) return Promise.reject(signal.reason);
      if (isFree() && begun) return release();
      if (!begun) assertRoom();
      const entered = wait(user, signal, begun);
      // The limit may have been raised since anybody was served.
      serve();
      return entered;
    },
  };
}

function waitedTooLong(waitMs: number): GizmoError {
  return new GizmoError(
    'UNAVAILABLE',
    `The statement waited ${waitMs / 1000} s for others to end (--max-queue-wait) and was not begun. Try again later.`,
  );
}

function counted(statements: number): string {
  return statements === 1 ? '1 statement' : `${statements} statements`;
}
