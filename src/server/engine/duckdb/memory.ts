/**
 * Reading what a DuckDB vector points to. Strings of more than 12 bytes lie outside the vector; copying each
 * through the bindings costs about a microsecond, reading them through one view of this process's memory a
 * twentieth of that. The view needs koffi; without it, or on request, the bindings' way serves.
 */
import { createRequire } from 'node:module';
import duckdb, { type Result } from '@duckdb/node-bindings';
import { type CallFunctions, loadCallFunctions } from './call-functions.js';
import { type FetchFunctions, loadFetchFunctions } from './fetch-functions.js';
import { type Koffi, type NativeLibrary, openNativeLibrary } from './native-library.js';
import { loadPendingFunctions, type PendingFunctions } from './pending-functions.js';
import { loadVectorFunctions, type VectorFunctions } from './vector-functions.js';

/** How many bytes one window spans. More than 4 GiB aborts the process on Node 20. */
export const WINDOW_BYTES = 0x1_0000_0000;

/** The process's memory as windows of {@link WINDOW_BYTES}; absent where koffi cannot be loaded. */
export interface ProcessMemory {
  /**
   * The window that holds addresses `id * WINDOW_BYTES` and up; undefined for the lowest one, which cannot be
   * viewed from its start. Read only memory that is known to be mapped: anything else ends the process.
   */
  window(id: number): MemoryWindow | undefined;
  /** A view of `length` bytes at an address that is not 0. The same caution holds. */
  bytes(address: number, length: number): Uint8Array;
  /** Address of the first byte of a buffer. */
  addressOf(bytes: Uint8Array): bigint;
  /** DuckDB's text for a streaming result that ended in an error (`duckdb_result_error`). */
  resultError(result: Result): string | undefined;
  /** Undefined where vectors can be read through the bindings only. */
  readonly vectors: VectorFunctions | undefined;
  /** Undefined where chunks are fetched through the bindings only. */
  readonly fetching: FetchFunctions | undefined;
  /** Undefined where statements run in the thread only that has the bindings' objects. */
  readonly calls: CallFunctions | undefined;
  /** Undefined where statements begin and end in one call only. */
  readonly pending: PendingFunctions | undefined;
  /**
   * Makes V8 count `length` bytes of native memory that its garbage holds: it collects by what it knows of, and of
   * chunks it knows nothing.
   */
  account(length: number): void;
}

export interface MemoryWindow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Loads koffi once; undefined where it has no build for this platform. */
export function openProcessMemory(): ProcessMemory | undefined {
  cached ??= { memory: load() };
  return cached.memory;
}

let cached: { readonly memory: ProcessMemory | undefined } | undefined;

function load(): ProcessMemory | undefined {
  const require = createRequire(import.meta.url);
  let koffi: Koffi;
  try {
    koffi = require('koffi');
  } catch {
    // No build of koffi for this platform: the bindings' own way is slower and gives the same results.
    return undefined;
  }
  const windows = new Map<number, MemoryWindow>();
  const openWindow = (id: number): MemoryWindow | undefined => {
    if (id === 0) return undefined;
    let window = windows.get(id);
    if (window === undefined) {
      const buffer = koffi.view(BigInt(id) * BigInt(WINDOW_BYTES), WINDOW_BYTES);
      window = { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
      windows.set(id, window);
    }
    return window;
  };
  const library = openNativeLibrary(koffi, require);
  return {
    window: openWindow,
    bytes(address, length) {
      const id = Math.floor(address / WINDOW_BYTES);
      const low = address - id * WINDOW_BYTES;
      const window = low + length > WINDOW_BYTES ? undefined : openWindow(id);
      return window === undefined
        ? new Uint8Array(koffi.view(address, length))
        : new Uint8Array(window.bytes.buffer, low, length);
    },
    addressOf: (bytes) => koffi.address(bytes),
    resultError: findResultError(library),
    vectors: library && loadVectorFunctions(library),
    fetching: library && loadFetchFunctions(library),
    calls: library && loadCallFunctions(library),
    pending: library && loadPendingFunctions(library),
    account: (length) => void koffi.view(SOME_ADDRESS, length),
  };
}

/** Nobody reads there. */
const SOME_ADDRESS = 65_536;

/** `duckdb_result_error` is not bound. */
function findResultError(library: NativeLibrary | undefined): ProcessMemory['resultError'] {
  if (library === undefined) return () => undefined;
  const resultErrorOf = library.load('const char *duckdb_result_error(uintptr_t result)');
  return (result) => {
    if (duckdb.result_return_type(result) !== duckdb.ResultType.INVALID) return undefined;
    const address = library.wrappedAddress(result);
    const text = address === undefined ? undefined : resultErrorOf(address);
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
}
