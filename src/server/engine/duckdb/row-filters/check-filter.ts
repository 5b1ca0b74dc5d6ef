/** Whether a condition can be that of a row policy: it depends on the row and who asks, and on nothing a session can change. */
import { GizmoError } from '../../../../errors.js';
import type { RowFilter } from '../../../model/row-filter.js';
import { isNode, readCanonical } from '../facts/filtered-scans.js';
import { scalarClass } from '../facts/function-classes.js';
import { PLAN_SQL, planOf, type TextReader, TREE_SQL } from '../facts/plan-text.js';
import { parseExactly } from './exact-json.js';
import { filterQuery } from './filter-query.js';
import { nodeOf } from './row-filters.js';

/** Throws INVALID_ARGUMENT. The connection must be claimed. */
export async function checkFilter(core: TextReader, filter: RowFilter): Promise<void> {
  const query = filterQuery(filter);
  const [json = ''] = await core.readTexts(TREE_SQL, query);
  const tree = nodeOf(parseExactly(json));
  if (tree === undefined) throw refused('it is no expression of SQL');
  const types = await builtInTypes(core);
  const open: unknown[] = [tree && (tree as Record<string, unknown>).where_clause];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const reason = reasonAgainst(node as Record<string, unknown>, types);
    if (reason !== undefined) throw refused(reason);
    for (const value of Object.values(node))
      if (typeof value === 'object' && value !== null) open.push(value);
  }
  const answer = await planOf(core, PLAN_SQL, [`from (${query}) t`]);
  if (answer.error) throw refused((answer.error_message ?? '').replace(/\n[\s\S]*$/, ''));
  const [plan] = Array.isArray(answer.plans) ? answer.plans : [];
  const [canonical] = isNode(plan) ? readCanonical(plan.children?.[0]) : [];
  if (canonical === undefined) throw refused('policies are on tables, and this is a view');
}

function reasonAgainst(node: Record<string, unknown>, types: ReadonlySet<string>): string | undefined {
  const { class: kind, function_name: name, type } = node;
  if (type === 'UNBOUND_TYPE_INFO')
    return types.has(String(node.name).toLowerCase()) && !node.schema && !node.catalog
      ? undefined
      : `the type ${node.name} is not DuckDB's own`;
  if (typeof kind !== 'string') return undefined;
  if (kind === 'SUBQUERY') return 'queries inside of a condition are not in this version yet';
  if (!EXPRESSIONS.has(kind)) return `it has ${kind.toLowerCase().replaceAll('_', ' ')} in it`;
  if (typeof name !== 'string') return undefined;
  const isPlain = scalarClass(name) === 'pure' && !node.schema && !node.catalog;
  if (isPlain && !OF_THE_SESSION.has(name.toLowerCase())) return undefined;
  return `${name} is a function whose answer a session can change, or no function that only computes`;
}

async function builtInTypes(core: TextReader): Promise<ReadonlySet<string>> {
  const [json = '[]'] = await core.readTexts(TYPES_SQL);
  return new Set(JSON.parse(json) as string[]);
}

function refused(reason: string): GizmoError {
  return new GizmoError(
    'INVALID_ARGUMENT',
    `This cannot be a row policy: ${reason}. A condition is made of the table's columns, constants, gizmo_user(), gizmo_role() and functions that only compute.`,
  );
}

const TYPES_SQL =
  'select system.main.to_json(system.main.list(system.main.lower(type_name)))::varchar from system.main.duckdb_types() where internal';

const EXPRESSIONS: ReadonlySet<string> = new Set([
  'BETWEEN',
  'CASE',
  'CAST',
  'COLLATE',
  'COLUMN_REF',
  'COMPARISON',
  'CONJUNCTION',
  'CONSTANT',
  'FUNCTION',
  'LAMBDA',
  'OPERATOR',
  'TYPE',
]);

/** `/` depends on the setting integer_division. */
const OF_THE_SESSION: ReadonlySet<string> = new Set([
  '/',
  'current_catalog',
  'current_database',
  'current_query',
  'current_role',
  'current_schema',
  'current_schemas',
  'current_setting',
  'current_user',
  'gen_random_uuid',
  'getvariable',
  'in_search_path',
  'random',
  'session_user',
  'setseed',
  'user',
  'uuid',
  'uuidv4',
  'uuidv7',
]);
