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

/** DuckDB leaves out a piece of nothing but characters beyond ASCII, such as a no-break space behind the last semicolon. */
function isStatement(piece: string): boolean {
  return /[^\s\u0080-\uffff]/.test(piece);
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
