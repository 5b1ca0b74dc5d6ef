/**
 * Reading what a DuckDB vector points to. Strings of more than 12 bytes lie outside the vector; copying each
 * through the bindings costs about a microsecond, reading them through one view of this process's memory a
 * twentieth of that. The view needs koffi; without it, or on request, the bindings' way serves.
 */
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import duckdb, { type Result } from '@duckdb/node-bindings';

/** How many bytes one window spans. More than 4 GiB aborts the process on Node 20. */
export const WINDOW_BYTES = 0x1_0000_0000;

/** The process's memory as windows of {@link WINDOW_BYTES}; absent where koffi cannot be loaded. */
export interface ProcessMemory {
  /**
   * The window that holds addresses `id * WINDOW_BYTES` and up; undefined for the lowest one, which cannot be
   * viewed from its start. Read only memory that is known to be mapped: anything else ends the process.
   */
  window(id: number): MemoryWindow | undefined;
  /** Address of the first byte of a buffer. */
  addressOf(bytes: Uint8Array): bigint;
  /** DuckDB's text for a streaming result that ended in an error (`duckdb_result_error`). */
  resultError(result: Result): string | undefined;
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

interface Koffi {
  view(address: bigint, length: number): ArrayBuffer;
  address(value: unknown): bigint;
  load(path: string): { func(definition: string): (...args: readonly unknown[]) => unknown };
}

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
  const resultError = findResultError(koffi, require);
  return {
    window(id) {
      if (id === 0) return undefined;
      let window = windows.get(id);
      if (window === undefined) {
        const buffer = koffi.view(BigInt(id) * BigInt(WINDOW_BYTES), WINDOW_BYTES);
        window = { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
        windows.set(id, window);
      }
      return window;
    },
    addressOf: (bytes) => koffi.address(bytes),
    resultError,
  };
}

/** The one version whose wrapper layout is known (pinned in package.json): a pointer lies 8 bytes in. */
const KNOWN_BINDINGS = '1.5.6-r.1';
const LIBRARY_NAMES = ['libduckdb.so', 'libduckdb.dylib', 'duckdb.dll'];

/** `duckdb_result_error` is not bound; the result's address is read out of the wrapper that the bindings made. */
function findResultError(koffi: Koffi, require: NodeJS.Require): (result: Result) => string | undefined {
  const resultErrorOf = loadResultError(koffi, require);
  if (resultErrorOf === undefined) return () => undefined;
  return (result) => {
    if (duckdb.result_return_type(result) !== duckdb.ResultType.INVALID) return undefined;
    const address = /^\[External: ([0-9a-f]+)\]$/.exec(inspect(result))?.[1];
    if (address === undefined) return undefined;
    const wrapper = new DataView(koffi.view(BigInt(`0x${address}`), 16));
    const text = resultErrorOf(wrapper.getBigUint64(8, true));
    return typeof text === 'string' && text !== '' ? text : undefined;
  };
}

function loadResultError(koffi: Koffi, require: NodeJS.Require): ((address: bigint) => unknown) | undefined {
  if (require('@duckdb/node-bindings/package.json').version !== KNOWN_BINDINGS) return undefined;
  const folder = `@duckdb/node-bindings-${process.platform}-${process.arch}`;
  const { resolve } = createRequire(require.resolve('@duckdb/node-bindings/package.json'));
  for (const name of LIBRARY_NAMES) {
    try {
      return koffi.load(resolve(`${folder}/${name}`)).func('const char *duckdb_result_error(void *)');
    } catch {
      // Not this platform's name; without any, a stream's error is told in general words.
    }
  }
  return undefined;
}
