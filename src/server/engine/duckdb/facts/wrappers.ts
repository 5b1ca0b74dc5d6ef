/** Statements that hold another statement: what they hold, so that it can be planned in their place. */
import { isName, isWord, type Word } from './words.js';

/** The index of the first token that EXPLAIN [ANALYZE] [(options)] stands before; 0 where there is none. */
export function skipExplain(tokens: readonly Word[]): number {
  if (!isWord(tokens[0], 'explain')) return 0;
  let at = 1;
  while (isWord(tokens[at], 'analyze', 'analyse', 'verbose')) at++;
  const hasOptions =
    tokens[at]?.value === '(' && !isWord(tokens[at + 1], ...QUERY_WORDS) && tokens[at + 1]?.value !== '(';
  if (hasOptions) {
    while (at < tokens.length && tokens[at]?.value !== ')') at++;
    at++;
  }
  // DuckDB explains no USE: what it says to that is for whoever wrote it.
  return isWord(tokens[at], 'use') ? 0 : at;
}

/** PREPARE name AS …: the name, and the index of the first token of what it keeps. Undefined for any other form. */
export function readPrepare(tokens: readonly Word[]): { name: string; start: number } | undefined {
  const [verb, name, as] = tokens;
  if (!isWord(verb, 'prepare') || !isName(name) || !isWord(as, 'as')) return undefined;
  return { name: name.value, start: 3 };
}

/**
 * EXECUTE name (values): the name, and the tokens of each value. Values are evaluated while the statement is bound, so
 * that nothing may be called in them; undefined where something is.
 */
export function readExecute(
  tokens: readonly Word[],
): { name: string; values: readonly (readonly Word[])[] } | undefined {
  const [verb, name, open, ...rest] = tokens;
  if (!isWord(verb, 'execute') || !isName(name)) return undefined;
  if (open === undefined) return { name: name.value, values: [] };
  const [close] = rest.splice(-1);
  if (open.value !== '(' || close?.value !== ')') return undefined;
  if (rest.some(({ value }) => value === '(' || value === ')')) return undefined;
  const values: Word[][] = [[]];
  for (const token of rest) {
    if (token.value === ',') values.push([]);
    else values.at(-1)?.push(token);
  }
  return { name: name.value, values };
}

/** DEALLOCATE [PREPARE] name: the name. */
export function readDeallocate(tokens: readonly Word[]): { name: string } | undefined {
  const [verb, ...rest] = tokens;
  const [name, ...more] = isWord(rest[0], 'prepare') && rest.length > 1 ? rest.slice(1) : rest;
  return isWord(verb, 'deallocate') && isName(name) && more.length === 0 ? { name: name.value } : undefined;
}

/**
 * A text whose PIVOTs have an IN list each: without one a PIVOT is two statements to DuckDB, of which the first asks
 * which values there are, and cannot be planned as one. It reads and calls the same as the text given.
 */
export function withPivotValues(sql: string, tokens: readonly Word[]): string {
  const ends = new Set<number>();
  const pivots = tokens.flatMap((token, at) => (isWord(token, 'pivot', 'pivot_wider') ? [at] : []));
  for (const at of pivots.slice(0, PIVOTS_MAX)) for (const end of elementEnds(tokens, at)) ends.add(end);
  let text = '';
  let at = tokens[0]?.start ?? sql.length;
  for (const end of [...ends].sort((a, b) => a - b)) {
    text += `${sql.slice(at, end)} IN (NULL) `;
    at = end;
  }
  return text + sql.slice(at);
}

/** What has more of them cannot be planned: each is gone through to its end. */
const PIVOTS_MAX = 100;

/** Where the elements of ON that have no IN end, in the text. */
function elementEnds(tokens: readonly Word[], pivot: number): number[] {
  const ends: number[] = [];
  let depth = 0;
  let inElements = false;
  let hasIn = false;
  let last: Word | undefined;
  const finish = () => {
    if (inElements && !hasIn && last !== undefined) ends.push(last.end);
    hasIn = false;
  };
  for (const token of tokens.slice(pivot + 1)) {
    if (token.value === ')' && depth === 0) break;
    if (depth === 0 && inElements && isWord(token, ...AFTER_ELEMENTS)) break;
    if (depth === 0 && !inElements && isWord(token, 'on')) {
      inElements = true;
      continue;
    }
    if (token.value === '(') depth++;
    else if (token.value === ')') depth--;
    else if (depth === 0 && token.value === ',') finish();
    else if (depth === 0 && isWord(token, 'in')) hasIn = true;
    last = token;
  }
  finish();
  return ends;
}

const AFTER_ELEMENTS = [
  'using',
  'group',
  'order',
  'limit',
  'offset',
  'union',
  'except',
  'intersect',
  'where',
];

const QUERY_WORDS = [
  'select',
  'from',
  'with',
  'values',
  'table',
  'describe',
  'show',
  'summarize',
  'pivot',
  'unpivot',
];
