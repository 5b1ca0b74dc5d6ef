/**
 * The call of a macro as a subquery: its arguments are computed where it stands, once, and its body knows them by a name
 * that nothing else has. So neither can mean something of the other by its names.
 */
import { quoteName } from '../../../../sql/quote.js';
import type { LentView } from '../../../model/lent-view.js';
import { notCalled, notLent } from './not-lent.js';
import { FRESH, VALUE } from './parameters.js';
import {
  become,
  isNode,
  type MacroCall,
  type Node,
  printed,
  queryOf,
  references,
  type TextReader,
  textIn,
  walk,
} from './tree.js';

/** What one call is known by. */
export interface Names {
  /** Its arguments, which are the columns 1, 2, … of it. */
  readonly given: string;
  /** What its body gives. */
  readonly body: string;
}

export interface CallNames {
  /** @param call with the macro's name in full */
  of(call: Node): Names;
}

/** Names of calls that are in one text: the same for the same call, which DuckDB may have to find equal. */
export function callNames(): CallNames {
  const known = new Map<string, Names>();
  return {
    of(call) {
      const id = printed({ ...call, alias: '' });
      const names = known.get(id) ?? {
        given: `gizmo_${known.size + 1}_given`,
        body: `gizmo_${known.size + 1}`,
      };
      known.set(id, names);
      return names;
    },
  };
}

/** Whether a text may have such names in it. */
export function hasCallNames(text: string): boolean {
  return /gizmo_\d/i.test(text);
}

/** What stands in the body for a macro's parameters. */
export function parametersOf({ parameters }: LentView, { given }: Names): readonly Node[] {
  return parameters.map((_, at) => ({
    class: 'COLUMN_REF',
    type: 'COLUMN_REF',
    alias: '',
    query_location: 0,
    column_names: [given, String(at + 1)],
  }));
}

/**
 * Makes the call's node the subquery; calls in its arguments come before it.
 * @param asBody from a table's node with an alias to that of the body. Throws FAILED_PRECONDITION.
 */
export async function placeCall(
  core: TextReader,
  { node, call }: MacroCall,
  { given, body }: Names,
  asBody: (table: Node) => Node,
): Promise<void> {
  const isValue = node === call;
  const values = argumentsOf({ node, call });
  for (const value of values) assertComputable(value);
  const list = values.map((_, at) => `null as "${at + 1}"`).join(', ');
  const from = values.length === 0 ? '' : `(select ${list}) as ${quoteName(given)}, `;
  const shown = isValue ? quoteName(body, VALUE) : `${quoteName(body)}.*`;
  const select = `select ${shown} from ${from}${quoteName(body)}`;
  const template = await queryOf(core, isValue ? `select (${select})` : `from (${select})`);
  const [value] = Array.isArray(template?.select_list) ? template.select_list : [];
  const made: unknown = isValue ? value : template?.from_table;
  if (!isNode(made)) throw notLent('the call cannot be written');
  const place = references(made).find(({ table }) => table === body)?.node;
  if (place === undefined) throw notLent('the call cannot be written');
  become(place, { ...asBody({ ...place, alias: body }) });
  walk(made, (inner) => {
    const isGiven = inner.type === 'SUBQUERY' && inner.class === undefined && inner.alias === given;
    if (!isGiven || !isNode(inner.subquery) || !isNode(inner.subquery.node)) return true;
    const { node: query } = inner.subquery;
    query.select_list = values.map((it, at) => ({ ...it, alias: String(at + 1) }));
    return false;
  });
  const { alias, query_location } = node;
  const name = isValue || alias !== '' ? alias : textIn(call, 'function_name');
  const { sample, column_name_alias } = node;
  become(node, {
    ...made,
    alias: name,
    query_location,
    ...(!isValue && { sample, column_name_alias }),
  });
}

/** The arguments of a call. Throws FAILED_PRECONDITION for what is more than a call of a macro. */
export function argumentsOf({ node, call }: MacroCall): readonly Node[] {
  const { children, filter, distinct, order_bys: order } = call;
  const isOrdered = isNode(order) && Array.isArray(order.orders) && order.orders.length > 0;
  if ((filter ?? null) !== null || distinct === true || isOrdered)
    throw notCalled('DISTINCT, ORDER BY and FILTER are for aggregates');
  if (node !== call && node.with_ordinality !== 'WITHOUT_ORDINALITY')
    throw notCalled('WITH ORDINALITY is not for macros. Use row_number() over ()');
  return Array.isArray(children) ? (children as readonly Node[]) : [];
}

/** What a scalar macro's body computes. */
export function bodyValue(body: Node): Node {
  const [value] = Array.isArray(body.select_list) ? body.select_list : [];
  if (!isNode(value)) throw notLent('its body cannot be read');
  return value;
}

/** With the name that DuckDB gives the table of a macro. */
export function withName(node: Node, name: string): Node {
  return textIn(node, 'alias') === '' ? { ...node, alias: name } : node;
}

/** What is something else in a query of its own cannot be an argument. */
function assertComputable(value: Node): void {
  walk(value, (node) => {
    const name = textIn(node, 'function_name').toLowerCase();
    if (node.class === 'STAR' || node.class === 'WINDOW' || UNFIT.has(name) || FRESH.has(name))
      throw notCalled(
        `an argument has ${nameOf(node)} in it. Compute that in a query below, and give the macro its column`,
      );
    return node.class !== 'SUBQUERY';
  });
}

function nameOf(node: Node): string {
  return node.class === 'STAR' ? '*' : textIn(node, 'function_name') || 'a window';
}

const UNFIT: ReadonlySet<string> = new Set(['unnest', 'generate_subscripts']);
