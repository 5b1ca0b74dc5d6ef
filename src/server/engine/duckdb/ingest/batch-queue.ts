/**
 * Batches read ahead of the statement that loads them: what comes while it runs is loaded by the same statement, so
 * that receiving and loading overlap, and a fast source costs few statements.
 */
import type { EncodedBatch } from '../../../../flight/ipc/types.js';

/** With so many bytes waiting, nothing more is asked for. One batch may go beyond it. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;

export class BatchQueue {
  readonly #source: AsyncIterator<EncodedBatch>;
  readonly #waiting: EncodedBatch[] = [];
  #bytes = 0;
  #asking = false;
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(source: AsyncIterable<EncodedBatch>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next batch, if it has come. */
  take(): EncodedBatch | undefined {
    const batch = this.#waiting.shift();
    if (batch !== undefined) this.#bytes -= batch.body.byteLength;
    this.#ask();
    return batch;
  }

  /** Waits until there is a batch to take; false at the end. Throws what the source threw, once all before it is taken. */
  async filled(): Promise<boolean> {
    this.#ask();
    while (this.#waiting.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#waiting.length > 0) return true;
    if (this.#failure !== undefined) throw this.#failure.reason;
    return false;
  }

  /** Takes nothing more from the source. */
  close(): void {
    this.#ended = true;
    this.#waiting.length = 0;
    // Not awaited: a source that hangs would hang its own end too.
    void Promise.resolve(this.#source.return?.()).catch(() => undefined);
  }

  #ask(): void {
    if (this.#asking || this.#ended || this.#bytes >= WAITING_BYTES_MAX) return;
    this.#asking = true;
    this.#source.next().then(
      (next) => {
        this.#asking = false;
        if (next.done === true) this.#ended = true;
        else if (!this.#ended) this.#keep(next.value);
        this.#wake();
        this.#ask();
      },
      (reason) => {
        this.#failure = { reason };
        this.#ended = true;
        this.#wake();
      },
    );
  }

  #keep(batch: EncodedBatch): void {
    if (batch.rows === 0) return;
    this.#waiting.push(batch);
    this.#bytes += batch.body.byteLength;
  }
}
