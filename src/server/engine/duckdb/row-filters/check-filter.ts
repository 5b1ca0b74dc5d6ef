/** Whether a condition can be that of a row policy: it depends on the row and who asks, and on nothing a session can change. */
import { GizmoError } from '../../../../errors.js';
import type { RowFilter } from '../../../model/row-filter.js';
import { isNode, readCanonical } from '../facts/filtered-scans.js';
import { PLAN_SQL, planOf, type TextReader, TREE_SQL } from '../facts/plan-text.js';
import { reasonAgainstBound } from './condition-plan.js';
import { parseExactly } from './exact-json.js';
import { filterQuery } from './filter-query.js';
import { nodeOf } from './tree-node.js';
import { SAFE_FUNCTIONS } from './tried-functions.js';

/** Throws INVALID_ARGUMENT. The connection must be claimed. */
export async function checkFilter(core: TextReader, filter: RowFilter): Promise<void> {
  const query = filterQuery(filter);
  const [json = ''] = await core.readTexts(TREE_SQL, query);
  const tree = nodeOf(parseExactly(json));
  if (!isObject(tree)) throw refused('it is no expression of SQL');
  const asWritten = reasonAgainstTree(tree.where_clause, await builtInTypes(core));
  if (asWritten !== undefined) throw refused(asWritten);
  const answer = await planOf(core, PLAN_SQL, [`from (${query}) t`]);
  if (answer.error) throw refused((answer.error_message ?? '').replace(/\n[\s\S]*$/, ''));
  const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
  const filtered = isNode(plan) ? plan.children?.[0] : undefined;
  const [canonical] = readCanonical(filtered);
  if (canonical === undefined) throw refused('policies are on tables, and this is a view');
  const asBound = reasonAgainstBound(filtered?.children?.[0]?.expressions);
  if (asBound !== undefined) throw refused(asBound);
}

/** What binding leaves no trace of: where a name is looked up, and that there was a query. */
function reasonAgainstTree(expression: unknown, types: ReadonlySet<string>): string | undefined {
  const open: unknown[] = [expression];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isObject(node)) continue;
    const reason = reasonAgainst(node, types);
    if (reason !== undefined) return reason;
    open.push(...Object.values(node).filter(isObject));
  }
  return undefined;
}

function reasonAgainst(
  node: Readonly<Record<string, unknown>>,
  types: ReadonlySet<string>,
): string | undefined {
  const { class: kind, function_name: name, type } = node;
  const isQualified = Boolean(node.schema) || Boolean(node.catalog);
  if (type === 'UNBOUND_TYPE_INFO') {
    const isOwn = types.has(String(node.name).toLowerCase()) && !isQualified;
    return isOwn ? undefined : `the type ${node.name} is not DuckDB's own`;
  }
  if (kind === 'SUBQUERY') return 'queries inside of a condition are not in this version yet';
  if (kind === 'LAMBDA') return 'it has a lambda in it';
  if (typeof kind !== 'string' || typeof name !== 'string') return undefined;
  // What a variable or a setting says is a constant to whoever binds it.
  const isAllowed = SAFE_FUNCTIONS.has(name) || EXPANDED.has(name);
  return isAllowed && !isQualified
    ? undefined
    : `${name} is not among the functions that a condition may have`;
}

/** Macros of DuckDB's own. */
const EXPANDED: ReadonlySet<string> = new Set(['ifnull', 'nullif']);

async function builtInTypes(core: TextReader): Promise<ReadonlySet<string>> {
  const [json = '[]'] = await core.readTexts(TYPES_SQL);
  return new Set(JSON.parse(json) as string[]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function refused(reason: string): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    `This cannot be a row policy: ${reason.replace(/[.!]+$/, '')}. A condition is made of the table's columns, constants, gizmo_user(), gizmo_role() and functions that only compute.`,
  );
}

const TYPES_SQL =
  'select system.main.to_json(system.main.list(system.main.lower(type_name)))::varchar from system.main.duckdb_types() where internal';
