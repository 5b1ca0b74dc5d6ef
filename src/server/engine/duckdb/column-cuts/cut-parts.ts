/** What of a statement that is no query can be read as one, so that the tables in it can be cut. */

import { heldParts, type Part } from '../facts/held-parts.js';
import { inParentheses, outside, rangeOf } from '../facts/held-queries.js';
import { viewBody } from '../facts/view-body.js';
import { isName, isWord, significant, type Word } from '../facts/words.js';

/** A part, and whether it is an expression: its column has no name. */
export interface CutPart extends Part {
  readonly isValue?: true;
}

/** In their order. Nothing relies on it: what is no query with what stands around it stays as it is. */
export function cutParts(sql: string): readonly CutPart[] {
  const tokens = significant(sql);
  if (isWord(tokens[0], 'create')) {
    const view = viewBody(sql);
    if (view !== undefined)
      return [{ ...PLAIN, start: sql.length - view.trimStart().length, end: sql.length }];
    const macro = macroBody(tokens);
    if (macro !== undefined) return [macro];
    const kind = tokens.find((it) => !isWord(it, ...BEFORE_KIND));
    if (isWord(kind, 'type')) return inParentheses(tokens).map((it) => ({ ...PLAIN, ...it }));
  }
  const parts = heldParts(sql);
  return parts.length > 0 ? parts : pivotParts(tokens);
}

/** What a macro with one form computes, or the query of its table. */
function macroBody(tokens: readonly Word[]): CutPart | undefined {
  const kind = tokens.findIndex((it) => !isWord(it, ...BEFORE_KIND));
  if (!isWord(tokens[kind], 'macro', 'function')) return undefined;
  const as = outside(tokens).find((at) => at > kind && isWord(tokens[at], 'as'));
  if (as === undefined) return undefined;
  const isTable = isWord(tokens[as + 1], 'table');
  const range = rangeOf(tokens.slice(as + (isTable ? 2 : 1)));
  return isTable ? { ...PLAIN, ...range } : { ...PLAIN, ...range, before: 'SELECT ', isValue: true };
}

/** Of a PIVOT without IN, which is no query to DuckDB: its table, and the queries in parentheses. */
function pivotParts(tokens: readonly Word[]): readonly CutPart[] {
  if (!tokens.some((it) => isWord(it, ...PIVOT))) return [];
  const queries = inParentheses(tokens);
  const parts: CutPart[] = queries.map((it) => ({ ...PLAIN, ...it }));
  for (const [at, token] of tokens.entries()) {
    if (!isWord(token, ...PIVOT) || !isName(tokens[at + 1])) continue;
    let end = at + 1;
    while (tokens[end + 1]?.value === '.' && isName(tokens[end + 2])) end += 2;
    const range = rangeOf(tokens.slice(at + 1, end + 1));
    const isHeld = queries.some((it) => it.start <= range.start && range.start < it.end);
    if (!isHeld && tokens[end + 1]?.value !== '(')
      parts.push({ ...PLAIN, ...range, before: 'SELECT * FROM ' });
  }
  return parts.sort((one, other) => one.start - other.start);
}

const PLAIN = { before: '', after: '', names: false };
const PIVOT = ['pivot', 'pivot_wider'];
const BEFORE_KIND = ['create', 'or', 'replace', 'temp', 'temporary', 'persistent'];
