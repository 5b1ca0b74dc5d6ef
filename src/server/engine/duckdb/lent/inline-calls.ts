/**
 * Calls of lent macros in a query of somebody else's, whose arguments may be anything that they may compute themselves: the
 * call becomes a subquery of the arguments, which stay theirs, and of a table that stands for the body.
 */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { LentRead } from '../../../model/plan-facts.js';
import { type Core, expand } from './expand.js';
import { hasNode, nameColumns } from './name-columns.js';
import { notCalled, notHere, notLent } from './not-lent.js';
import { assertGiven, isPlain, onlyComputes } from './parameters.js';
import { argumentsOf, callNames, hasCallNames, parametersOf, placeCall } from './place-call.js';
import { inSession, key } from './resolve.js';
import { stubbed } from './stubbed.js';
import { ownersCasts } from './tells-constants.js';
import {
  calledName,
  isNode,
  type MacroCall,
  type Node,
  printed,
  queryOf,
  type TextReader,
  textOf,
  walk,
} from './tree.js';
import { writtenAnew } from './written-anew.js';

/** What stands for a call, by the name that it has in the text. */
export interface Body {
  readonly view: LentView;
  readonly read: LentRead;
  readonly run: string;
  /** The same without rows of what it reads. */
  readonly plan: string;
  readonly hidesRows: boolean;
  /** Casts in it, whatever it is given. */
  readonly casts: readonly string[];
}

export interface Inlined {
  readonly sql: string;
  readonly query: Node;
  readonly bodies: ReadonlyMap<string, Body>;
}

/** Undefined where it calls none. Throws FAILED_PRECONDITION. The connection must be claimed. */
export async function inlineCalls(
  core: Core,
  sql: string,
  lent: readonly LentView[],
): Promise<Inlined | undefined> {
  if (!lent.some(({ kind }) => kind !== 'view')) return undefined;
  const query = await queryOf(core, sql);
  if (query === undefined) return undefined;
  const calls = await lentCalls(core, query, lent);
  if (calls.length === 0) return undefined;
  if (calls.length > CALLS_MAX)
    throw notCalled(`the statement calls such macros more than ${CALLS_MAX} times`);
  if (hasCallNames(printed(query))) throw notLent('it has names in it that begin with "gizmo_"');
  const called = new Set<unknown>(calls.map(({ node }) => node));
  if (!(await nameColumns(core, query, (column) => hasNode(column, (it) => called.has(it)))))
    throw notHere('write the columns out instead of COLUMNS(…).');
  const bodies = new Map<string, Body>();
  const all = callNames();
  for (const { view, ...call } of calls) {
    const { catalog, schema, name } = view;
    assertGiven(view, argumentsOf(call));
    Object.assign(call.call, { catalog, schema, function_name: name });
    const names = all.of(call.call);
    const given = parametersOf(view, names);
    const { query: body, behind, hidesRows } = await expand(core, view, { given, lent });
    bodies.set(names.body, {
      ...{ view, read: { catalog, schema, name, behind } },
      // Past TRY nothing is known of the statistics of what is behind it, which would decide whether something else fails.
      run: `(select try(columns(*)) from (${await textOf(core, body)}))`,
      plan: await stubbed(core, body),
      hidesRows: view.kind === 'scalar macro' || hidesRows,
      casts: await ownersCasts(core, view, lent),
    });
    await placeCall(core, call, names, (table) => ({ ...table, type: 'BASE_TABLE' }));
  }
  return { ...(await writtenAnew(core, query)), bodies };
}

/** Each takes several questions to DuckDB. */
export const CALLS_MAX = 50;

interface LentCall extends MacroCall {
  readonly view: LentView;
}

/** Those in the arguments of another come first. */
async function lentCalls(core: TextReader, query: Node, lent: readonly LentView[]): Promise<LentCall[]> {
  const found: MacroCall[] = [];
  const ofTables = new Set<unknown>();
  walk(query, (node) => {
    const call = node.type === 'TABLE_FUNCTION' ? node.function : node;
    if (!isNode(call) || call.class !== 'FUNCTION' || ofTables.has(node)) return true;
    if (call !== node) ofTables.add(call);
    found.push({ node, call });
    return true;
  });
  const calls: LentCall[] = [];
  for (const { node, call } of found.reverse()) {
    const kind = node === call ? 'scalar macro' : 'macro';
    const { catalog, schema, table } = calledName(call);
    const isLent = lent.some((it) => it.kind === kind && foldName(it.name) === foldName(table));
    if (!isLent || (kind === 'macro' && hasConstants(call))) continue;
    const place = await inSession(
      core,
      [catalog, schema, table],
      [kind === 'macro' ? 'macro table' : 'macro'],
    );
    const view = place && lent.find((it) => it.kind === kind && key(it) === key(place));
    // What reads nothing needs nobody's rights but its caller's.
    if (view !== undefined && (kind === 'macro' || !(await onlyComputes(core, view))))
      calls.push({ node, call, view });
  }
  return calls;
}

/** Those of a table macro are put into its body. */
function hasConstants({ children }: Node): boolean {
  return Array.isArray(children) && children.every((it) => isNode(it) && isPlain(it));
}
