/**
 * What every column converter does: take in a DuckDB vector, append ranges of it to a growing Arrow column,
 * and hand that column's buffers over when a batch is cut.
 */
import type { BodyBuilder } from './body-builder.js';
import type { SourceVector } from './source-vector.js';

export interface ColumnWriter {
  /**
   * Reads the first `size` rows of a vector; what was loaded before is gone. Bit `i` of `mask` is 0 where row
   * `i` is to be null although the vector may say otherwise (its parent is null there).
   */
  load(vector: SourceVector, size: number, mask?: Uint8Array): void;
  /** Bytes that appending these loaded rows would add, near enough to cut a batch by. */
  weigh(start: number, count: number): number;
  /** Appends loaded rows. */
  append(start: number, count: number): void;
  /** Hands over nodes and buffers in Arrow's order. The buffers are views that the next append overwrites. */
  emit(body: BodyBuilder): void;
  /** Empties the column, keeping its memory for the next batch. */
  clear(): void;
}
