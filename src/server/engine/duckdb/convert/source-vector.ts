/**
 * The vectors of a chunk as converters read them, from now until the chunk is given back. Through the bindings each
 * read is a copy in fresh memory, which costs microseconds a column; where DuckDB's functions can be called by
 * address (see vector-functions.ts) it is a view of DuckDB's own memory.
 */
import duckdb, { type DataChunk, type Vector } from '@duckdb/node-bindings';
import type { FetchFunctions } from '../fetch-functions.js';
import type { ProcessMemory } from '../memory.js';
import type { VectorFunctions } from '../vector-functions.js';

export interface SourceVector {
  /** The first `byteCount` bytes of its values. */
  data(byteCount: number): Uint8Array;
  /** The first `byteCount` bytes of its validity bitmap; undefined where all rows are valid. */
  validity(byteCount: number): Uint8Array | undefined;
  structChild(index: number): SourceVector;
  arrayChild(): SourceVector;
  listChild(): SourceVector;
  /** Items of all its lists. */
  listSize(): number;
}

/** A chunk whose vectors may be read on this thread until it is freed. */
export interface OpenChunk {
  readonly rows: number;
  vector(column: number): SourceVector;
  /**
   * Gives its native memory back, which V8 does not know about. False where that was only a part of it, and the rest
   * waits for the garbage collector.
   */
  free(): boolean;
}

export function openChunk(chunk: DataChunk, memory: ProcessMemory | undefined): OpenChunk {
  const functions = memory?.vectors;
  const address = functions?.chunkAddress(chunk);
  const rows = duckdb.data_chunk_get_size(chunk);
  if (memory === undefined || functions === undefined || address === undefined)
    return {
      rows,
      vector: (column) => new BoundVector(duckdb.data_chunk_get_vector(chunk, column)),
      free: () => reset(chunk),
    };
  const { emptyChunk } = functions;
  return {
    rows,
    vector: (column) => new MappedVector(functions.chunkVector(address, column), functions, memory),
    free() {
      if (emptyChunk === undefined) return reset(chunk);
      emptyChunk(address);
      return true;
    },
  };
}

/** The chunk at an address that {@link FetchFunctions.fetch} has answered; `free` is to be called exactly once. */
export function openChunkAt(
  address: number,
  fetching: FetchFunctions,
  functions: VectorFunctions,
  memory: ProcessMemory,
): OpenChunk {
  return {
    rows: fetching.size(address),
    vector: (column) => new MappedVector(functions.chunkVector(address, column), functions, memory),
    free() {
      fetching.destroy(address);
      return true;
    },
  };
}

/** Long strings and lists go; the vectors stay. */
function reset(chunk: DataChunk): false {
  duckdb.data_chunk_reset(chunk);
  return false;
}

/** Read through the bindings: everything is a copy. */
export class BoundVector implements SourceVector {
  readonly #vector: Vector;

  constructor(vector: Vector) {
    this.#vector = vector;
  }

  data(byteCount: number): Uint8Array {
    return duckdb.vector_get_data(this.#vector, byteCount);
  }

  validity(byteCount: number): Uint8Array | undefined {
    const bits: Uint8Array | null = duckdb.vector_get_validity(this.#vector, byteCount);
    return bits ?? undefined;
  }

  structChild(index: number): SourceVector {
    return new BoundVector(duckdb.struct_vector_get_child(this.#vector, index));
  }

  arrayChild(): SourceVector {
    return new BoundVector(duckdb.array_vector_get_child(this.#vector));
  }

  listChild(): SourceVector {
    return new BoundVector(duckdb.list_vector_get_child(this.#vector));
  }

  listSize(): number {
    return duckdb.list_vector_get_size(this.#vector);
  }
}

/** Read in place: what it answers are views of DuckDB's memory. */
class MappedVector implements SourceVector {
  readonly #address: number;
  readonly #functions: VectorFunctions;
  readonly #memory: ProcessMemory;

  constructor(address: number, functions: VectorFunctions, memory: ProcessMemory) {
    this.#address = address;
    this.#functions = functions;
    this.#memory = memory;
  }

  data(byteCount: number): Uint8Array {
    return byteCount === 0 ? NO_BYTES : this.#memory.bytes(this.#functions.data(this.#address), byteCount);
  }

  validity(byteCount: number): Uint8Array | undefined {
    const address = this.#functions.validity(this.#address);
    return address === 0 ? undefined : this.#memory.bytes(address, byteCount);
  }

  structChild(index: number): SourceVector {
    return this.#at(this.#functions.structChild(this.#address, index));
  }

  arrayChild(): SourceVector {
    return this.#at(this.#functions.arrayChild(this.#address));
  }

  listChild(): SourceVector {
    return this.#at(this.#functions.listChild(this.#address));
  }

  listSize(): number {
    return this.#functions.listSize(this.#address);
  }

  #at(address: number): SourceVector {
    return new MappedVector(address, this.#functions, this.#memory);
  }
}

const NO_BYTES = new Uint8Array(0);
