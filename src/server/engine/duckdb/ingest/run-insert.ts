/** Runs the INSERT of an ingest. */
import duckdb, { type PreparedStatement } from '@duckdb/node-bindings';
import type { PendingFunctions } from '../pending-functions.js';
import type { IngestJob } from './ingest-job.js';

/** How often is looked whether a thread of DuckDB's goes on with the statement. */
const LOOK_EVERY_MS = 25;
/** So many statements are not left to DuckDB's threads once none of them was free. */
const NOT_LEFT = 8;

/**
 * Runs one INSERT after the other, in threads of DuckDB's own where one is free. A statement of one task is what they
 * may take from whoever waits for it, who then asks for work without pause: as much CPU again as the load itself.
 */
export class InsertRunner {
  readonly #insert: PreparedStatement;
  readonly #job: IngestJob;
  readonly #functions: PendingFunctions | undefined;
  #notLeft = 0;

  constructor(insert: PreparedStatement, job: IngestJob, functions: PendingFunctions | undefined) {
    this.#insert = insert;
    this.#job = job;
    this.#functions = functions;
  }

  /** Loads what the job has, and what it gets meanwhile; resolves with the number of rows. */
  async run(): Promise<number> {
    this.#notLeft -= 1;
    const drained = this.#job.begin();
    const before = this.#job.calls;
    const pending = this.#notLeft < 0 ? await this.#functions?.begin(this.#insert) : undefined;
    if (pending === undefined) return duckdb.rows_changed(await duckdb.execute_prepared(this.#insert));
    await this.#leave(drained);
    if (this.#job.calls === before) this.#notLeft = NOT_LEFT;
    // One that has failed ends now, and one that was only slow soon: until then whoever waits asks without pause.
    else this.#job.stop();
    return await pending.end();
  }

  /** Waits until the job's rows are taken, or nobody takes any, or any more. */
  async #leave(drained: Promise<void>): Promise<void> {
    const job = this.#job;
    let last = -1;
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        if (job.calls === last) resolve();
        last = job.calls;
      }, LOOK_EVERY_MS);
    });
    try {
      await Promise.race([drained, stalled]);
    } finally {
      clearInterval(timer);
    }
  }
}
