/**
 * What a text runs when DuckDB binds it: itself, the strings in it where it calls `query()`, and by the views and macros that it
 * names, theirs. What the files beside this one look for is judged by words, rather too much than too little.
 */
import type { Definition } from './definitions.js';
import { isName, significant, stringOf, type Word } from './words.js';

/** Of the session's core, what this file asks. */
export interface HasDefinitions {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

/** A text, as written and by its words. */
export interface HeldText {
  readonly sql: string;
  readonly words: readonly Word[];
}

/** A text, and those in its strings that `query()` may run. */
export function* heldTexts(sql: string, depth = 0): Generator<HeldText, void, undefined> {
  const words = significant(sql);
  yield { sql, words };
  if (depth >= DEPTH_MAX || !words.some((it) => isName(it) && it.value === 'query')) return;
  for (const word of words) {
    const held = word.kind === 'string' ? stringOf(sql, word) : undefined;
    if (held !== undefined) yield* heldTexts(held, depth + 1);
  }
}

/** Of query('…query(…)…'). */
const DEPTH_MAX = 8;

/** Computes something of the definitions that there are, anew only after one has changed. */
export function ofDefinitions<T>(
  compute: (definitions: readonly Definition[]) => T,
): (core: HasDefinitions) => Promise<T> {
  const known = new WeakMap<readonly Definition[], { readonly value: T }>();
  return async ({ definitions }) => {
    const all = await definitions.all();
    const before = known.get(all);
    if (before !== undefined) return before.value;
    const value = compute(all);
    known.set(all, { value });
    return value;
  };
}

/** Takes a step until it changes nothing more: definitions name one another in any order. */
export function untilSettled(size: () => number, step: () => void): void {
  for (let before = -1; before !== size(); ) {
    before = size();
    step();
  }
}
