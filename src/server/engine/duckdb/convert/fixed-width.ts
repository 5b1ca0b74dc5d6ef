/** Columns whose values DuckDB stores exactly as Arrow does: integers, floats, dates, times, HUGEINT, … */
import type { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import type { SourceVector } from './source-vector.js';
import { eachNullRange, isSet, readValidity, ValidityWriter } from './validity.js';

/** A column of `width` bytes a value, copied. Subclasses read a width of their own and convert. */
export class FixedWidthWriter implements ColumnWriter {
  protected source: Uint8Array<ArrayBufferLike> = EMPTY;
  protected staging = EMPTY;
  readonly #width: number;
  readonly #sourceWidth: number;
  readonly #validity = new ValidityWriter();
  #nulls: Uint8Array | undefined;

  constructor(width: number, sourceWidth = width) {
    this.#width = width;
    this.#sourceWidth = sourceWidth;
  }

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    this.source = vector.data(size * this.#sourceWidth);
    this.#nulls = readValidity(vector, size, mask);
    this.loaded();
  }

  weigh(_start: number, count: number): number {
    return count * this.#width;
  }

  append(start: number, count: number): void {
    const at = this.#validity.length;
    const width = this.#width;
    this.#reserve((at + count) * width);
    this.convert(start, count, at);
    const nulls = this.#nulls;
    if (nulls !== undefined) {
      // A null slot holds whatever DuckDB's memory held: it must not reach a client.
      eachNullRange(nulls, start, count, (from, to) => {
        // A loop, because ranges are mostly of one row, for which the call of `fill` costs more.
        const end = (at + to - start) * width;
        for (let byte = (at + from - start) * width; byte < end; byte += 1) this.staging[byte] = 0;
      });
    }
    this.#validity.append(nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.#validity.emit(body);
    body.buffer(this.staging.subarray(0, this.#validity.length * this.#width));
  }

  clear(): void {
    this.#validity.clear();
  }

  /** A new source or staging buffer is there: subclasses renew their views. */
  protected loaded(): void {}
  protected grown(): void {}

  /** Writes source rows [start, start + count) to staging from row `at` on. */
  protected convert(start: number, count: number, at: number): void {
    const width = this.#width;
    this.staging.set(this.source.subarray(start * width, (start + count) * width), at * width);
  }

  protected isValid(row: number): boolean {
    return isSet(this.#nulls, row);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.staging.byteLength) return;
    const grown = new Uint8Array(Math.max(64, bytes, this.staging.byteLength * 2));
    grown.set(this.staging);
    this.staging = grown;
    this.grown();
  }
}

const EMPTY = new Uint8Array(0);
