/** Tells Gizmo's own statements from the engine's, by their first words and by DuckDB's lexical rules. */
import { readTokens } from '../../../sql/lexer.js';
import { nameValue } from '../../../sql/string-value.js';
import type { OwnCommand, OwnFamily } from './own-statement.js';
import { Words } from './words.js';

export interface OwnStatements {
  /** Whether the text begins as one of them. */
  has(text: string): boolean;
  /** The statement, read; undefined where it is the engine's. Throws INVALID_ARGUMENT with its usage. */
  read(text: string): OwnCommand | undefined;
}

/** The frame with the families that the server has. */
export function createOwnStatements(families: readonly OwnFamily[]): OwnStatements {
  const rows = families.flatMap((family) => family.begins.map((begin) => ({ family, begin })));
  const firsts = new Set(rows.map(({ begin }) => begin[0]));
  const wordsMax = Math.max(0, ...rows.map(({ begin }) => begin.length));

  function find(text: string): OwnFamily | undefined {
    const [first] = firstWords(text, 1);
    // Of nearly every statement this is all that is looked at.
    if (first === undefined || !firsts.has(first.keyword)) return undefined;
    const words = firstWords(text, wordsMax);
    return rows.find(({ begin }) =>
      begin.every((expected, index) => {
        const word = words[index];
        if (word === undefined) return false;
        return typeof expected === 'string' ? word.keyword === expected : expected.test(word.name);
      }),
    )?.family;
  }

  return {
    has: (text) => find(text) !== undefined,
    read(text) {
      const family = find(text);
      return family?.parse(new Words(text, family.usage));
    },
  };
}

interface FirstWord {
  /** In capitals; empty for a quoted name, which is no keyword. */
  readonly keyword: string;
  readonly name: string;
}

/** The words that a text begins with, past spaces and comments; fewer where something else comes first. */
function firstWords(text: string, count: number): readonly FirstWord[] {
  const words: FirstWord[] = [];
  for (const token of readTokens(text)) {
    if (words.length === count) break;
    if (token.kind === 'space' || token.kind === 'comment') continue;
    const written = text.slice(token.start, token.end);
    if (token.kind === 'word') words.push({ keyword: written.toUpperCase(), name: written });
    else if (token.kind === 'quotedIdentifier' && token.closed)
      words.push({ keyword: '', name: nameValue(written) });
    // A semicolon before the first word is an empty statement.
    else if (token.kind !== 'semicolon' || words.length > 0) break;
  }
  return words;
}
