/** What could be names within a string, and which of them something could be in. */

/** As nextval('a.b') has two. */
export const PARTS = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/** The parts with a dot after them, whatever quotes, spaces and comments are between. */
export function* partsBeforeDot(value: string): Generator<string> {
  const gaps = new Gaps(value);
  for (const { 0: part, index } of value.matchAll(PARTS)) if (gaps.endInDot(index + part.length)) yield part;
}

/** What may stand between a name and its dot in a string. Whatever it holds, nothing of it is gone through from many places. */
class Gaps {
  readonly #value: string;
  /** Where a dot follows, by the places that have been passed. */
  readonly #known = new Map<number, boolean>();
  /** By what ends a comment: from where on there is none. */
  readonly #endless = new Map<string, number>();
  #ends: Map<number, number> | undefined;

  constructor(value: string) {
    this.#value = value;
  }

  endInDot(from: number): boolean {
    const passed: number[] = [];
    let at = from;
    while (!this.#known.has(at)) {
      passed.push(at);
      const next = this.#behind(at);
      if (next === at) this.#known.set(at, this.#value[at] === '.');
      at = next;
    }
    const found = this.#known.get(at) ?? false;
    for (const it of passed) this.#known.set(it, found);
    return found;
  }

  /** Behind the spaces and quotes, or the comment, that stand at an index; the same index where none do. */
  #behind(at: number): number {
    GAP.lastIndex = at;
    if (GAP.test(this.#value)) return GAP.lastIndex;
    const two = this.#value.slice(at, at + 2);
    if (two === '/*') return this.#comments.get(at) ?? this.#behindNext('*/', at);
    return two === '--' ? this.#behindNext('\n', at) : at;
  }

  /** Where comments end, by where they begin: there can be others in them. */
  get #comments(): ReadonlyMap<number, number> {
    if (this.#ends !== undefined) return this.#ends;
    this.#ends = new Map();
    const open: number[] = [];
    for (const { 0: mark, index } of this.#value.matchAll(/\/\*|\*\//g)) {
      const start = mark === '/*' ? undefined : open.pop();
      if (mark === '/*') open.push(index);
      else if (start !== undefined) this.#ends.set(start, index + 2);
    }
    return this.#ends;
  }

  #behindNext(end: string, at: number): number {
    if (at >= (this.#endless.get(end) ?? Number.POSITIVE_INFINITY)) return at;
    const close = this.#value.indexOf(end, at + 2);
    if (close < 0) this.#endless.set(end, at);
    return close < 0 ? at : close + end.length;
  }
}

const GAP = /["'\s]+/y;
