/**
 * A statement with the filtered query in the place of each table that has a filter, also behind views. Nothing relies on it: what
 * it misses or gets wrong shows on the bound plan.
 */
import { quoteName } from '../../../../sql/quote.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { RowFilter } from '../../../model/row-filter.js';
import type { Definition } from '../facts/definitions.js';
import { isNode } from '../facts/filtered-scans.js';
import { heldQueries } from '../facts/held-queries.js';
import { PLAN_SQL, planOf, type TextReader, TREE_SQL } from '../facts/plan-text.js';
import { readPlan, type ScanFilter } from '../facts/read-plan.js';
import { closeView } from '../lent/close-view.js';
import { hasNode, nameColumns } from '../lent/name-columns.js';
import { inSession } from '../lent/resolve.js';
import { asSubquery, become, type Reference, references, textIn } from '../lent/tree.js';
import { cutPrefixes } from './cut-prefixes.js';
import { parseExactly, printExactly } from './exact-json.js';
import { filterQuery } from './filter-query.js';
import { isSame } from './same-name.js';
import { nodeOf } from './tree-node.js';

/** Of the session's core, what this folder asks. */
export interface Core extends TextReader {
  readonly metadata: ScanFilter;
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

/** Why not, as the end of "It cannot be filtered here: ". */
export interface Unfiltered {
  readonly unfiltered: string;
}

export async function rewritten(
  core: Core,
  sql: string,
  filters: readonly RowFilter[],
  guarded: boolean,
): Promise<{ readonly text: string } | Unfiltered> {
  const tree = await treeOf(core, sql);
  if (tree !== undefined) return await rewrittenQuery(core, tree, filters, guarded);
  let text = '';
  let at = 0;
  for (const { start, end } of heldQueries(sql)) {
    const query = sql.slice(start, end);
    const inner = await treeOf(core, query);
    const written =
      inner === undefined ? { text: query } : await rewrittenQuery(core, inner, filters, guarded);
    if ('unfiltered' in written) return written;
    text += `${sql.slice(at, start)}${written.text}`;
    at = end;
  }
  return at === 0 ? { unfiltered: 'the statement is no plain query' } : { text: text + sql.slice(at) };
}

async function rewrittenQuery(
  core: Core,
  tree: unknown,
  filters: readonly RowFilter[],
  guarded: boolean,
): Promise<{ readonly text: string } | Unfiltered> {
  const failure = await replace(core, tree, { filters, guarded, depth: 0 });
  if (failure !== undefined) return failure;
  const [text = ''] = await core.readTexts(SQL_SQL, printExactly(tree)).catch(() => []);
  return text === '' ? { unfiltered: 'the query cannot be written anew' } : { text };
}

/** Puts what is left of a table, or the query of a view that reads one, in the place of each of its references. */
async function replace(core: Core, tree: unknown, within: Within): Promise<Unfiltered | undefined> {
  const { filters, guarded, depth } = within;
  const replaced: Replaced[] = [];
  for (const reference of references(tree)) {
    // DESCRIBE reads no rows, and shows more of a table than of a query. Tables have no versions.
    if (reference.isDescribed || (reference.node.at_clause ?? null) !== null) continue;
    const filter = await filterOf(core, reference, filters);
    const place = filter === undefined ? await viewOf(core, reference, filters) : undefined;
    if (filter !== undefined) {
      const query = await treeOf(core, filterQuery(filter, guarded));
      if (query === undefined) return { unfiltered: 'a policy on it cannot be read' };
      replaced.push({ reference, query, place: filter });
    } else if (place !== undefined) {
      const query = depth < DEPTH_MAX ? await queryOfView(core, place) : NESTED_TOO_DEEP;
      if ('unfiltered' in query) return query;
      const failure = await replace(core, query.tree, { ...within, depth: depth + 1 });
      if (failure !== undefined) return failure;
      replaced.push({ reference, query: query.tree, place });
    }
  }
  if (replaced.length === 0) return undefined;
  const named = await nameColumns(core, tree, (column) => hasNode(column, isSubquery));
  if (!named) return { unfiltered: 'a subquery stands beside COLUMNS' };
  for (const { reference, query } of replaced) {
    const { node, table } = reference;
    const named = { ...node, alias: textIn(node, 'alias') || table };
    become(node, asSubquery(named, nodeOf(query)));
  }
  cutPrefixes(
    tree,
    replaced.map(({ place }) => place),
  );
  return undefined;
}

function isSubquery({ class: kind }: Readonly<Record<string, unknown>>): boolean {
  return kind === 'SUBQUERY';
}

/** A table or view, and what is to stand where it is named. */
interface Replaced {
  readonly reference: Reference;
  readonly query: unknown;
  readonly place: ObjectName;
}

/** The view that a reference names in this session, if it reads a table that has a filter. */
async function viewOf(
  core: Core,
  { catalog, schema, table }: Reference,
  filters: readonly RowFilter[],
): Promise<ObjectName | undefined> {
  const views = await core.definitions.all();
  if (!views.some((it) => !it.macro && foldName(it.name) === foldName(table))) return undefined;
  const names = [catalog, schema, table].filter((it) => it !== '');
  const answer = await planOf(core, PLAN_SQL, [`from ${quoteName(...names)}`]);
  const { reads } = readPlan(answer.plans, core.metadata).facts;
  if (!reads.some((read) => filters.some((it) => isSame(it, read)))) return undefined;
  const place = await inSession(core, names, ['view']);
  const isView = views.some((it) => !it.macro && place !== undefined && isSame(it, place));
  return isView ? place : undefined;
}

/** Its query with every name in full, so that it means in another one what it means in the view. */
async function queryOfView(core: Core, view: ObjectName): Promise<{ readonly tree: unknown } | Unfiltered> {
  const closed = await closeView(core, { name: view });
  const name = `${view.catalog}.${view.schema}.${view.name}`;
  if (closed === undefined || 'reason' in closed)
    return { unfiltered: `the view ${name} cannot be taken apart (${closed?.reason ?? 'it is gone'})` };
  const tree = await treeOf(core, closed.view.body);
  return tree === undefined ? { unfiltered: `the view ${name} cannot be read` } : { tree };
}

/** The filter of the table that a reference names in this session; undefined where it names something else. */
async function filterOf(
  core: Core,
  { catalog, schema, table }: Reference,
  filters: readonly RowFilter[],
): Promise<RowFilter | undefined> {
  if (!filters.some(({ name }) => foldName(name) === foldName(table))) return undefined;
  const written = quoteName(...[catalog, schema, table].filter((it) => it !== ''));
  const answer = await planOf(core, PLAN_SQL, [`from ${written}`]);
  const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
  // Of a view the query stands between.
  if (!isNode(plan) || plan.children?.[0]?.type !== 'LOGICAL_GET') return undefined;
  const [read, ...more] = readPlan(answer.plans, core.metadata).facts.reads;
  return read === undefined || more.length > 0 ? undefined : filters.find((it) => isSame(it, read));
}

async function treeOf(core: TextReader, sql: string): Promise<unknown> {
  const [json = ''] = await core.readTexts(TREE_SQL, sql);
  const tree = parseExactly(json);
  return nodeOf(tree) === undefined ? undefined : tree;
}

interface Within {
  readonly filters: readonly RowFilter[];
  readonly guarded: boolean;
  /** Of views within views. */
  readonly depth: number;
}

const DEPTH_MAX = 16;
const NESTED_TOO_DEEP: Unfiltered = { unfiltered: 'views are nested too deep' };

const SQL_SQL = 'select system.main.json_deserialize_sql($1::varchar)';
