/**
 * A few at a time, and nobody before his turn: work waits in a queue of its own for each address and, inside that,
 * for each name, and the queues are served in turn. A flood for one name holds up that name; one from one address,
 * that address.
 */
import { GizmoError } from '../../errors.js';

export interface FairQueue {
  /**
   * Runs `work` when its turn has come. Throws UNAVAILABLE where too much waits already, and the reason of `signal`
   * when that aborts first: who has gone away leaves his place to others.
   */
  run<T>(address: string, name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface FairQueueLimits {
  /** How many run at once. */
  readonly atOnce: number;
  /** How many may wait for one name from one address. */
  readonly waitingEachMax: number;
  /** How many may wait from one address, whatever the names: the others must find a place. */
  readonly waitingAddressMax: number;
  /** How many may wait in all. */
  readonly waitingMax: number;
}

/** Makes one; nothing of it has to be stopped. */
export function createFairQueue(limits: FairQueueLimits): FairQueue {
  const addresses = new Map<string, Map<string, Waiter[]>>();
  let running = 0;
  let waiting = 0;

  function wait(address: string, name: string, signal: AbortSignal | undefined): Promise<void> {
    const names = addresses.get(address) ?? new Map<string, Waiter[]>();
    const queue = names.get(name) ?? [];
    const ofAddress = [...names.values()].reduce((sum, { length }) => sum + length, 0);
    if (queue.length >= limits.waitingEachMax || ofAddress >= limits.waitingAddressMax) throw tooMany();
    if (waiting >= limits.waitingMax) throw tooMany();
    addresses.set(address, names.set(name, queue));
    waiting++;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        queue.splice(queue.indexOf(waiter), 1);
        waiting--;
        if (queue.length === 0) names.delete(name);
        if (names.size === 0) addresses.delete(address);
        reject(signal?.reason);
      };
      queue.push(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  /** The first of the queue whose turn it is; that queue goes behind the others. */
  function next(): Waiter | undefined {
    const [address, names] = addresses.entries().next().value ?? [];
    const [name, queue] = names?.entries().next().value ?? [];
    const first = queue?.shift();
    if (address === undefined || names === undefined || name === undefined || queue === undefined)
      return undefined;
    names.delete(name);
    if (queue.length > 0) names.set(name, queue);
    addresses.delete(address);
    if (names.size > 0) addresses.set(address, names);
    waiting--;
    return first;
  }

  return {
    async run(address, name, work, signal) {
      signal?.throwIfAborted();
      // Whoever ends hands its place on, so that nobody who comes meanwhile takes it.
      if (running >= limits.atOnce) await wait(address, name, signal);
      else running++;
      try {
        return await work();
      } finally {
        const following = next();
        if (following === undefined) running--;
        else following();
      }
    },
  };
}

/** Called when its turn has come. */
type Waiter = () => void;

function tooMany(): GizmoError {
  return new GizmoError('UNAVAILABLE', 'Too many logins wait to be checked. Try again in a moment.');
}
