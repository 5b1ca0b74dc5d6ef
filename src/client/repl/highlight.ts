/** Colours of SQL while it is typed. */
import { readTokens, type Token } from '../../sql/lexer.js';
import { isKeyword } from './keywords.js';

/** For a text, a function from an offset to the SGR sequence of the character there; empty for none. */
export function highlighter(text: string): (offset: number) => string {
  if (text.length > HIGHLIGHT_CHARACTERS_MAX || /^\s*[.\\]/.test(text)) return () => '';
  const tokens = [...readTokens(text)].map((token) => ({ end: token.end, style: styleOf(token, text) }));
  let at = 0;
  return (offset) => {
    // The painter asks from left to right.
    while (at < tokens.length - 1 && tokens[at]!.end <= offset) at++;
    return tokens[at]?.style ?? '';
  };
}

/** Above this the cost of looking at every token at each key would be felt. */
const HIGHLIGHT_CHARACTERS_MAX = 20_000;
const KEYWORD = '\x1b[34m';
const STRING = '\x1b[32m';
const NUMBER = '\x1b[36m';
const COMMENT = '\x1b[90m';
const UNCLOSED = '\x1b[31m';

function styleOf(token: Token, text: string): string {
  if (!token.closed) return UNCLOSED;
  switch (token.kind) {
    case 'word':
      return isKeyword(text.slice(token.start, token.end)) ? KEYWORD : '';
    case 'string':
      return STRING;
    case 'number':
    case 'parameter':
      return NUMBER;
    case 'comment':
      return COMMENT;
    default:
      return '';
  }
}
