/** The rows of a statement that has run from this thread: all of them are there. */
import { setImmediate } from 'node:timers/promises';
import type { ArrowSchema, EncodedBatch } from '../../../../flight/ipc/types.js';
import { closedEarly } from '../../abort.js';
import type { EngineResult } from '../../engine.js';
import type { CalledResult } from '../call-functions.js';
import { BatchWriter } from '../convert/batch-writer.js';
import { createWriter } from '../convert/create-writer.js';
import { openChunkAt } from '../convert/source-vector.js';
import type { DirectRun, Reach } from './direct-run.js';

/** What this thread makes of a long result at once: everybody waits meanwhile. */
const BATCH_ROWS_MAX = 4096;
const BATCH_BYTES_MAX = 256 * 1024;

const FEW_ROWS = 2048;

/** To be read to its end, or closed. */
export class DirectResult implements EngineResult {
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
  readonly changes: number | undefined;
  readonly #reach: Reach;
  readonly #writer: BatchWriter;
  /** Undefined when all of it has been converted. */
  #result: CalledResult | undefined;
  #first: EncodedBatch | undefined;
  #failure: unknown;
  #rows = 0;
  #unread: number;

  constructor(result: CalledResult, { again, schema, schemaMessage }: DirectRun, reach: Reach) {
    const { memory } = reach;
    this.schema = schema;
    this.schemaMessage = schemaMessage;
    this.#reach = reach;
    this.#result = result;
    this.#unread = result.rowCount();
    const columns = again.columns.map(({ plan }) => createWriter(plan, memory));
    this.#writer = new BatchWriter(columns, BATCH_BYTES_MAX, memory);
    if (columns.length > 0) this.#first = this.#convert();
    else {
      this.changes = result.rowsChanged();
      this.#end();
    }
  }

  get ended(): boolean {
    return this.#result === undefined && this.#first === undefined && this.#failure === undefined;
  }

  /** Whether all of it is there, and DuckDB held no more than one chunk. */
  get isSmall(): boolean {
    return this.#result === undefined && this.#rows <= FEW_ROWS;
  }

  async next(): Promise<EncodedBatch | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined || this.#result === undefined) return first;
    await setImmediate();
    // Closed meanwhile.
    if (this.#failure !== undefined) throw this.#failure;
    return this.#convert();
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.#failure ??= closedEarly();
    this.#first = undefined;
    this.#end();
  }

  #convert(): EncodedBatch | undefined {
    const { fetching, vectors, memory } = this.#reach;
    const writer = this.#writer;
    try {
      while (!writer.fill(BATCH_ROWS_MAX)) {
        // To ask for a chunk behind the last one costs as much as for one.
        const chunk = this.#unread > 0 && this.#result !== undefined ? fetching.fetch(this.#result.value) : 0;
        if (chunk === 0) {
          this.#end();
          break;
        }
        const open = openChunkAt(chunk, fetching, vectors, memory);
        this.#unread -= open.rows;
        writer.loadOpen(open);
      }
    } catch (error) {
      this.#failure ??= error;
      this.#end();
      throw error;
    }
    if (writer.rows === 0) return undefined;
    const batch = writer.take();
    this.#rows += batch.rows;
    return batch;
  }

  #end(): void {
    this.#writer.release();
    this.#result?.destroy();
    this.#result = undefined;
  }
}
