/** Cuts a script into SQL statements and dot commands. */
import { readTokens } from '../../sql/lexer.js';

/**
 * Parts in order. A line that begins with `.` (or `\` as in psql) is a command where no statement is open. A last
 * statement needs no semicolon.
 */
export function* splitScript(text: string): Generator<ScriptPart, void, undefined> {
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, at)) {
    if (isCommandStart(text, at)) {
      const end = endOfLine(text, at);
      yield { kind: 'command', text: text.slice(at, end).trimEnd() };
      at = end;
    } else {
      const { end, next } = endOfStatement(text, at);
      // A no-break space behind the last semicolon, as pages have it, is nothing that anybody meant.
      if (text.slice(at, end).trim() !== '') yield { kind: 'statement', text: text.slice(at, end) };
      at = next;
    }
  }
}

export interface ScriptPart {
  readonly kind: 'statement' | 'command';
  /** A statement without its semicolon; a command with its dot. */
  readonly text: string;
}

/** Whether `text` has only a command in it: the shell then runs it at Enter, without a semicolon. */
export function isCommandLine(text: string): boolean {
  return /^\s*(\.[A-Za-z]|\\[A-Za-z?])/.test(text) && !text.trim().includes('\n');
}

function isCommandStart(text: string, at: number): boolean {
  return (
    /^(\.[A-Za-z]|\\[A-Za-z?])/.test(text.slice(at, at + 2)) &&
    /(^|\n)[^\S\n]*$/.test(text.slice(0, at).slice(-LINE_MAX))
  );
}

/** Indentation before a command that is still looked through. */
const LINE_MAX = 1000;

function skipBlank(text: string, start: number): number {
  for (const token of readTokens(text, start)) {
    if (token.kind !== 'space' && token.kind !== 'comment') return token.start;
  }
  return text.length;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** `end` is behind the last character that is neither blank nor comment, `next` behind the semicolon. */
function endOfStatement(text: string, start: number): { end: number; next: number } {
  let end = start;
  for (const token of readTokens(text, start)) {
    if (token.kind === 'semicolon') return { end, next: token.end };
    if (token.kind !== 'space' && token.kind !== 'comment') end = token.end;
  }
  return { end, next: text.length };
}

/** Length of the beginning of `text` that nothing after it can change: whole statements and whole command lines. */
export function settledLength(text: string): number {
  let settled = 0;
  for (let at = skipBlank(text, 0); at < text.length; at = skipBlank(text, at)) {
    if (isCommandStart(text, at)) {
      at = endOfLine(text, at) + 1;
      if (at > text.length) return settled;
    } else {
      const end = endOfSemicolon(text, at);
      if (end === undefined) return settled;
      at = end;
    }
    settled = at;
  }
  return settled;
}

function endOfSemicolon(text: string, start: number): number | undefined {
  for (const token of readTokens(text, start)) if (token.kind === 'semicolon') return token.end;
  return undefined;
}
