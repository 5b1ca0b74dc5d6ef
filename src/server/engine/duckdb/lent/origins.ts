/** Where the columns of an operator in a bound plan come from. Whatever is not known here comes from nowhere that is. */
import { MARK } from './stubbed.js';
import { isNode, type Node, textIn, walk } from './tree.js';

/** A table that whoever asks reads with their own rights, or one of those that a lent body reads. */
export type Origin = 'own' | 'lent';

type Origins = readonly (Origin | undefined)[];

/** Of what an operator gives, column by column; undefined where it is not known how many there are. */
export function originsOf(node: Node): Origins | undefined {
  const [first, second] = childrenOf(node);
  if (hasMap(node)) return undefined;
  switch (node.type) {
    case 'LOGICAL_GET':
      return first === undefined ? listOf(node.column_indexes).map(() => 'own') : undefined;
    case 'LOGICAL_PROJECTION':
      return ofProjection(node, first);
    case 'LOGICAL_FILTER':
    case 'LOGICAL_ORDER_BY':
    case 'LOGICAL_DISTINCT':
      return first && originsOf(first);
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY': {
      const below = first && originsOf(first);
      const all = [...listOf(node.groups), ...listOf(node.expressions), ...listOf(node.grouping_functions)];
      return all.map((it) => originOf(it, below));
    }
    case 'LOGICAL_DELIM_GET':
      return listOf(node.chunk_types).map(() => undefined);
    case 'LOGICAL_CROSS_PRODUCT':
    case 'LOGICAL_COMPARISON_JOIN':
    case 'LOGICAL_DELIM_JOIN':
    case 'LOGICAL_ANY_JOIN':
      return ofJoin(textIn(node, 'join_type'), first && originsOf(first), second && originsOf(second));
    default:
      return undefined;
  }
}

/** The one origin of all columns that an expression reads; undefined where it reads none, or of several. */
export function originOf(expression: unknown, below: Origins | undefined): Origin | undefined {
  const found = new Set<Origin | undefined>();
  walk(expression, (node) => {
    if (node.expression_class === 'BOUND_REF') found.add(below?.[Number(node.index)]);
    // Of the parameters of a prepared statement nothing is known.
    if (OUTSIDE.has(textIn(node, 'expression_class'))) found.add(undefined);
    return true;
  });
  return found.size === 1 ? [...found][0] : undefined;
}

function ofProjection({ expressions }: Node, child: Node | undefined): Origins {
  const below = child && originsOf(child);
  const stands = child !== undefined && [child, ...childrenOf(child)].some(isMark);
  return listOf(expressions).map((it) => originOf(it, below) ?? (stands && !reads(it) ? 'lent' : undefined));
}

/** The row that stands for those of a table behind a lent body. */
function isMark({ type, expressions }: Node): boolean {
  const [only] = type === 'LOGICAL_PROJECTION' ? listOf(expressions) : [];
  return isNode(only) && isNode(only.value) && only.value.value === MARK;
}

function ofJoin(kind: string, left: Origins | undefined, right: Origins | undefined): Origins | undefined {
  if (left === undefined || ONE_SIDED.has(kind)) return left;
  if (kind === 'MARK') return [...left, undefined];
  return right !== undefined && BOTH_SIDED.has(kind) ? [...left, ...right] : undefined;
}

/** Whether it gives some of its columns only, or others first. */
function hasMap(node: Node): boolean {
  const maps = ['projection_map', 'projection_ids', 'left_projection_map', 'right_projection_map'];
  return node.delim_flipped === true || maps.some((it) => listOf(node[it]).length > 0);
}

function reads(expression: unknown): boolean {
  let found = false;
  walk(expression, ({ expression_class: kind }) => {
    found ||= kind === 'BOUND_REF' || OUTSIDE.has(String(kind));
    return !found;
  });
  return found;
}

/** The operators below one. */
export function childrenOf({ children }: Node): readonly Node[] {
  return listOf(children).filter(isNode);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const OUTSIDE: ReadonlySet<string> = new Set(['BOUND_COLUMN_REF', 'BOUND_PARAMETER', 'BOUND_LAMBDA_REF']);
const ONE_SIDED: ReadonlySet<string> = new Set(['SEMI', 'ANTI']);
/** A cross product has no kind. */
const BOTH_SIDED: ReadonlySet<string> = new Set(['', 'INNER', 'LEFT', 'RIGHT', 'OUTER', 'SINGLE']);
