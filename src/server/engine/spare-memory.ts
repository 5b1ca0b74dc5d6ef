/** Memory of batches that nobody reads any more, to be filled again: fresh memory costs page faults, and the collector. */
export class SpareMemory {
  readonly #spares: ArrayBuffer[] = [];
  readonly #max: number;

  /** Keeps at most `max` pieces, of up to some megabytes. */
  constructor(max: number) {
    this.#max = max;
  }

  put(memory: ArrayBuffer): void {
    // What has changed threads has no bytes here any more.
    if (memory.byteLength > 0 && this.#spares.length < this.#max) this.#spares.push(memory);
  }

  take(): ArrayBuffer | undefined {
    return this.#spares.pop();
  }

  /** Gives all to whoever may need it next. */
  empty(into: SpareMemory): void {
    for (const memory of this.#spares) into.put(memory);
    this.#spares.length = 0;
  }
}
