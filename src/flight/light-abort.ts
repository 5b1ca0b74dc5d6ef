/**
 * An AbortController for what happens thousands of times a second. Node's own makes each signal by changing the prototype
 * of an EventTarget, which gives it a hidden class of its own: some microseconds, and as much again for each use of it.
 */

/** Aborts its signal, once. */
export class LightAbort {
  readonly signal: AbortSignal;
  readonly #signal = new LightSignal();

  constructor() {
    this.signal = this.#signal;
  }

  abort(reason?: unknown): void {
    this.#signal.abort(reason);
  }
}

type Listener = Parameters<AbortSignal['addEventListener']>[1] & {};

/**
 * For this project's own listeners, and whatever else only listens and reads. `AbortSignal.any` and fetch want one of
 * Node's own.
 */
class LightSignal implements AbortSignal {
  aborted = false;
  reason: AbortSignal['reason'] = undefined;
  onabort: AbortSignal['onabort'] = null;
  /** Made for the first, of which many signals have none. */
  #listeners: Set<Listener> | undefined;

  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.dispatchEvent(new Event('abort'));
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** There is one event, and it comes once. */
  addEventListener(_type: string, listener: Listener | null): void {
    if (listener === null || this.aborted) return;
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: string, listener: Listener | null): void {
    if (listener !== null) this.#listeners?.delete(listener);
  }

  /** A listener that throws keeps the event from no other; as with an EventTarget, nobody can catch that. */
  dispatchEvent(event: Event): boolean {
    this.onabort?.(event);
    // What is removed by one of them is not called any more.
    for (const listener of this.#listeners ?? []) {
      try {
        if (typeof listener === 'function') listener.call(this, event);
        else listener.handleEvent(event);
      } catch (error) {
        process.nextTick(() => {
          throw error;
        });
      }
    }
    this.#listeners = undefined;
    return true;
  }

  /** events.setMaxListeners asks for it; there is no limit. */
  setMaxListeners(): void {}
}
