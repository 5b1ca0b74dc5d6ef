/** Where whole queries stand in a statement that is none itself, such as INSERT … SELECT and UPDATE … WHERE a IN (SELECT …). */
import { isWord, significant, type Word } from './words.js';

/** Characters of the text, the end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * The outermost ones, in their order. Nothing relies on it: a query that is taken apart wrongly cannot be read, and one
 * that is missed stays as it is. None of statements that begin otherwise: with WITH, whose names they could use.
 */
export function heldQueries(sql: string): readonly Range[] {
  const tokens = significant(sql);
  if (!writesRows(tokens)) return [];
  const source = sourceOf(tokens);
  const [from, to] = source ?? [tokens.length, tokens.length];
  return [
    ...inParentheses(tokens.slice(0, from)),
    ...(source === undefined ? [] : [rangeOf(tokens.slice(from, to))]),
    ...inParentheses(tokens.slice(to)),
  ];
}

/** Not what keeps a query as it is written, such as CREATE VIEW and CREATE MACRO. */
function writesRows(tokens: readonly Word[]): boolean {
  if (!isWord(tokens[0], 'create')) return isWord(tokens[0], 'insert', 'update', 'delete', 'merge');
  return isWord(
    tokens.slice(1).find((it) => !isWord(it, ...BEFORE_TABLE)),
    'table',
  );
}

/** What INSERT and CREATE TABLE … AS take their rows from: the index of its first token, and of the one behind it. */
function sourceOf(tokens: readonly Word[]): readonly [from: number, to: number] | undefined {
  const isInsert = isWord(tokens[0], 'insert');
  if (!isInsert && !isWord(tokens[0], 'create')) return undefined;
  const outer = outside(tokens);
  const as = outer.find((at) => isWord(tokens[at], 'as'));
  const from = isInsert ? outer.find((at) => at > 1 && beginsQuery(tokens, at)) : as && as + 1;
  if (from === undefined || !beginsQuery(tokens, from)) return undefined;
  // The rows of its VALUES are none of a query: they may have DEFAULT in them.
  if (isInsert && isWord(tokens[from], 'values')) return undefined;
  const after = outer.find((at) => at > from && (isInsert ? endsSource(tokens, at) : endsTable(tokens, at)));
  return [from, after ?? tokens.length];
}

function endsSource(tokens: readonly Word[], at: number): boolean {
  return isWord(tokens[at], 'returning') || (isWord(tokens[at], 'on') && isWord(tokens[at + 1], 'conflict'));
}

/** WITH [NO] DATA */
function endsTable(tokens: readonly Word[], at: number): boolean {
  const rest = tokens.slice(at + 1);
  return isWord(tokens[at], 'with') && isWord(rest.at(-1), 'data') && rest.length <= 2;
}

function beginsQuery(tokens: readonly Word[], at: number): boolean {
  let first = at;
  while (tokens[first]?.value === '(' && tokens[first]?.kind !== 'quotedIdentifier') first++;
  return isWord(tokens[first], ...(first === at ? QUERY_WORDS : WITHIN_PARENTHESES));
}

/** The queries between parentheses that are in no others. */
export function inParentheses(tokens: readonly Word[]): Range[] {
  const found: Range[] = [];
  let depth = 0;
  let open: { readonly at: number; readonly depth: number } | undefined;
  for (const [at, token] of tokens.entries()) {
    const value = token.kind === 'quotedIdentifier' ? '' : token.value;
    if (value === '(') {
      depth++;
      if (open === undefined && isWord(tokens[at + 1], ...WITHIN_PARENTHESES)) open = { at, depth };
    } else if (value === ')') {
      if (open?.depth === depth) {
        found.push(rangeOf(tokens.slice(open.at + 1, at)));
        open = undefined;
      }
      depth--;
    }
  }
  return found;
}

/** The indexes of the tokens that stand in no parentheses; of a pair of them, that of the first. */
export function outside(tokens: readonly Word[]): number[] {
  const found: number[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (depth === 0) found.push(at);
    if (token.kind === 'quotedIdentifier') continue;
    if (token.value === '(') depth++;
    else if (token.value === ')') depth--;
  }
  return found;
}

/** From the first of the tokens to the last. */
export function rangeOf(tokens: readonly Word[]): Range {
  return { start: tokens[0]?.start ?? 0, end: tokens.at(-1)?.end ?? 0 };
}

const BEFORE_TABLE = ['or', 'replace', 'temp', 'temporary'];
const WITHIN_PARENTHESES = ['select', 'from', 'with', 'values'];
const QUERY_WORDS = [...WITHIN_PARENTHESES, 'table', 'pivot', 'unpivot', 'summarize', 'describe', 'show'];
