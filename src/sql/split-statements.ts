/** Cuts a text into its statements at the semicolons that stand outside strings, names and comments. */
import { readTokens } from './lexer.js';

/**
 * Statements in order, each without its semicolon; pieces of nothing but white space and comments are left out.
 * A last piece without semicolon is a statement with `terminated: false`.
 */
export function splitStatements(text: string): SplitText {
  const statements: SqlPiece[] = [];
  let start = -1;
  let end = 0;
  let afterLast = 0;
  let open = false;
  for (const token of readTokens(text)) {
    open = !token.closed;
    if (token.kind === 'semicolon') {
      if (start >= 0 && isStatement(text.slice(start, end)))
        statements.push({ text: text.slice(start, end), start, end, terminated: true });
      start = -1;
      afterLast = token.end;
    } else if (token.kind !== 'space' && token.kind !== 'comment') {
      if (start < 0) start = token.start;
      end = token.end;
    }
  }
  const pending = start >= 0 && isStatement(text.slice(start, end));
  if (pending) statements.push({ text: text.slice(start, end), start, end, terminated: false });
  return { statements, rest: pending || open ? text.slice(afterLast) : '' };
}

/**
 * Of a piece that it cannot parse, DuckDB cuts white space from both ends, vertical tabs too, and characters beyond ASCII
 * from the last, and leaves out what is nothing then: a no-break space behind the last semicolon, for one.
 */
function isStatement(piece: string): boolean {
  let start = 0;
  let end = piece.length;
  while (isCSpace(piece.charCodeAt(start))) start++;
  while (end > start && (isCSpace(piece.charCodeAt(end - 1)) || piece.charCodeAt(end - 1) > 0x7f)) end--;
  if (end - start === piece.length) return true;
  for (const { kind } of readTokens(piece.slice(start, end)))
    if (kind !== 'space' && kind !== 'comment') return true;
  return false;
}

function isCSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Whether nothing is left open: every statement has its semicolon, every quote and comment its end. */
export function isComplete(text: string): boolean {
  return splitStatements(text).rest === '';
}

export interface SplitText {
  readonly statements: readonly SqlPiece[];
  /** What follows the last semicolon, where that is more than white space and closed comments; else empty. */
  readonly rest: string;
}

export interface SqlPiece {
  readonly text: string;
  /** UTF-16 indices into the whole text. */
  readonly start: number;
  readonly end: number;
  readonly terminated: boolean;
}
