/** How deep block comments are nested: DuckDB's scanner takes a time that grows with the square of it, and cannot be interrupted. */
import { readTokens } from './lexer.js';

/** Whether a block comment of the text has more than `max` others around or in it, one inside the other. */
export function nestsCommentsDeeper(sql: string, max: number): boolean {
  if (sql.split('/*', max + 2).length <= max + 1) return false;
  for (const { kind, start, end } of readTokens(sql)) {
    if (kind === 'comment' && sql.startsWith('/*', start) && depthOf(sql.slice(start, end)) > max)
      return true;
  }
  return false;
}

function depthOf(comment: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of comment.matchAll(/\/\*|\*\//g)) {
    depth += mark === '/*' ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
