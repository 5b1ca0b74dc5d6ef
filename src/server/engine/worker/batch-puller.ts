/** Batches that the other thread hands over, one for each pull. */
import type { GizmoError } from '../../../errors.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';

export class BatchPuller implements AsyncIterable<EncodedBatch> {
  readonly #pull: () => void;
  #waiting: PromiseWithResolvers | undefined;

  constructor(pull: () => void) {
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
    for (;;) {
      const batch = await new Promise<EncodedBatch | undefined>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#pull();
      });
      if (batch === undefined) return;
      yield batch;
    }
  }
}

interface PromiseWithResolvers {
  readonly resolve: (batch: EncodedBatch | undefined) => void;
  readonly reject: (error: GizmoError) => void;
}
