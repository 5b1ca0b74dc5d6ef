/** What runs in the place of texts that read lent views, as they were inspected last. */
import type { LentText } from './lend-query.js';

export class LentTexts {
  readonly #texts = new Map<string, LentText>();

  of(sql: string): LentText | undefined {
    return this.#texts.get(sql);
  }

  keep(sql: string, text: LentText): void {
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(sql, text);
  }

  /** To be called before a text is inspected. */
  forget(sql: string): void {
    this.#texts.delete(sql);
  }
}

/** As many as one statement needs. */
const TEXTS_MAX = 16;
