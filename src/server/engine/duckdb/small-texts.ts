/**
 * Remembers which statements return few rows. Such a result is materialized by DuckDB in one call instead of
 * streamed in three, which halves the cost of a small statement. A wrong guess costs DuckDB's memory, which its
 * own limit bounds, and is made once.
 */

export class SmallTexts {
  readonly #texts = new Set<string>();

  /** Whether the text returned few rows the last time, or is certain to return one. */
  has(sql: string): boolean {
    return this.#texts.has(sql) || !SOURCES.test(sql);
  }

  learn(sql: string, rows: number): void {
    if (sql.length > TEXT_LENGTH_MAX) return;
    this.#texts.delete(sql);
    if (rows > FEW_ROWS) return;
    if (this.#texts.size >= TEXTS_MAX) {
      for (const oldest of this.#texts) {
        this.#texts.delete(oldest);
        break;
      }
    }
    this.#texts.add(sql);
  }
}

const FEW_ROWS = 2048;
const TEXTS_MAX = 1000;
const TEXT_LENGTH_MAX = 4096;

/** What can make more than one row of a SELECT; where none of it appears, a value is computed and no more. */
const SOURCES =
  /\b(from|table|unnest|values|union|describe|show|summarize|pivot|unpivot|generate_\w+|unlist)\b/i;
