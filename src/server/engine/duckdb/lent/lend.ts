/** A statement over lent views: a query, or one that writes the rows of queries somewhere else. */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { LentRead } from '../../../model/plan-facts.js';
import { askingOnce } from '../facts/asking-once.js';
import { heldParts, type Part } from '../facts/held-parts.js';
import { withParameters } from '../facts/parameters.js';
import { isName, significant } from '../facts/words.js';
import { callsAsQueries } from './calls-as-queries.js';
import type { Core } from './expand.js';
import { type LentText, lendQuery } from './lend-query.js';
import { notHere, notLent } from './not-lent.js';
import { key } from './resolve.js';
import { queriesOfWith, queryOf } from './tree.js';

/**
 * Throws FAILED_PRECONDITION with the reason where nothing is lent. The connection must be claimed, in the transaction in which it
 * is to run.
 */
export async function lend(asked: Core, sql: string, lent: readonly LentView[]): Promise<LentText> {
  const core = { ...askingOnce(asked), definitions: asked.definitions };
  const query = await queryOf(core, sql);
  const found =
    query === undefined
      ? await lendParts(core, sql, lent)
      : await lendQuery(core, sql, query, lent, new Set());
  if (found === undefined) throw notLent('it reads no view of an administrator');
  return found;
}

/** Part by part: what stands around them is the caller's, and stays as it is. */
async function lendParts(
  core: Core,
  written: string,
  lent: readonly LentView[],
): Promise<LentText | undefined> {
  // Each part is read by itself, where a `?` would be another one.
  const numbered = withParameters(written, significant(written), (name) => `$${name}`);
  const sql = await callsAsQueries(core, numbered, lent);
  const parts = heldParts(sql);
  if (parts.length === 0)
    throw notHere(
      'this statement is none of those. Query it, or read it in a subquery; PIVOT needs its values, in IN (…).',
    );
  const names = new Set(lent.map(({ name }) => foldName(name)));
  const [run, plan, around] = [[], [], []] as [string[], string[], string[]];
  const reads = new Map<string, LentRead>();
  let hidesRows = false;
  let tells: string | undefined;
  const casts: string[] = [];
  let scope: ReadonlySet<string> = new Set();
  let at = 0;
  for (const part of parts) {
    const { start, end, before, after } = part;
    const text = before + sql.slice(start, end) + after;
    const isAsked = part.names || namesOne(text, names);
    const query = isAsked ? await queryOf(core, text) : undefined;
    const found = query && (await lendQuery(core, text, query, lent, scope));
    if (part.names) {
      if (query === undefined) throw notLent('its WITH cannot be read');
      scope = new Set(queriesOfWith(query).map(([name]) => foldName(name)));
    }
    around.push(sql.slice(at, start));
    run.push(sql.slice(at, start), found ? cut(found.run, part) : sql.slice(start, end));
    plan.push(sql.slice(at, start), found ? cut(found.plan, part) : sql.slice(start, end));
    for (const read of found?.reads ?? []) reads.set(key(read), read);
    hidesRows ||= found?.hidesRows ?? false;
    tells ??= found?.tells;
    casts.push(...(found?.casts ?? []));
    at = end;
  }
  if (reads.size === 0) return undefined;
  const rest = sql.slice(at);
  // What stands around has no tree to be compared, so it may hold nothing that could be read in two ways.
  if (AMBIGUOUS.test([...around, rest].join(' ').replaceAll(PARAMETERS, '')))
    throw notHere('leave out comments, dollars, backslashes and unusual spaces around the query.');
  return {
    run: run.join('') + rest,
    plan: plan.join('') + rest,
    reads: [...reads.values()],
    hidesRows,
    tells,
    casts,
  };
}

function namesOne(sql: string, names: ReadonlySet<string>): boolean {
  for (const token of significant(sql)) if (isName(token) && names.has(token.value)) return true;
  return false;
}

/** Without what has made a query of it. */
function cut(text: string, { before, after }: Part): string {
  const end = after.trim();
  if (!text.startsWith(before) || !text.endsWith(end)) throw notLent('a part of it cannot be written anew');
  return text.slice(before.length, text.length - end.length);
}

const AMBIGUOUS = /--|\/\*|[$\\\u200b\u2060\ufeff]|[^\S \t\r\n]/;
/** `$1`, where it can be nothing else. */
const PARAMETERS = /(?<![\w$\u0080-\uffff])\$\d+(?![\w$\u0080-\uffff])/g;
