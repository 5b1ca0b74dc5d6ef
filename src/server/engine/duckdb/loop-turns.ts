/**
 * Turns in which chunks are converted: one in each turn of the event loop. A conversion takes about as long as a small
 * statement; where many long results are read, their chunks come in together, and what else has come in, such as a
 * small statement or what DuckDB answered to it, would wait for all of them.
 */
export class LoopTurns {
  readonly #waiting: (() => void)[] = [];
  #taken = false;

  /** Undefined where it is the first in this turn of the loop; else resolves in a later one. */
  take(): Promise<void> | undefined {
    if (this.#taken) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    setImmediate(this.#pass);
    return undefined;
  }

  readonly #pass = (): void => {
    const next = this.#waiting.shift();
    this.#taken = next !== undefined;
    if (next === undefined) return;
    setImmediate(this.#pass);
    next();
  };
}
