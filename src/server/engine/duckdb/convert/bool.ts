/** BOOLEAN: a byte a value in DuckDB, a bit a value in Arrow. */
import type { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import type { SourceVector } from './source-vector.js';
import { isSet, readValidity, ValidityWriter } from './validity.js';

export class BoolWriter implements ColumnWriter {
  readonly #validity = new ValidityWriter();
  #source: Uint8Array = new Uint8Array(0);
  #nulls: Uint8Array | undefined;
  #bits = new Uint8Array(8);

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    this.#source = vector.data(size);
    this.#nulls = readValidity(vector, size, mask);
  }

  weigh(_start: number, count: number): number {
    return (count + 7) >> 3;
  }

  append(start: number, count: number): void {
    const at = this.#validity.length;
    if ((at + count + 7) >> 3 > this.#bits.byteLength) {
      const grown = new Uint8Array(((at + count + 7) >> 3) * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bits = this.#bits;
    const source = this.#source;
    const nulls = this.#nulls;
    for (let row = start, to = at; row < start + count; row += 1, to += 1) {
      if (source[row] !== 0 && isSet(nulls, row)) bits[to >> 3]! |= 1 << (to & 7);
    }
    this.#validity.append(nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.#validity.emit(body);
    body.buffer(this.#bits.subarray(0, (this.#validity.length + 7) >> 3));
  }

  clear(): void {
    this.#bits.fill(0, 0, (this.#validity.length + 7) >> 3);
    this.#validity.clear();
  }
}
