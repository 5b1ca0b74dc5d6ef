/** Well-known binary, as DuckDB stores GEOMETRY, as well-known text (OGC Simple Features). */

const NAMES = [
  '',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
];

/** Prints one geometry; Z and M come as thousands in the type number. */
export function formatWkt(bytes: Uint8Array): string {
  return new WktPrinter(bytes).print();
}

class WktPrinter {
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  print(): string {
    const { kind, dimensions, suffix } = this.#header();
    const body = this.#body(kind, dimensions, true);
    return `${NAMES[kind] ?? 'GEOMETRY'}${suffix} ${body}`;
  }

  #header(): { kind: number; dimensions: number; suffix: string } {
    const type = this.#view.getUint32(this.#position + 1, true);
    this.#position += 5;
    const extra = Math.trunc(type / 1000);
    const suffix = ['', ' Z', ' M', ' ZM'][extra] ?? '';
    return { kind: type % 1000, dimensions: 2 + suffix.trim().length, suffix };
  }

  #body(kind: number, dimensions: number, whole: boolean): string {
    if (kind === 1) return this.#point(dimensions);
    const count = this.#count();
    if (count === 0) return 'EMPTY';
    if (kind === 2) return this.#repeat(count, () => this.#coordinates(dimensions));
    if (kind === 3) {
      return this.#repeat(count, () => this.#repeat(this.#count(), () => this.#coordinates(dimensions)));
    }
    if (kind === 7 && whole) return this.#repeat(count, () => this.print());
    return this.#repeat(count, () => {
      const member = this.#header();
      return this.#member(member.kind, member.dimensions);
    });
  }

  #member(kind: number, dimensions: number): string {
    const text = this.#body(kind, dimensions, false);
    return kind === 1 && text !== 'EMPTY' ? text.slice(1, -1) : text;
  }

  #point(dimensions: number): string {
    const text = this.#coordinates(dimensions);
    return /^NaN( NaN)*$/.test(text) ? 'EMPTY' : `(${text})`;
  }

  #coordinates(dimensions: number): string {
    const numbers: number[] = [];
    for (let index = 0; index < dimensions; index += 1) {
      numbers.push(this.#view.getFloat64(this.#position, true));
      this.#position += 8;
    }
    return numbers.join(' ');
  }

  #count(): number {
    const count = this.#view.getUint32(this.#position, true);
    this.#position += 4;
    return count;
  }

  #repeat(count: number, print: () => string): string {
    return `(${Array.from({ length: count }, print).join(', ')})`;
  }
}
