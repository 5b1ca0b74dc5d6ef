/** What may be read of a table that may be read in part, as a query. */
import { quoteName } from '../../../../sql/quote.js';
import type { ColumnCut } from '../../../model/column-cut.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { isNode as isPlanNode } from '../facts/filtered-scans.js';
import { PLAN_SQL, planOf, type TextReader } from '../facts/plan-text.js';
import { readPlan } from '../facts/read-plan.js';
import { inSession, key } from '../lent/resolve.js';
import type { Reference } from '../lent/tree.js';

/** A table, and the text of the query of what may be read of it. */
export interface Shown {
  readonly place: ObjectName;
  readonly text: string;
}

/** Nothing of it may be read. */
export interface Unreadable {
  readonly unreadable: ObjectName;
}

/** Undefined where the name is that of something else. The connection must be claimed, in the transaction in which it is to run. */
export async function shownOf(
  core: TextReader,
  { catalog, schema, table }: Pick<Reference, 'catalog' | 'schema' | 'table'>,
  cuts: readonly ColumnCut[],
): Promise<Shown | Unreadable | undefined> {
  if (!cuts.some(({ name }) => foldName(name) === foldName(table))) return undefined;
  const names = [catalog, schema, table].filter((it) => it !== '');
  const answer = await planOf(core, PLAN_SQL, [`from ${quoteName(...names)}`]);
  const scan = scanOf(answer.plans);
  if (scan === undefined) return await unreadableView(core, names, cuts);
  const cut = cuts.find((it) => key(it) === key(scan.place));
  if (cut === undefined) return undefined;
  const granted = new Set(cut.columns.map(foldName));
  const columns = await readable(core, scan, granted);
  if (columns.length === 0) return { unreadable: scan.place };
  return { place: scan.place, text: selecting(scan.place, columns) };
}

/** Of a view one needs all of its columns. */
async function unreadableView(
  core: TextReader,
  names: readonly string[],
  cuts: readonly ColumnCut[],
): Promise<Unreadable | undefined> {
  const view = await inSession(core, names, ['view']);
  const isCut = view !== undefined && cuts.some((it) => key(it) === key(view));
  return isCut ? { unreadable: view } : undefined;
}

/** Those of its columns that are granted. Of a generated one that means what it is computed from, too. */
async function readable(
  core: TextReader,
  { place, columns }: Scan,
  granted: ReadonlySet<string>,
): Promise<readonly string[]> {
  const named = columns.filter((it) => granted.has(foldName(it)));
  if (named.length === 0 || (await readsOnly(core, place, named, granted))) return named;
  const found: string[] = [];
  for (const column of named) if (await readsOnly(core, place, [column], granted)) found.push(column);
  return found;
}

async function readsOnly(
  core: TextReader,
  place: ObjectName,
  columns: readonly string[],
  granted: ReadonlySet<string>,
): Promise<boolean> {
  const answer = await planOf(core, PLAN_SQL, [selecting(place, columns)]);
  if (answer.error) return false;
  const { reads } = readPlan(answer.plans, { scanIn: () => undefined }).facts;
  return reads.every((it) => it.columns?.every((column) => granted.has(foldName(column))));
}

function selecting({ catalog, schema, name }: ObjectName, columns: readonly string[]): string {
  return `select ${columns.map((it) => quoteName(it)).join(', ')} from ${quoteName(catalog, schema, name)}`;
}

/** A table, and all its columns. */
interface Scan {
  readonly place: ObjectName;
  readonly columns: readonly string[];
}

/** What `from name` scans; undefined of a view, whose query stands between. */
function scanOf(plans: unknown): Scan | undefined {
  const [plan] = Array.isArray(plans) ? plans : [];
  const scan = isPlanNode(plan) ? plan.children?.[0] : undefined;
  if (!isPlanNode(scan) || scan.type !== 'LOGICAL_GET') return undefined;
  const { names } = scan as { readonly names?: unknown };
  const [read, ...more] = readPlan([plan], { scanIn: () => undefined }).facts.reads;
  if (read === undefined || more.length > 0 || !Array.isArray(names)) return undefined;
  const { catalog, schema, name } = read;
  return { place: { catalog, schema, name }, columns: names.map(String) };
}
