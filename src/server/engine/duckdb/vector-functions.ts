/**
 * DuckDB's functions on the vectors of a chunk, called by address in the very library that the bindings have loaded.
 * Source: duckdb.h, the functions of the same names.
 */
import type { DataChunk } from '@duckdb/node-bindings';
import type { NativeLibrary } from './native-library.js';

/** `duckdb::DataChunk::Destroy()` as the compilers of Linux and macOS name it. */
const DESTROY = '_ZN6duckdb9DataChunk7DestroyEv';

/** Addresses are numbers: user space ends below 2^53 everywhere. */
export interface VectorFunctions {
  /** Where the chunk is that the bindings hold; undefined where that cannot be told. */
  chunkAddress(chunk: DataChunk): number | undefined;
  /**
   * Frees what the chunk holds, its vectors with it, and leaves it empty; duckdb.h has only what frees it altogether,
   * which the bindings will do. Undefined where the library does not show the function.
   */
  readonly emptyChunk: ((chunk: number) => void) | undefined;
  chunkVector(chunk: number, column: number): number;
  data(vector: number): number;
  /** 0 where all rows are valid. */
  validity(vector: number): number;
  structChild(vector: number, index: number): number;
  arrayChild(vector: number): number;
  listChild(vector: number): number;
  listSize(vector: number): number;
}

export function loadVectorFunctions(library: NativeLibrary): VectorFunctions {
  const load = (name: string, parameters: string) =>
    library.load(`uintptr_t duckdb_${name}(${parameters})`) as (...args: readonly number[]) => number;
  return {
    chunkAddress: (chunk) => library.wrappedAddress(chunk),
    emptyChunk: loadEmptyChunk(library),
    chunkVector: load('data_chunk_get_vector', 'uintptr_t chunk, uint64_t column'),
    data: load('vector_get_data', 'uintptr_t vector'),
    validity: load('vector_get_validity', 'uintptr_t vector'),
    structChild: load('struct_vector_get_child', 'uintptr_t vector, uint64_t index'),
    arrayChild: load('array_vector_get_child', 'uintptr_t vector'),
    listChild: load('list_vector_get_child', 'uintptr_t vector'),
    listSize: load('list_vector_get_size', 'uintptr_t vector'),
  };
}

function loadEmptyChunk(library: NativeLibrary): VectorFunctions['emptyChunk'] {
  try {
    return library.load(`void ${DESTROY}(uintptr_t chunk)`) as (chunk: number) => void;
  } catch {
    return undefined;
  }
}
