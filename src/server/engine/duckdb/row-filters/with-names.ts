/** The names that WITH gives to queries. A text may have thousands of them, so that they are never copied. */

/** Folded names that are in scope somewhere. */
export interface Names {
  has(name: string): boolean;
}

export class WithNames {
  readonly #places = new Map<string, number>();
  readonly #around: Names;

  /** @param names folded, in the order of their queries; @param around those in scope before */
  constructor(names: readonly string[], around: Names) {
    this.#around = around;
    for (const [at, name] of names.entries()) if (!this.#places.has(name)) this.#places.set(name, at);
  }

  /** The first of them and those around: what the query behind those knows. */
  first(count: number): Names {
    return { has: (name) => (this.#places.get(name) ?? count) < count || this.#around.has(name) };
  }
}
