/** Arrow columns of fixed width into DuckDB vectors: copied where both store alike, else converted. */
import duckdb, { type Vector } from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import type { Column } from '../../../../flight/ipc/column.js';
import type { ArrowField, TimeUnit } from '../../../../flight/ipc/types.js';
import type { ColumnReader } from './column-reader.js';
import { isSet, sliceBits, writeValidity } from './validity.js';

/** Values of `width` bytes that DuckDB stores as they are. */
export class CopyReader implements ColumnReader {
  readonly takesRanges = true;
  readonly #width: number;
  #data: Uint8Array = EMPTY;
  #validity: Uint8Array | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  load(column: Column): void {
    this.#data = column.data ?? EMPTY;
    this.#validity = column.validity;
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const width = this.#width;
    const { buffer, byteOffset } = this.#data;
    copyToVector(vector, buffer, byteOffset + start * width, count * width);
    writeValidity(vector, sliceBits(this.#validity, start, count, mask));
  }
}

/** Reads values into scratch memory of `width` bytes a row, which is then copied to the vector. */
export abstract class ConvertingReader implements ColumnReader {
  readonly takesRanges = true;
  protected view = new DataView(new ArrayBuffer(0));
  protected readonly scratch = new DataView(new ArrayBuffer(CHUNK_ROWS * 16));
  readonly #width: number;
  #validity: Uint8Array | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  load(column: Column): void {
    const { buffer, byteOffset, byteLength } = column.data ?? EMPTY;
    this.view = new DataView(buffer as ArrayBuffer, byteOffset, byteLength);
    this.#validity = column.validity;
  }

  fill(vector: Vector, start: number, count: number, mask?: Uint8Array): void {
    const bits = sliceBits(this.#validity, start, count, mask);
    const width = this.#width;
    // A child vector can be longer than a chunk.
    for (let done = 0; done < count; done += CHUNK_ROWS) {
      const rows = Math.min(CHUNK_ROWS, count - done);
      if (!this.convertAll(start + done, rows)) {
        for (let row = 0; row < rows; row += 1) {
          if (isSet(bits, done + row)) this.convert(start + done + row, row);
        }
      }
      duckdb.copy_data_to_vector(vector, done * width, this.scratch.buffer, 0, rows * width);
    }
    writeValidity(vector, bits);
  }

  /** Writes `rows` values from row `from` on to the front of the scratch memory; false where each has to be looked at. */
  protected convertAll(_from: number, _rows: number): boolean {
    return false;
  }

  /** Writes the value of row `from` to place `to` of the scratch memory. */
  protected abstract convert(from: number, to: number): void;
}

/** BOOLEAN: a bit a value in Arrow, a byte in DuckDB. */
export class BoolReader extends ConvertingReader {
  constructor() {
    super(1);
  }

  protected override convert(from: number, to: number): void {
    this.scratch.setUint8(to, (this.view.getUint8(from >> 3) >> (from & 7)) & 1);
  }
}

/** Integers of 32 or 64 bits, multiplied or divided to make microseconds. */
export class ScaledReader extends ConvertingReader {
  readonly #field: ArrowField;
  readonly #sourceWidth: 4 | 8;
  readonly #scale: bigint;

  constructor(field: ArrowField, sourceWidth: 4 | 8, scale: bigint) {
    super(8);
    this.#field = field;
    this.#sourceWidth = sourceWidth;
    this.#scale = scale;
  }

  protected override convert(from: number, to: number): void {
    const { view } = this;
    const value =
      this.#sourceWidth === 4 ? BigInt(view.getInt32(from * 4, true)) : view.getBigInt64(from * 8, true);
    const scaled = this.#scale > 0n ? value * this.#scale : value / -this.#scale;
    if (BigInt.asIntN(64, scaled) !== scaled) throw outOfRange(this.#field, 'microseconds of 64 bits');
    this.scratch.setBigInt64(to * 8, scaled, true);
  }
}

/** Dates in milliseconds, durations and intervals. */
export class WordsReader extends ConvertingReader {
  readonly #kind: WordsKind;
  readonly #unit: TimeUnit;

  constructor(kind: WordsKind, unit: TimeUnit = 'us') {
    super(kind === 'days' ? 4 : 16);
    this.#kind = kind;
    this.#unit = unit;
  }

  protected override convert(from: number, to: number): void {
    const { view } = this;
    switch (this.#kind) {
      case 'days':
        this.scratch.setInt32(to * 4, Number(view.getBigInt64(from * 8, true)) / 86_400_000, true);
        return;
      case 'duration':
        this.#interval(to, 0, 0, toMicros(this.#unit, view.getBigInt64(from * 8, true)));
        return;
      case 'yearMonth':
        this.#interval(to, view.getInt32(from * 4, true), 0, 0n);
        return;
      case 'dayTime':
        this.#interval(
          to,
          0,
          view.getInt32(from * 8, true),
          BigInt(view.getInt32(from * 8 + 4, true)) * 1000n,
        );
        return;
      case 'monthDayNano':
        // DuckDB counts microseconds: what is finer is cut off.
        this.#interval(
          to,
          view.getInt32(from * 16, true),
          view.getInt32(from * 16 + 4, true),
          view.getBigInt64(from * 16 + 8, true) / 1000n,
        );
    }
  }

  #interval(to: number, months: number, days: number, micros: bigint): void {
    this.scratch.setInt32(to * 16, months, true);
    this.scratch.setInt32(to * 16 + 4, days, true);
    this.scratch.setBigInt64(to * 16 + 8, micros, true);
  }
}

/** The 16 bytes of a UUID, most significant first, into DuckDB's 128-bit number, whose sign makes it sort like them. */
export class UuidReader extends ConvertingReader {
  constructor() {
    super(16);
  }

  protected override convert(from: number, to: number): void {
    const { view, scratch } = this;
    scratch.setBigUint64(to * 16, view.getBigUint64(from * 16 + 8), true);
    scratch.setBigUint64(to * 16 + 8, view.getBigUint64(from * 16) ^ (1n << 63n), true);
  }
}

type WordsKind = 'days' | 'duration' | 'yearMonth' | 'dayTime' | 'monthDayNano';

/** Copies received bytes, which may lie in memory of any kind, to the front of a vector. */
function copyToVector(vector: Vector, buffer: ArrayBufferLike, offset: number, count: number): void {
  if (count === 0) return;
  if (buffer instanceof ArrayBuffer) duckdb.copy_data_to_vector(vector, 0, buffer, offset, count);
  else duckdb.copy_data_to_vector(vector, 0, new Uint8Array(buffer, offset, count).slice().buffer, 0, count);
}

const EMPTY = new Uint8Array(0);
/** Rows that are converted in one go. */
const CHUNK_ROWS = 2048;

function toMicros(unit: TimeUnit, value: bigint): bigint {
  if (unit === 'ns') return value / 1000n;
  return value * { s: 1_000_000n, ms: 1000n, us: 1n }[unit];
}

/** What is thrown for a value that DuckDB's type cannot hold. */
export function outOfRange(field: ArrowField, what: string): GizmoError {
  return new GizmoError('OUT_OF_RANGE', `A value of "${field.name}" does not fit ${what}.`);
}
