/** Opens the engine the server runs on. */
import type { DuckDbOptions } from './duckdb/open-duckdb.js';
import type { Engine } from './engine.js';
import { openDuckDbWorker } from './worker/open-duckdb-worker.js';

export type EngineOptions = DuckDbOptions;

/** Opens DuckDB behind a worker thread. Errors: GizmoError. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return await openDuckDbWorker(options);
}
