/** What the expressions of a query could tell of rows that a filter removes, by failing on them. */
import { type BoundNode, isObject, neverFails, readsRow } from './bound-expressions.js';
import { AGGREGATES, CONSTANT_ARGUMENTS, GUARDED_FUNCTIONS, SAFE_FUNCTIONS } from './tried-functions.js';

/** `safe`: nothing. `guarded`: nothing, if the filter stands below a barrier. */
export type Assessment = 'safe' | 'guarded' | { readonly refused: string };

/** @param plans parsed, of `json_serialize_plan` */
export function assess(plans: unknown): Assessment {
  let worst: Assessment = 'safe';
  const open: unknown[] = [plans];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isObject(node)) continue;
    const found = typeof node.expression_class === 'string' ? assessOne(node) : 'safe';
    if (typeof found === 'object') return found;
    if (found === 'guarded') worst = found;
    open.push(...Object.values(node).filter(isObject));
  }
  return worst;
}

function assessOne(node: BoundNode): Assessment {
  const kind = String(node.expression_class);
  const name = String(node.name ?? '');
  if (SAFE_EXPRESSIONS.has(kind)) return 'safe';
  switch (kind) {
    case 'BOUND_CAST':
      return neverFails(node) || !readsRow(node.child) ? 'safe' : 'guarded';
    case 'BOUND_OPERATOR':
      return SAFE_OPERATORS.test(String(node.type)) ? 'safe' : 'guarded';
    case 'BOUND_FUNCTION':
      return assessFunction(name, node);
    case 'BOUND_AGGREGATE':
    case 'BOUND_WINDOW':
      return name === '' || AGGREGATES.has(name) ? 'safe' : refused(name);
    case 'BOUND_UNNEST':
    case 'BOUND_EXPANDED':
      return 'guarded';
    default:
      return { refused: `it has ${kind.replace('BOUND_', '').toLowerCase()} in it` };
  }
}

function assessFunction(name: string, node: BoundNode): Assessment {
  if (SAFE_FUNCTIONS.has(name) || name.startsWith('icu_collate_') || !readsRow(node.children)) return 'safe';
  if (GUARDED_FUNCTIONS.has(name)) return 'guarded';
  const at = CONSTANT_ARGUMENTS.get(name);
  if (at === undefined) return refused(name);
  const fixed: unknown = Array.isArray(node.children) ? node.children[at] : undefined;
  return readsRow(fixed)
    ? { refused: `argument ${at + 1} of ${name} is not the same for all rows` }
    : 'guarded';
}

function refused(name: string): Assessment {
  return { refused: `${name} is not among the functions that are known not to tell of hidden rows` };
}

const SAFE_EXPRESSIONS: ReadonlySet<string> = new Set([
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_COLUMN_REF',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_CONSTANT',
  'BOUND_DEFAULT',
  'BOUND_LAMBDA_REF',
  'BOUND_REF',
]);

const SAFE_OPERATORS = /^(OPERATOR_(NOT|IS_NULL|IS_NOT_NULL|COALESCE)|COMPARE_(NOT_)?IN)$/;
