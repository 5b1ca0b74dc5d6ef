/** Parameters of macros in their bodies, and what is given for them. */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import { notCalled } from './not-lent.js';
import { become, isNode, type Node, queryOf, type TextReader, walk } from './tree.js';

/** The column that a scalar macro's body has. */
export const VALUE = 'v';

/** The folded name that a node may be a parameter by; empty where it is none. */
export function parameterIn({ class: kind, column_names: names }: Node): string {
  const [name, ...more] = kind === 'COLUMN_REF' && Array.isArray(names) ? names : [];
  return name === undefined || more.length > 0 ? '' : foldName(String(name));
}

/** Puts what is given in the place of a macro's parameters. Throws INVALID_ARGUMENT unless there is one for each. */
export function fill(query: Node, view: LentView, given: readonly Node[]): void {
  const { kind, parameters } = view;
  if (kind === 'view') return;
  assertGiven(view, given);
  const values = new Map(parameters.map((it, at) => [foldName(it), given[at]]));
  walk(query, (node) => {
    const value = values.get(parameterIn(node));
    if (value === undefined) return true;
    const { alias, query_location } = node;
    become(node, { ...structuredClone(value), alias, query_location });
    return false;
  });
}

/** Throws INVALID_ARGUMENT unless there is one value for each parameter, in their order. */
export function assertGiven({ name, parameters }: LentView, given: readonly Node[]): void {
  if (given.length !== parameters.length || given.some(({ alias }) => alias !== ''))
    throw notCalled(`${name} takes ${countOf(parameters.length)} without a name`);
}

function countOf(arguments_: number): string {
  return arguments_ === 1 ? 'one argument,' : `${arguments_} arguments, each`;
}

/** Whether a lent macro reads nothing. */
export async function onlyComputes(core: TextReader, { kind, body, reads }: LentView): Promise<boolean> {
  const query = kind === 'scalar macro' && reads.length === 0 ? await queryOf(core, body) : undefined;
  return query !== undefined && !asks(query);
}

/** Whether there are queries within it. */
export function asks(query: Node): boolean {
  let found = false;
  walk(query.select_list, (node) => {
    found ||= node.class === 'SUBQUERY';
    return !found;
  });
  return found;
}

/** A constant, with a sign or a cast to one of DuckDB's own types. */
export function isPlain(value: Node): boolean {
  if (value.class === 'CONSTANT') return true;
  const child = value.child;
  if (value.class !== 'CAST' || !isNode(child)) return false;
  let isOwn = true;
  walk(value.cast_type, (node) => {
    if (node.type === 'UNBOUND_TYPE_INFO') isOwn = false;
    return true;
  });
  return isOwn && isPlain(child);
}

/** What DuckDB computes anew for each row. */
export const FRESH: ReadonlySet<string> = new Set(['gen_random_uuid', 'random', 'uuid', 'uuidv4', 'uuidv7']);
