/**
 * Remembers which statements return few rows. Such a result is materialized by DuckDB in one call instead of
 * streamed in three, which halves the cost of a small statement. A wrong guess costs DuckDB's memory, which its
 * own limit bounds, and is made once.
 *
 * Texts that differ in nothing but what something is equal to are alike: lookups by key, most of which are sent once.
 */
import { addLatest } from '../../../keep-latest.js';

export class SmallTexts {
  readonly #small = new Set<string>();
  /** Of which not every one is small. */
  readonly #mixed = new Set<string>();

  /** Whether the text, or one like it, returned few rows the last time, or is certain to return one. */
  has(sql: string): boolean {
    if (!SOURCES.test(sql)) return true;
    return sql.length <= TEXT_LENGTH_MAX && (this.#small.has(sql) || this.#small.has(shapeOf(sql)));
  }

  learn(sql: string, rows: number): void {
    if (sql.length > TEXT_LENGTH_MAX) return;
    const shape = shapeOf(sql);
    if (rows > FEW_ROWS) {
      this.#small.delete(sql);
      this.#small.delete(shape);
      if (shape !== sql) addLatest(this.#mixed, shape, TEXTS_MAX);
    } else addLatest(this.#small, this.#mixed.has(shape) ? sql : shape, TEXTS_MAX);
  }
}

/** The text without the numbers and texts that something is to be equal to. Others, such as of LIMIT, say how much comes. */
function shapeOf(sql: string): string {
  return sql.replace(EQUAL_TO, '=?');
}

const FEW_ROWS = 2048;
const TEXTS_MAX = 1000;
const TEXT_LENGTH_MAX = 4096;

const EQUAL_TO = /(?<![<>!:])= *(?:-?\d+(?:\.\d+)?\b|'(?:[^']|'')*')/g;

/** What can make more than one row of a SELECT; where none of it appears, a value is computed and no more. */
const SOURCES =
  /\b(from|table|unnest|values|union|describe|show|summarize|pivot|unpivot|generate_\w+|unlist)\b/i;
