/**
 * Batches that the other thread hands over, one for each pull, which gives back memory of earlier ones: left to
 * the garbage collector, which memory from elsewhere does not wake, a long load would hold all that it brought.
 */
import type { GizmoError } from '../../../errors.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';

export class BatchPuller implements AsyncIterable<EncodedBatch> {
  readonly #pull: (spent: ArrayBuffer | undefined) => void;
  readonly #spent: ArrayBuffer[] = [];
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

  /** Batches whose memory whoever reads them gives back. */
  async *[Symbol.asyncIterator](): AsyncGenerator<EncodedBatch> {
    for (;;) {
      const batch = await new Promise<EncodedBatch | undefined>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#pull(this.#spent.pop());
      });
      if (batch === undefined) return;
      yield { giveBack: this.#giveBack, ...batch };
    }
  }

  readonly #giveBack = (memory: ArrayBuffer): void => {
    this.#spent.push(memory);
  };
}

interface PromiseWithResolvers {
  readonly resolve: (batch: EncodedBatch | undefined) => void;
  readonly reject: (error: GizmoError) => void;
}
