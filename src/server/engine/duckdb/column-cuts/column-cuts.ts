/** What runs in the place of texts over tables that may be read in part, as they were inspected last. */
import type { ColumnCut } from '../../../model/column-cut.js';
import { askingOnce } from '../facts/asking-once.js';
import type { TextReader } from '../facts/plan-text.js';
import { type CutText, cutText } from './cut-text.js';
import { withoutFiles } from './held-files.js';
import type { Unreadable } from './shown.js';

export class ColumnCuts {
  readonly #core: TextReader;
  readonly #texts = new Map<string, string>();

  constructor(core: TextReader) {
    this.#core = core;
  }

  textFor(sql: string): string {
    return this.#texts.get(sql) ?? sql;
  }

  /** To be called before a text is inspected. */
  forget(sql: string): void {
    this.#texts.delete(sql);
  }

  /** The connection must be claimed, in the transaction in which it is to run. */
  async cut(sql: string, cuts: readonly ColumnCut[]): Promise<CutText | Unreadable> {
    const held = withoutFiles(sql);
    const cut = await cutText(askingOnce(this.#core), held.text, cuts);
    if ('unreadable' in cut) return cut;
    if (cut.text === held.text) return { ...cut, text: sql };
    const text = held.restored(cut.text);
    this.replace(sql, text);
    return { ...cut, text };
  }

  /** Has another text run in the place of one, until that is inspected again. */
  replace(sql: string, text: string): void {
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(sql, text);
  }
}

/** As many as one statement needs, masked ones included. */
const TEXTS_MAX = 16;
