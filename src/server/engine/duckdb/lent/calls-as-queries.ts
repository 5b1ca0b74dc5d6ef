/**
 * Calls of lent macros in VALUES, SET and the conditions of a statement that writes rows: each is written as a query of its own,
 * `m(b)` as `(SELECT m(b))`, which whoever has written the statement could have written as well.
 */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import { heldParts, type Part, writes } from '../facts/held-parts.js';
import { outside } from '../facts/held-queries.js';
import { canCall, closingOf, isName, isWord, significant, type Word } from '../facts/words.js';
import { CALLS_MAX } from './inline-calls.js';
import { notCalled, notHere } from './not-lent.js';
import { onlyComputes } from './parameters.js';
import { inSession, key } from './resolve.js';
import type { TextReader } from './tree.js';

/** The connection must be claimed. Throws FAILED_PRECONDITION for a call where no query can stand. */
export async function callsAsQueries(
  core: TextReader,
  sql: string,
  lent: readonly LentView[],
): Promise<string> {
  const macros = lent.filter(({ kind }) => kind === 'scalar macro');
  const tokens = significant(sql);
  if (macros.length === 0 || !writes(tokens)) return sql;
  let text = '';
  let at = 0;
  for (const { start, end } of await lentCalls(core, without(tokens, heldParts(sql)), macros)) {
    text += `${sql.slice(at, start)}(SELECT ${sql.slice(start, end)})`;
    at = end;
  }
  return text + sql.slice(at);
}

interface Call {
  readonly start: number;
  readonly end: number;
}

/** Not those in the arguments of others. */
async function lentCalls(
  core: TextReader,
  tokens: readonly Word[],
  macros: readonly LentView[],
): Promise<readonly Call[]> {
  const known = new Set(macros.map(({ name }) => foldName(name)));
  const asked = new Map<string, boolean>();
  const calls: Call[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const [start, names] = [at, nameAt(tokens, at)];
    at += 2 * Math.max(names.length - 1, 0);
    if (tokens[at + 1]?.value !== '(' || !known.has(names.at(-1) ?? '') || !canCall(tokens, at)) continue;
    const place = placeOf(tokens, start);
    const id = JSON.stringify(names);
    if (!asked.has(id)) asked.set(id, await isLent(core, names, macros));
    if (place === 'of a name' || asked.get(id) !== true) continue;
    if (place === 'of several values')
      throw notHere(
        'write = in the place of IN, ANY and ALL, or ask a macro that gives a table: a IN (SELECT … FROM …).',
      );
    if (isInConflict(tokens, start)) throw notHere('DuckDB has no queries in ON CONFLICT. Write MERGE.');
    if (calls.length === CALLS_MAX)
      throw notCalled(`the statement calls such macros more than ${CALLS_MAX} times`);
    const close = closingOf(tokens, at + 1);
    const [first, last] = [tokens[start], tokens[close]];
    if (first === undefined || last === undefined) break;
    calls.push({ start: first.start, end: last.end });
    at = close;
  }
  return calls;
}

function nameAt(tokens: readonly Word[], at: number): readonly string[] {
  const names: string[] = [];
  for (let next = at; ; next += 2) {
    const token = tokens[next];
    if (!isName(token)) return names;
    names.push(token.value);
    if (tokens[next + 1]?.value !== '.') return names;
  }
}

/** What reads nothing needs nobody's rights but its caller's. */
async function isLent(
  core: TextReader,
  names: readonly string[],
  macros: readonly LentView[],
): Promise<boolean> {
  const place = await inSession(core, names, ['macro']);
  const macro = place && macros.find((it) => key(it) === key(place));
  return macro !== undefined && !(await onlyComputes(core, macro));
}

/** What a name and the parentheses behind it are the place of, by what stands before them. */
function placeOf(tokens: readonly Word[], at: number): 'of a value' | 'of several values' | 'of a name' {
  const [second, last] = [tokens[at - 2], tokens[at - 1]];
  if (isWord(last, 'in')) return 'of several values';
  // What stands in the parentheses of those is another thing where it is a query.
  if (last?.value === '(') return isWord(second, ...TAKE_QUERIES) ? 'of several values' : 'of a value';
  if (last?.value === ':') return second?.value === ':' ? 'of a name' : 'of a value';
  const begins =
    last?.kind === 'operator' ||
    [',', '['].includes(last?.value ?? '') ||
    isWord(last, ...BEFORE_VALUES) ||
    (isWord(last, 'from') && isWord(second, 'distinct'));
  return begins ? 'of a value' : 'of a name';
}

function isInConflict(tokens: readonly Word[], at: number): boolean {
  const before = outside(tokens.slice(0, at));
  return before.some((it) => isWord(tokens[it], 'on') && isWord(tokens[it + 1], 'conflict'));
}

function without(tokens: readonly Word[], parts: readonly Part[]): readonly Word[] {
  let next = 0;
  return tokens.filter(({ start }) => {
    while ((parts[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    return start < (parts[next]?.start ?? Number.POSITIVE_INFINITY);
  });
}

const TAKE_QUERIES = ['in', 'any', 'all', 'some', 'array', 'exists'];
const BEFORE_VALUES =
  'and between case else escape glob ilike like not on or returning then to when where'.split(' ');
