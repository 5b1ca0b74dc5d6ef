/** Columns whose values are wider or finer in Arrow than DuckDB stores them: DECIMAL and INTERVAL. */
import { GizmoError } from '../../../../errors.js';
import { FixedWidthWriter } from './fixed-width.js';

/** DECIMAL stored in 16 or 32 bits, sign-extended to Arrow's decimal128. */
export class DecimalWriter extends FixedWidthWriter {
  readonly #bytes: 2 | 4;
  #source: Int16Array | Int32Array = new Int32Array(0);
  #target = new Int32Array(0);

  constructor(bytes: 2 | 4) {
    super(16, bytes);
    this.#bytes = bytes;
  }

  protected override loaded(): void {
    const { buffer, byteOffset, byteLength } = this.source;
    this.#source =
      this.#bytes === 2
        ? new Int16Array(buffer, byteOffset, byteLength >> 1)
        : new Int32Array(buffer, byteOffset, byteLength >> 2);
  }

  protected override grown(): void {
    this.#target = new Int32Array(this.staging.buffer);
  }

  protected override convert(start: number, count: number, at: number): void {
    const source = this.#source;
    const target = this.#target;
    for (let from = start, to = at * 4; from < start + count; from += 1, to += 4) {
      const low = source[from]!;
      target[to] = low;
      target[to + 1] = low >> 31;
      target[to + 2] = low >> 31;
      target[to + 3] = low >> 31;
    }
  }
}

/** DECIMAL stored in 64 bits, likewise. V8 makes no objects of numbers that go from one such array to another. */
export class WideDecimalWriter extends FixedWidthWriter {
  #source = new BigInt64Array(0);
  #target = new BigInt64Array(0);

  constructor() {
    super(16, 8);
  }

  protected override loaded(): void {
    const { buffer, byteOffset, byteLength } = this.source;
    this.#source = new BigInt64Array(buffer as ArrayBuffer, byteOffset, byteLength >> 3);
  }

  protected override grown(): void {
    this.#target = new BigInt64Array(this.staging.buffer);
  }

  protected override convert(start: number, count: number, at: number): void {
    const source = this.#source;
    const target = this.#target;
    for (let from = start, to = at * 2; from < start + count; from += 1, to += 2) {
      const low = source[from]!;
      target[to] = low;
      target[to + 1] = BigInt.asIntN(64, low >> 63n);
    }
  }
}

/** INTERVAL: months, days and microseconds become months, days and nanoseconds. */
export class IntervalWriter extends FixedWidthWriter {
  #source = new BigInt64Array(0);
  #target = new BigInt64Array(0);

  constructor() {
    super(16);
  }

  protected override loaded(): void {
    const { buffer, byteOffset, byteLength } = this.source;
    this.#source = new BigInt64Array(buffer as ArrayBuffer, byteOffset, byteLength >> 3);
  }

  protected override grown(): void {
    this.#target = new BigInt64Array(this.staging.buffer);
  }

  protected override convert(start: number, count: number, at: number): void {
    const source = this.#source;
    const target = this.#target;
    for (let from = start * 2, to = at * 2; from < (start + count) * 2; from += 2, to += 2) {
      const nanos = source[from + 1]! * 1000n;
      target[to] = source[from]!;
      target[to + 1] = nanos;
      // A null slot may hold anything, and is cleared afterwards.
      if (target[to + 1] !== nanos && this.isValid(from >> 1)) throw outOfRange();
    }
  }
}

function outOfRange(): GizmoError {
  return new GizmoError(
    'OUT_OF_RANGE',
    "An INTERVAL's time part of more than 292 years does not fit Arrow's nanoseconds; cast it to VARCHAR.",
  );
}
