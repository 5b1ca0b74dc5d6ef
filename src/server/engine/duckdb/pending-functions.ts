/**
 * DuckDB's functions that begin a statement and end it apart, called in other threads: the bindings begin in this one,
 * where a statement that is bound anew would wait for ever for a callback of this one.
 * Source: duckdb.h, the functions of the same names.
 */
import type { PreparedStatement } from '@duckdb/node-bindings';
import { type NativeLibrary, nativeMemory, runInPool } from './native-library.js';

export interface PendingFunctions {
  /**
   * Begins a statement, which DuckDB's own threads then go on with; undefined where its address cannot be told.
   * Rejects with DuckDB's text.
   */
  begin(statement: PreparedStatement): Promise<PendingStatement | undefined>;
}

export interface PendingStatement {
  /** Does what is left in a thread that waits for it; answers the rows changed. To be called once. Rejects with DuckDB's text. */
  end(): Promise<number>;
}

export function loadPendingFunctions(library: NativeLibrary): PendingFunctions {
  const pendingPrepared = library.load('int duckdb_pending_prepared(uintptr_t statement, void *out)');
  const executePending = library.load('int duckdb_execute_pending(uintptr_t pending, void *out)');
  const pendingError = library.load('const char *duckdb_pending_error(uintptr_t pending)');
  const destroyPending = library.load('void duckdb_destroy_pending(void *pending)');
  const resultError = library.load('const char *duckdb_result_error(void *result)');
  const rowsChanged = library.load('uint64_t duckdb_rows_changed(void *result)');
  const destroyResult = library.load('void duckdb_destroy_result(void *result)');
  return {
    async begin(statement) {
      const address = library.heldAddress(statement);
      if (address === undefined) return undefined;
      const place = nativeMemory(8);
      const state = await runInPool(pendingPrepared, address, place);
      const pending = Number(place.readBigUInt64LE());
      if (state !== SUCCESS) {
        const text = pendingError(pending);
        destroyPending(place);
        throw new Error(String(text));
      }
      return {
        async end() {
          const result = nativeMemory(RESULT_BYTES);
          try {
            if ((await runInPool(executePending, pending, result)) !== SUCCESS)
              throw new Error(String(resultError(result)));
            return Number(rowsChanged(result));
          } finally {
            destroyResult(result);
            destroyPending(place);
          }
        },
      };
    },
  };
}

const SUCCESS = 0;
/** `duckdb_result` has six words. */
const RESULT_BYTES = 48;
