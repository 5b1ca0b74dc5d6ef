/** Memory of batches that nobody reads any more, to be filled again: fresh memory costs page faults, and the collector. */
export class SpareMemory {
  readonly #spares: ArrayBuffer[] = [];
  readonly #max: number;

  /** Keeps at most `max` pieces. */
  constructor(max: number) {
    this.#max = max;
  }

  put(memory: ArrayBuffer): void {
    const { byteLength } = memory;
    // What has changed threads has no bytes here any more.
    if (byteLength === 0 || byteLength > PIECE_BYTES_MAX) return;
    if (this.#spares.length < this.#max) this.#spares.push(memory);
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

/** Batches are smaller, but for those of one row that is larger: its memory would never be needed again, and never freed. */
const PIECE_BYTES_MAX = 4 * 1024 * 1024;
