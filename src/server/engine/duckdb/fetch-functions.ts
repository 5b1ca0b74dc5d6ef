/**
 * Fetching chunks of a streaming result in the thread that asks, called by address in the very library that the bindings
 * have loaded. The bindings fetch in a thread of libuv's pool, each time in another one.
 * Source: duckdb.h, the functions of the same names.
 */
import type { Result } from '@duckdb/node-bindings';
import { RESULT } from './call-functions.js';
import type { NativeLibrary } from './native-library.js';

/** Addresses are numbers: user space ends below 2^53 everywhere. */
export interface FetchFunctions {
  /** Where the result is that the bindings hold; undefined where that cannot be told. It lives as long as that. */
  resultAddress(result: Result): number | undefined;
  /**
   * Reads a `duckdb_result`, so that {@link fetch} can be given it.
   * @param address what {@link resultAddress} has answered, in any thread
   */
  openResult(address: number): unknown;
  /**
   * The next chunk, to be given to {@link destroy}; 0 at the end, or where the statement has failed. Takes as long as the
   * statement takes to find it. No other call may be made with the same connection meanwhile but to interrupt it.
   */
  fetch(result: unknown): number;
  /** Rows of a chunk. */
  size(chunk: number): number;
  destroy(chunk: number): void;
}

export function loadFetchFunctions(library: NativeLibrary): FetchFunctions {
  const fetch = library.loadTyped('duckdb_fetch_chunk', 'uintptr_t', [RESULT]);
  const size = library.load('uint64_t duckdb_data_chunk_get_size(uintptr_t chunk)');
  const destroy = library.load('void duckdb_destroy_data_chunk(uintptr_t *chunk)');
  const holder = new BigUint64Array(1);
  return {
    resultAddress: (result) => library.wrappedAddress(result),
    openResult: (address) => library.readStruct(address, RESULT),
    fetch: (result) => Number(fetch(result)),
    size: (chunk) => Number(size(chunk)),
    destroy(chunk) {
      holder[0] = BigInt(chunk);
      destroy(holder);
    },
  };
}
