/** The body of a lent view as it may run now: still the one that was lent, and so for the views within it. */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { Definition } from '../facts/definitions.js';
import { FILE_READERS } from '../facts/function-classes.js';
import { SHOWN_NAMES } from '../facts/metadata-macros.js';
import { hidesRows } from './hides-rows.js';
import { notLent } from './not-lent.js';
import { key } from './resolve.js';
import {
  asSubquery,
  become,
  isNode,
  type Node,
  queryOf,
  references,
  type TextReader,
  textOf,
  walk,
} from './tree.js';

/** Of the session's core, what this folder asks when it lends. */
export interface Core extends TextReader {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

export interface Expanded {
  readonly body: string;
  readonly behind: readonly ObjectName[];
  readonly hidesRows: boolean;
}

/** @param values a macro's arguments, none of which may name anything. Throws FAILED_PRECONDITION. */
export async function expand(
  core: Core,
  view: LentView,
  values: readonly Node[],
  lent: readonly LentView[],
): Promise<Expanded> {
  const known = await core.definitions.all();
  const behind = new Map<string, ObjectName>();
  const names = new Set<string>();
  const found = await expandQuery(core, view, { known, lent, depth: 0 }, (used) => {
    for (const it of used.reads) behind.set(key(it), it);
    for (const it of used.calls) names.add(it);
  });
  await assertPlainSession(core, known, names);
  const read = { behind: [...behind.values()], hidesRows: hidesRows(found.query) };
  if (view.kind === 'view' && !found.isChanged) return { body: view.body, ...read };
  fill(found.query, view, values);
  return { body: await textOf(core, found.query), ...read };
}

interface Within {
  readonly known: readonly Definition[];
  readonly lent: readonly LentView[];
  readonly depth: number;
}

async function expandQuery(
  core: Core,
  view: LentView,
  { known, lent, depth }: Within,
  note: (used: LentView) => void,
): Promise<{ readonly query: Node; readonly isChanged: boolean }> {
  if (depth > DEPTH_MAX) throw notLent('views are nested too deep');
  const its = known.filter((it) => it.macro === (view.kind === 'macro') && isOf(it, view));
  if (its.length !== 1 || its[0]?.text !== view.definition)
    throw notLent(`${view.catalog}.${view.schema}.${view.name} is not what an administrator has made`);
  note(view);
  const query = await queryOf(core, view.body);
  if (query === undefined) throw notLent('its body cannot be read');
  const views = view.reads.filter((read) => known.some((it) => !it.macro && isOf(it, read)));
  let isChanged = false;
  for (const { node, catalog, schema, table } of views.length === 0 ? [] : references(query)) {
    const name = { catalog, schema, name: table };
    if (!views.some((it) => isOf(it, name))) continue;
    const nested = lent.find((it) => it.kind === 'view' && isOf(it, name));
    if (nested === undefined)
      throw notLent(`it reads the view ${catalog}.${schema}.${table}, which is no administrator's`);
    const inner = await expandQuery(core, nested, { known, lent, depth: depth + 1 }, note);
    become(node, asSubquery(node, inner.query));
    isChanged = true;
  }
  return { query, isChanged };
}

function isOf(one: ObjectName, other: ObjectName): boolean {
  return key(one) === key(other);
}

/** Puts the arguments in the place of a macro's parameters. */
function fill(query: Node, { kind, parameters }: LentView, values: readonly Node[]): void {
  if (kind === 'view') return;
  if (values.length !== parameters.length || !values.every(isPlain))
    throw notLent(`the arguments of a macro have to be ${parameters.length} constants`);
  const given = new Map(parameters.map((name, at) => [foldName(name), values[at]]));
  walk(query, (node) => {
    const names = node.class === 'COLUMN_REF' && Array.isArray(node.column_names) ? node.column_names : [];
    const value = names.length === 1 ? given.get(foldName(String(names[0]))) : undefined;
    if (value === undefined) return true;
    const { alias, query_location } = node;
    become(node, { ...structuredClone(value), alias, query_location });
    return false;
  });
}

/** A constant, with a sign or a cast to one of DuckDB's own types. */
function isPlain(value: Node): boolean {
  if (value.alias !== '') return false;
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

/** Nothing that somebody has made may stand before what a body calls, and no setting may change what it means. */
async function assertPlainSession(
  core: Core,
  known: readonly Definition[],
  names: ReadonlySet<string>,
): Promise<void> {
  const [settings = '', types = '[]'] = await core.readTexts(SESSION_SQL);
  if (settings !== '') throw notLent(`the session has set ${settings}: RESET ${settings}`);
  const macros = known.filter((it) => it.macro && !(it.catalog === 'temp' && OURS.has(it.name)));
  const before = [...macros.map(({ name }) => name), ...(JSON.parse(types) as string[])];
  const found = before.find((name) => names.has(foldName(name)));
  if (found !== undefined) throw notLent(`a macro or type "${found}" stands before what it calls`);
}

const DEPTH_MAX = 16;
/** Macros of the server's own in a session: what a body calls by these names it calls in full, or not at all. */
const OURS: ReadonlySet<string> = new Set([...SHOWN_NAMES, ...FILE_READERS, 'nextval']);

const SESSION_SQL = `
select system.main.concat_ws(', ',
    case when system.main.current_setting('integer_division')::boolean then 'integer_division' end,
    case when not system.main.current_setting('ieee_floating_point_ops')::boolean then 'ieee_floating_point_ops' end,
    case when not system.main.current_setting('scalar_subquery_error_on_multiple_rows')::boolean
      then 'scalar_subquery_error_on_multiple_rows' end,
    case when system.main.lower(system.main.current_setting('lambda_syntax')::varchar) <> 'default' then 'lambda_syntax' end),
  (select coalesce(system.main.to_json(system.main.list(type_name))::varchar, '[]')
    from system.main.duckdb_types() where not internal)`;
