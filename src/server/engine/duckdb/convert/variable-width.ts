/** Columns of utf8 and binary: bytes behind one another and an offset a row. */
import { GizmoError } from '../../../../errors.js';
import type { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import type { SourceVector } from './source-vector.js';
import { isSet, readValidity, ValidityWriter } from './validity.js';

/** Subclasses say about how many bytes a row has and write them at {@link position}. */
export abstract class VariableWidthWriter implements ColumnWriter {
  protected bytes = new Uint8Array(INITIAL_BYTES);
  protected position = 0;
  protected offsets = new Int32Array(INITIAL_ROWS + 1);
  protected nulls: Uint8Array | undefined;
  protected readonly validity = new ValidityWriter();

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    this.nulls = readValidity(vector, size, mask);
    this.read(vector, size);
  }

  weigh(start: number, count: number): number {
    let sum = count * 4;
    for (let row = start; row < start + count; row += 1) {
      if (isSet(this.nulls, row)) sum += this.weighRow(row);
    }
    return sum;
  }

  append(start: number, count: number): void {
    this.reserveRows(count);
    let slot = this.validity.length;
    for (let row = start; row < start + count; row += 1) {
      if (isSet(this.nulls, row)) this.write(row);
      slot += 1;
      this.offsets[slot] = this.position;
    }
    this.validity.append(this.nulls, start, count);
  }

  emit(body: BodyBuilder): void {
    this.validity.emit(body);
    body.buffer(new Uint8Array(this.offsets.buffer, 0, (this.validity.length + 1) * 4));
    body.buffer(this.bytes.subarray(0, this.position));
  }

  clear(): void {
    // One huge value must not keep its memory for the rest of the stream.
    if (this.bytes.byteLength > KEEP_BYTES_MAX) {
      this.bytes = new Uint8Array(INITIAL_BYTES);
      this.grown();
    }
    this.position = 0;
    this.validity.clear();
  }

  /** Takes in the first `size` rows of the vector. */
  protected abstract read(vector: SourceVector, size: number): void;
  /** Bytes of row `row`, which is not null, near enough to cut a batch by. */
  protected abstract weighRow(row: number): number;
  /** Writes row `row`, which is not null, with {@link put} or {@link putAscii}. */
  protected abstract write(row: number): void;
  /** The byte buffer was replaced: subclasses renew their views. */
  protected grown(): void {}

  protected put(bytes: Uint8Array): void {
    this.reserveBytes(bytes.byteLength);
    this.bytes.set(bytes, this.position);
    this.position += bytes.byteLength;
  }

  protected putAscii(text: string): void {
    this.reserveBytes(text.length);
    for (let index = 0; index < text.length; index += 1) {
      this.bytes[this.position + index] = text.charCodeAt(index);
    }
    this.position += text.length;
  }

  protected reserveRows(count: number): void {
    const needed = this.validity.length + count + 1;
    if (needed <= this.offsets.length) return;
    const grown = new Int32Array(needed * 2);
    grown.set(this.offsets);
    this.offsets = grown;
  }

  /** Makes room for `length` bytes more, and some slack for writers that write in whole words. */
  protected reserveBytes(length: number): void {
    const needed = this.position + length + SLACK;
    if (needed <= this.bytes.byteLength) return;
    if (needed > BYTES_MAX) {
      throw new GizmoError(
        'OUT_OF_RANGE',
        'One row holds more than 2 GiB of text or bytes; select a part of it.',
      );
    }
    const grown = new Uint8Array(Math.min(BYTES_MAX, Math.max(needed, this.bytes.byteLength * 2)));
    grown.set(this.bytes.subarray(0, this.position));
    this.bytes = grown;
    this.grown();
  }
}

/** Small, because most results are; a long one has grown them after its first chunk. */
const INITIAL_BYTES = 1024;
const INITIAL_ROWS = 63;
const KEEP_BYTES_MAX = 8 * 1024 * 1024;
const SLACK = 16;
/** Arrow's offsets of utf8 and binary have 32 bits. */
const BYTES_MAX = 0x7fff_ffff;
