/** Where names stand in a text, and what can be meant by each of them. */
import type { Token } from '../../sql/lexer.js';
import { nameValue } from '../../sql/string-value.js';
import { foldName } from '../model/fold-name.js';
import { tokensOf } from '../model/tokens.js';

/** One occurrence of a name in a text. */
export interface Occurrence {
  /** The index of its token. */
  readonly at: number;
  /** Folded; undefined for a string, which may have several in it. */
  readonly name: string | undefined;
  /** Whether a catalog or schema can be meant, by what stands around it. */
  readonly isPlace: boolean;
  /** Whether it can be a catalog: there is nothing that it is in. */
  readonly isFirst: boolean;
  /** The folded names that it is in, as `a` and `b` are of `c` in `a.b.c`. */
  readonly within: readonly string[];
  /** Whether it begins what is read or changed, as behind FROM. */
  readonly isTable: boolean;
  /** The word before all of the name, in small letters, but for IF EXISTS and IF NOT EXISTS. */
  readonly behind: string;
  /** Whether a parenthesis follows. */
  readonly isCalled: boolean;
}

/** All words, quoted names and strings of a text. */
export function occurrences(text: string): Occurrence[] {
  const tokens: Token[] = [];
  const places: number[] = [];
  for (const [at, token] of tokensOf(text).entries()) {
    if (token.kind === 'space' || token.kind === 'comment') continue;
    tokens.push(token);
    places.push(at);
  }
  const found: Occurrence[] = [];
  let isTable = false;
  let behind = '';
  // By the parentheses that are open: whether what is read is listed there.
  const lists: boolean[] = [false];
  for (const [index, { kind, start, end }] of tokens.entries()) {
    const at = places[index] ?? 0;
    const written = text.slice(start, end);
    const isName = kind === 'word' || kind === 'quotedIdentifier';
    const before = tokens[index - 1];
    // What is behind a dot is what the whole is.
    const isFirst = before === undefined || text.slice(before.start, before.end) !== '.';
    const word = kind === 'word' && isFirst ? foldName(written) : '';
    const isListed =
      lists.at(-1) === true && before !== undefined && /^[,(]$/.test(text.slice(before.start, before.end));
    if (kind !== 'string' && written === '(') lists.push(lists.at(-1) === true && beginsList(text, before));
    else if (written === ')' && lists.length > 1) lists.pop();
    else if (BEFORE_LIST.test(word)) lists[lists.length - 1] = true;
    else if (BEHIND_LIST.test(word)) lists[lists.length - 1] = false;
    if (isName && isFirst) {
      isTable =
        isListed || (before?.kind === 'word' && BEFORE_TABLES.test(text.slice(before.start, before.end)));
      behind = wordBefore(text, tokens, index);
    }
    const next = tokens[index + 1];
    const isCalled = next !== undefined && text.slice(next.start, next.end).startsWith('(');
    if (kind === 'string') found.push({ ...STRING, at, isFirst });
    if (!isName) continue;
    const name = foldName(kind === 'word' ? written : nameValue(written));
    const around = isFirst ? undefined : found.at(-1);
    const within =
      around?.name === undefined || around.within.length >= DEPTH_MAX ? [] : [...around.within, around.name];
    found.push({
      at,
      name,
      isPlace: isPlace(text, tokens, index),
      isFirst,
      within,
      isTable,
      behind,
      isCalled,
    });
  }
  return found;
}

/** Whether a parenthesis behind this is one around what is read. */
function beginsList(text: string, before: Token | undefined): boolean {
  return before !== undefined && /^(?:from|join|lateral|[,(])$/i.test(text.slice(before.start, before.end));
}

const BEFORE_LIST = /^(?:from|join|using)$/;
/** Reserved words: nothing that is read can be called so. */
const BEHIND_LIST =
  /^(?:where|group|having|order|limit|offset|window|qualify|union|except|intersect|select|returning|when)$/;

const STRING = {
  name: undefined,
  isPlace: true,
  within: [],
  isTable: false,
  behind: '',
  isCalled: false,
} as const;

function wordBefore(text: string, tokens: readonly Token[], index: number): string {
  const word = (at: number) => {
    const token = tokens[at];
    return token?.kind === 'word' ? foldName(text.slice(token.start, token.end)) : '';
  };
  let at = index - 1;
  if (word(at) === 'exists') at -= word(at - 1) === 'not' ? 3 : 2;
  return word(at);
}

/** A table is in a schema, and that in a catalog; fields of columns go on from there. */
const DEPTH_MAX = 3;

/** Where one of these folded names stands as in `name.called(`, with nothing before it that it is in. */
export function callsOf(text: string, names: ReadonlySet<string>): (Token & { readonly called: string })[] {
  const tokens = tokensOf(text).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const written = (at: number) => text.slice(tokens[at]?.start ?? text.length, tokens[at]?.end);
  return tokens.flatMap((token, at) => {
    const name = token.kind === 'quotedIdentifier' ? nameValue(written(at)) : written(at);
    const isCalled = written(at + 1) === '.' && written(at + 3) === '(' && written(at - 1) !== '.';
    return isCalled && names.has(foldName(name)) ? [{ ...token, called: written(at + 2) }] : [];
  });
}

const BEFORE_TABLES =
  /^(from|join|into|update|table|view|only|using|describe|desc|summarize|pivot|unpivot|references)$/i;

/** A name that something else may be in. */
export function isPlace(text: string, tokens: readonly Token[], at: number): boolean {
  const word = (index: number) => {
    const token = tokens[index];
    return token === undefined ? '' : foldName(text.slice(token.start, token.end));
  };
  // A dot may be the beginning of what the lexer takes for a number or an operator.
  if (word(at + 1).startsWith('.')) return true;
  const before = word(at - 1) === 'exists' && word(at - 2) === 'if' ? word(at - 3) : word(at - 1);
  if (/^(use|schema|database)$/.test(before)) return true;
  const first = word(at - 1) === '.' ? at - 2 : at;
  return /^(from|in)$/.test(word(first - 1)) && word(first - 2) === 'tables';
}
