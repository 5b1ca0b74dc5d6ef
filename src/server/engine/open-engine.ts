/**
 * Opens the engine the server runs on: DuckDB in a worker thread.
 *
 * Measured on 2 cores that other work kept busy (load 4 to 9), Node 20.20, DuckDB 1.5.6, a table of 6 M rows and
 * 16 columns shaped like TPC-H lineitem; best of several runs, so ratios below a tenth mean nothing:
 *
 * | | DuckDB alone | engine in this thread | engine in a worker |
 * |---|---|---|---|
 * | rows a second, streamed and converted | 1 | 1.1 (hidden behind the fetch) | 1.0 |
 * | CPU a row | 1 | 1.2 to 1.5 | 1.5 to 1.6 |
 * | time of `select 1`, prepared and executed | 1 | 1.6 | 3.0 |
 * | time of `select 1`, prepared once | 1 | 1.3 to 2.1 | 1.7 to 3.2 |
 * | over gRPC to a client on the same cores, rows a second (one short run each, little else running) | | 1 | 1.0 |
 * | over gRPC, `select 42` a second, 1, 8 and 32 clients (one short run each, little else running) | | 1 | 0.8, 0.9, 1.2 |
 * | bulk ingest, rows a second | | 1 | 0.9 |
 *
 * Conversion alone, ns a value: fixed width 2 to 10, DECIMAL 7, text of up to 12 bytes 8, of 35 bytes 45 (through
 * the bindings 670), lists and structs 5 to 18 with their items, UUID 55, TIMETZ 240, VARIANT 350.
 *
 * Throughput does not decide between the two here. What does is that some calls of DuckDB are synchronous, such
 * as disconnecting with a large temp table and the checkpoint of closing, and that converting VARIANT, or long
 * text without koffi, is slow: in a worker none of it holds up a login, another RPC or a signal.
 */
import type { DuckDbOptions } from './duckdb/open-duckdb.js';
import type { Engine } from './engine.js';
import { openDuckDbWorker } from './worker/open-duckdb-worker.js';

/** What can be said about the database when it is opened. */
export type EngineOptions = DuckDbOptions;

/** Opens DuckDB behind a worker thread. Errors: GizmoError. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return await openDuckDbWorker(options);
}

/** Ends the process although a thread of it is inside the engine; see `Engine.close`. */
export async function endProcess(code: number): Promise<never> {
  const { endProcess: end } = await import('./duckdb/end-process.js');
  return end(code);
}

/**
 * Opens DuckDB in this thread, for few small tables of the server's own; in memory without a path.
 * Errors: GizmoError.
 */
export async function openSmallEngine(path: string | undefined): Promise<Engine> {
  const { openDuckDb } = await import('./duckdb/open-duckdb.js');
  return openDuckDb({
    ...(path !== undefined && { path }),
    readOnly: false,
    memoryLimit: '256MB',
    threads: 1,
    allowExtensions: false,
    safeMemory: true,
    concurrentCallsMax: 1,
  });
}
