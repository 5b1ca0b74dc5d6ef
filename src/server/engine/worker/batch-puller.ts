/**
 * Batches that the other thread hands over, one for each pull, which gives back the memory of the one before: left to
 * the garbage collector, which memory from elsewhere does not wake, a long load would hold all that it brought.
 */
import type { GizmoError } from '../../../errors.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';

export class BatchPuller implements AsyncIterable<EncodedBatch> {
  readonly #pull: (spent: ArrayBuffer | undefined) => void;
  #waiting: PromiseWithResolvers | undefined;

  constructor(pull: (spent: ArrayBuffer | undefined) => void) {
    this.#pull = pull;
  }

  /** The answer to the last pull; undefined at the end. */
  push(batch: EncodedBatch | undefined): void {
    this.#waiting?.resolve(batch);
  }

  fail(error: GizmoError): void {
    this.#waiting?.reject(error);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EncodedBatch> {
    let spent: ArrayBuffer | undefined;
    for (;;) {
      const batch = await new Promise<EncodedBatch | undefined>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#pull(spent);
      });
      if (batch === undefined) return;
      yield batch;
      // Whoever asks for the next batch is done with this one.
      spent = batch.body.buffer instanceof ArrayBuffer ? batch.body.buffer : undefined;
    }
  }
}

interface PromiseWithResolvers {
  readonly resolve: (batch: EncodedBatch | undefined) => void;
  readonly reject: (error: GizmoError) => void;
}
