/**
 * Admission of DuckDB calls. Each running call holds one thread of libuv's pool until it ends, so more calls
 * than threads would block every file read, hash and small statement of the process: the rest wait here.
 */
import type { GizmoError } from '../../../errors.js';

/** At most `callsMax` calls run at a time; the others wait in the order they came. */
export class CallGate {
  #free: number;
  #closed: GizmoError | undefined;
  readonly #waiting = new Set<Waiter>();

  constructor(callsMax: number) {
    this.#free = callsMax;
  }

  /** Takes a place: at once (undefined) or when the promise resolves. Each taken place needs one `leave`. */
  enter(owner: object): Promise<void> | undefined {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add({ owner, resolve, reject });
    });
  }

  leave(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.resolve();
      return;
    }
    this.#free += 1;
  }

  /** Fails what `owner` has waiting. Calls that run already are not touched. */
  cancel(owner: object, reason: unknown): void {
    for (const waiter of this.#waiting) {
      if (waiter.owner !== owner) continue;
      this.#waiting.delete(waiter);
      waiter.reject(reason);
    }
  }

  /** Fails everything that waits and everything that comes. */
  close(reason: GizmoError): void {
    this.#closed = reason;
    for (const waiter of this.#waiting) waiter.reject(reason);
    this.#waiting.clear();
  }
}

interface Waiter {
  readonly owner: object;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}
