/** What Tab could mean at a place in a text. A new kind of candidate is a file beside this one and a line in it. */
import { readTokens } from '../../../sql/lexer.js';
import type { Completion } from '../completion-menu.js';
import { commandCandidates } from './commands.js';
import { keywordCandidates } from './keyword-candidates.js';
import type { TableNames } from './table-names.js';

/** Candidates for what stands before the cursor; none rather than an error where the server does not answer. */
export async function complete(
  text: string,
  cursor: number,
  names: TableNames,
  signal: AbortSignal,
): Promise<Completion> {
  const before = text.slice(0, cursor);
  if (/^\s*[.\\]/.test(before)) return finish(await commandCandidates(before, names, signal));
  const place = placeOf(before);
  if (place === undefined) return { start: cursor, candidates: [] };
  const tables = await names.matching(place.word, signal);
  if (place.afterFrom && tables.length > 0) return finish({ start: place.start, candidates: tables });
  const keywords = keywordCandidates(place.word);
  return finish({ start: place.start, candidates: [...keywords, ...tables] });
}

/** A single candidate is complete, so that the next word can follow; a directory goes on. */
function finish({ start, candidates }: Completion): Completion {
  const [only] = candidates;
  const done = only !== undefined && candidates.length === 1 && !/[/\\]$/.test(only);
  return done ? { start, candidates: [`${only} `] } : { start, candidates };
}

interface Place {
  /** The dotted name before the cursor, as typed; may be empty. */
  readonly word: string;
  readonly start: number;
  /** A table is expected. */
  readonly afterFrom: boolean;
}

/** Undefined inside a string or a comment. */
function placeOf(before: string): Place | undefined {
  const tokens = [...readTokens(before)];
  const last = tokens.at(-1);
  if (last !== undefined && (last.kind === 'string' || last.kind === 'comment' || last.kind === 'number'))
    return undefined;
  let start = before.length;
  let index = tokens.length - 1;
  for (; index >= 0; index--) {
    const token = tokens[index]!;
    const isName = token.kind === 'word' || token.kind === 'quotedIdentifier';
    if (!isName && before.slice(token.start, token.end) !== '.') break;
    start = token.start;
  }
  const previous = tokens.slice(0, index + 1).findLast(({ kind }) => kind !== 'space' && kind !== 'comment');
  const word = previous === undefined ? '' : before.slice(previous.start, previous.end).toLowerCase();
  return { word: before.slice(start), start, afterFrom: TABLE_WORDS.has(word) };
}

const TABLE_WORDS: ReadonlySet<string> = new Set(
  'from join into update table view describe summarize truncate desc'.split(' '),
);
