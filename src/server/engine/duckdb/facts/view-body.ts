/** The query of CREATE VIEW: the plan does not say what a view reads. */
import { readTokens } from '../../../../sql/lexer.js';

/** The text behind AS; undefined where the statement is no CREATE VIEW. One statement, without EXPLAIN before it. */
export function viewBody(sql: string): string | undefined {
  let depth = 0;
  let words = 0;
  let isView = false;
  for (const { kind, start, end } of readTokens(sql)) {
    const text = sql.slice(start, end).toLowerCase();
    if (text === '(') depth++;
    else if (text === ')') depth--;
    if (kind !== 'word') continue;
    if (words++ === 0 && text !== 'create') return undefined;
    if (isView && depth === 0 && text === 'as') return sql.slice(end);
    if (VIEW.has(text)) isView = true;
    else if (!isView && !BEFORE_VIEW.has(text)) return undefined;
  }
  return undefined;
}

const VIEW: ReadonlySet<string> = new Set(['view']);
const BEFORE_VIEW: ReadonlySet<string> = new Set([
  'create',
  'or',
  'replace',
  'temp',
  'temporary',
  'recursive',
]);
