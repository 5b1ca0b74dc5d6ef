/**
 * UNION as a dense union. Of the two Arrow unions every Flight SQL client reads the dense one, because SqlInfo
 * has it; Java's sparse vector cannot hold two members of one type; and it sends each value once.
 */
import type { BodyBuilder } from './body-builder.js';
import type { ColumnWriter } from './column-writer.js';
import type { SourceVector } from './source-vector.js';
import { isSet, readValidity } from './validity.js';

/** DuckDB stores a union as a struct of a tag and all members. A null union has no place in Arrow: it is a null of the first member. */
export class UnionWriter implements ColumnWriter {
  readonly #members: readonly ColumnWriter[];
  readonly #memberLengths: number[];
  #tags: Uint8Array = new Uint8Array(0);
  #typeIds = new Int8Array(64);
  #offsets = new Int32Array(64);
  #length = 0;

  constructor(members: readonly ColumnWriter[]) {
    this.#members = members;
    this.#memberLengths = members.map(() => 0);
  }

  load(vector: SourceVector, size: number, mask?: Uint8Array): void {
    const nulls = readValidity(vector, size, mask);
    const tags = Uint8Array.from(vector.structChild(0).data(size));
    if (nulls !== undefined) {
      for (let row = 0; row < size; row += 1) if (!isSet(nulls, row)) tags[row] = 0;
    }
    this.#tags = tags;
    for (const [index, member] of this.#members.entries()) {
      member.load(vector.structChild(index + 1), size, nulls);
    }
  }

  weigh(start: number, count: number): number {
    let sum = count * 5;
    this.#eachRun(start, count, (tag, from, length) => {
      sum += this.#members[tag]!.weigh(from, length);
    });
    return sum;
  }

  append(start: number, count: number): void {
    this.#reserve(count);
    this.#eachRun(start, count, (tag, from, length) => {
      this.#members[tag]!.append(from, length);
      for (let index = 0; index < length; index += 1) {
        this.#typeIds[this.#length] = tag;
        this.#offsets[this.#length] = this.#memberLengths[tag]!;
        this.#memberLengths[tag]! += 1;
        this.#length += 1;
      }
    });
  }

  emit(body: BodyBuilder): void {
    body.node(this.#length, 0);
    body.buffer(new Uint8Array(this.#typeIds.buffer, 0, this.#length));
    body.buffer(new Uint8Array(this.#offsets.buffer, 0, this.#length * 4));
    for (const member of this.#members) member.emit(body);
  }

  clear(): void {
    this.#length = 0;
    this.#memberLengths.fill(0);
    for (const member of this.#members) member.clear();
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#typeIds.length) return;
    const typeIds = new Int8Array(needed * 2);
    typeIds.set(this.#typeIds);
    this.#typeIds = typeIds;
    const offsets = new Int32Array(needed * 2);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
  }

  /** Ranges of rows with the same member. */
  #eachRun(start: number, count: number, run: (tag: number, from: number, length: number) => void): void {
    const end = start + count;
    let from = start;
    for (let row = start + 1; row <= end; row += 1) {
      if (row < end && this.#tags[row] === this.#tags[from]) continue;
      run(this.#tags[from]!, from, row - from);
      from = row;
    }
  }
}
