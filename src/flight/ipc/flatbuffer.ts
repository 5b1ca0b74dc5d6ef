/**
 * Reads flatbuffers that a peer sent: every offset is checked before it is followed, and what they may expand to is
 * bounded (offsets may point at the same table or string many times), so that hostile bytes cost no more than honest ones.
 * Source: FlatBuffers internals, "Format".
 */
import { malformed } from './malformed.js';

/** What reading may cost for each byte of the buffer: one a character, and per table what it takes in memory or so. */
const BUDGET_PER_BYTE = 16;
const TABLE_COST = 64;

/** One table. `slot` is the index of a field in the schema's order of declaration (a union takes two). */
export class FlatTable {
  readonly view: DataView;
  readonly #source: Source;
  readonly #at: number;
  readonly #end: number;
  readonly #vtable: number;
  readonly #slots: number;

  constructor(source: Source, at: number) {
    const { view } = source;
    spend(source, TABLE_COST);
    if (at + 4 > view.byteLength) throw outside();
    const vtable = at - view.getInt32(at, true);
    if (vtable < 0 || vtable + 4 > view.byteLength) throw outside();
    const vtableBytes = view.getUint16(vtable, true);
    const end = at + view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || vtable + vtableBytes > view.byteLength || end > view.byteLength) throw outside();
    this.view = view;
    this.#source = source;
    this.#at = at;
    this.#end = end;
    this.#vtable = vtable;
    this.#slots = (vtableBytes - 4) >> 1;
  }

  /** The table a buffer starts with. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.byteLength < 8) throw malformed('the metadata is too short');
    const budget = 1024 + BUDGET_PER_BYTE * view.byteLength;
    return new FlatTable({ view, budget }, view.getUint32(0, true));
  }

  bool(slot: number): boolean {
    return this.uint8(slot) !== 0;
  }

  uint8(slot: number): number {
    const at = this.#field(slot, 1);
    return at === 0 ? 0 : this.view.getUint8(at);
  }

  int16(slot: number, absent = 0): number {
    const at = this.#field(slot, 2);
    return at === 0 ? absent : this.view.getInt16(at, true);
  }

  int32(slot: number, absent = 0): number {
    const at = this.#field(slot, 4);
    return at === 0 ? absent : this.view.getInt32(at, true);
  }

  int64(slot: number): bigint {
    const at = this.#field(slot, 8);
    return at === 0 ? 0n : this.view.getBigInt64(at, true);
  }

  /** A 64-bit length or count, as a number. */
  size(slot: number): number {
    const at = this.#field(slot, 8);
    return at === 0 ? 0 : readSize(this.view, at);
  }

  string(slot: number): string | undefined {
    const bytes = this.vector(slot, 1);
    if (bytes === undefined) return undefined;
    spend(this.#source, bytes.count);
    const { buffer, byteOffset } = this.view;
    return Buffer.from(buffer, byteOffset + bytes.at, bytes.count).toString('utf8');
  }

  table(slot: number): FlatTable | undefined {
    const at = this.#field(slot, 4);
    return at === 0 ? undefined : new FlatTable(this.#source, at + this.view.getUint32(at, true));
  }

  tables(slot: number): FlatTable[] {
    const { at, count } = this.vector(slot, 4) ?? { at: 0, count: 0 };
    const tables: FlatTable[] = [];
    for (let i = at; i < at + 4 * count; i += 4) {
      tables.push(new FlatTable(this.#source, i + this.view.getUint32(i, true)));
    }
    return tables;
  }

  int32s(slot: number): number[] | undefined {
    const vector = this.vector(slot, 4);
    if (vector === undefined) return undefined;
    spend(this.#source, vector.count);
    return Array.from({ length: vector.count }, (_, i) => this.view.getInt32(vector.at + 4 * i, true));
  }

  /** Where the `count` elements of a vector start, of `elementBytes` each; they lie within the buffer. */
  vector(slot: number, elementBytes: number): { readonly at: number; readonly count: number } | undefined {
    const field = this.#field(slot, 4);
    if (field === 0) return undefined;
    const at = field + this.view.getUint32(field, true) + 4;
    if (at > this.view.byteLength) throw outside();
    const count = this.view.getUint32(at - 4, true);
    if (at + count * elementBytes > this.view.byteLength) throw outside();
    return { at, count };
  }

  /** Position of a field of `bytes` bytes, or 0 where the writer left it out. */
  #field(slot: number, bytes: number): number {
    if (slot >= this.#slots) return 0;
    const offset = this.view.getUint16(this.#vtable + 4 + 2 * slot, true);
    if (offset === 0) return 0;
    const at = this.#at + offset;
    if (at + bytes > this.#end) throw outside();
    return at;
  }
}

interface Source {
  readonly view: DataView;
  /** What may still be read; see {@link BUDGET_PER_BYTE}. */
  budget: number;
}

/** Reads a 64-bit length, offset or count at `at`, which must not be negative, as a number. */
export function readSize(view: DataView, at: number): number {
  const high = view.getInt32(at + 4, true);
  if (high < 0 || high > 0x1f_ffff) throw malformed('a length, offset or count is out of range');
  return high * 0x1_0000_0000 + view.getUint32(at, true);
}

function spend(source: Source, units: number): void {
  source.budget -= units;
  if (source.budget < 0) throw malformed('the metadata expands to more than its size allows');
}

function outside() {
  return malformed('an offset in the metadata points outside of it');
}
