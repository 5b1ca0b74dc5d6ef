/**
 * What of a statement that writes rows can be read as a query: the queries in it, the tables behind FROM of UPDATE and USING of
 * DELETE and MERGE, and those that WITH names for all of it.
 */
import { heldQueries, outside, type Range, rangeOf } from './held-queries.js';
import { isWord, significant, type Word } from './words.js';

export interface Part extends Range {
  /** What makes a query of it, as DuckDB writes it. */
  readonly before: string;
  readonly after: string;
  /** Whether all that follows knows the names that its WITH gives. */
  readonly names: boolean;
}

/** In their order. Nothing relies on it: what is no query with what stands around it stays as it is. */
export function heldParts(sql: string): readonly Part[] {
  const tokens = significant(sql);
  const verb = verbOf(tokens);
  const from = tokens[verb]?.start ?? 0;
  const names = { ...rangeOf(tokens.slice(0, verb)), before: '', after: ' SELECT 1', names: true };
  const tables = tablesOf(tokens.slice(verb));
  const held = heldQueries(sql.slice(from)).map(({ start, end }) => ({
    start: start + from,
    end: end + from,
  }));
  const queries = held.filter(({ start }) => !isIn(tables, start));
  const parts = [
    ...(verb === 0 ? [] : [names]),
    ...queries.map((it) => ({ ...it, before: '', after: '', names: false })),
    ...(tables === undefined ? [] : [{ ...tables, before: 'SELECT * FROM ', after: '', names: false }]),
  ];
  return parts.sort((one, other) => one.start - other.start);
}

/** Whether it is a statement that writes rows, but for CREATE TABLE. */
export function writes(tokens: readonly Word[]): boolean {
  return isWord(tokens[verbOf(tokens)], ...VERBS);
}

/** Where WITH ends and the statement begins; 0 where it begins without. */
function verbOf(tokens: readonly Word[]): number {
  if (!isWord(tokens[0], 'with')) return 0;
  const isEnd = (at: number) => tokens[at - 1]?.value === ')' && isWord(tokens[at], ...VERBS);
  return outside(tokens).find(isEnd) ?? 0;
}

function tablesOf(tokens: readonly Word[]): Range | undefined {
  const words = WORDS[tokens[0]?.value ?? ''];
  if (words === undefined) return undefined;
  const outer = outside(tokens);
  // Not that of IS DISTINCT FROM.
  const first = outer.find((at) => isWord(tokens[at], words.from) && !isWord(tokens[at - 1], 'distinct'));
  if (first === undefined) return undefined;
  const end = outer.find((at) => at > first && isWord(tokens[at], ...words.end)) ?? tokens.length;
  return end > first + 1 ? rangeOf(tokens.slice(first + 1, end)) : undefined;
}

function isIn(range: Range | undefined, at: number): boolean {
  return range !== undefined && range.start <= at && at < range.end;
}

const VERBS = ['insert', 'update', 'delete', 'merge'];
const WORDS: Readonly<
  Record<string, { readonly from: string; readonly end: readonly string[] } | undefined>
> = {
  update: { from: 'from', end: ['where', 'returning'] },
  delete: { from: 'using', end: ['where', 'returning'] },
  merge: { from: 'using', end: ['on', 'using'] },
};
