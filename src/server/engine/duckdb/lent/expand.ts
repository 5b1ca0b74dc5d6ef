/** The body of a lent view as it may run now: still the one that was lent, and so for the views within it. */
import { foldName } from '../../../model/fold-name.js';
import type { LentView } from '../../../model/lent-view.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { Definition } from '../facts/definitions.js';
import { FILE_READERS } from '../facts/function-classes.js';
import { SHOWN_NAMES } from '../facts/metadata-macros.js';
import { hidesRows } from './hides-rows.js';
import { notLent } from './not-lent.js';
import { fill } from './parameters.js';
import { argumentsOf, bodyValue, withName } from './place-call.js';
import { key } from './resolve.js';
import {
  asSubquery,
  become,
  calledName,
  isNode,
  type MacroCall,
  type Node,
  queryOf,
  references,
  type TextReader,
  textIn,
  walk,
} from './tree.js';

/** Of the session's core, what this folder asks when it lends. */
export interface Core extends TextReader {
  readonly definitions: { all(): Promise<readonly Definition[]> };
}

export interface Expanded {
  readonly query: Node;
  readonly behind: readonly ObjectName[];
  readonly hidesRows: boolean;
}

/**
 * @param given what stands for a macro's parameters
 * Throws FAILED_PRECONDITION.
 */
export async function expand(core: Core, view: LentView, { given = [], lent }: Lending): Promise<Expanded> {
  const known = await core.definitions.all();
  const behind = new Map<string, ObjectName>();
  const names = new Set<string>();
  const within: Within = {
    ...{ core, known, lent, depth: 0 },
    note(used) {
      for (const it of used.reads) behind.set(key(it), it);
      for (const it of used.calls) names.add(it);
    },
  };
  const query = await expandQuery(view, given, within);
  await assertPlainSession(core, known, names);
  return { query, behind: [...behind.values()], hidesRows: hidesRows(query) };
}

interface Lending {
  readonly given?: readonly Node[];
  readonly lent: readonly LentView[];
}

interface Within {
  readonly core: Core;
  readonly known: readonly Definition[];
  readonly lent: readonly LentView[];
  readonly depth: number;
  note(used: LentView): void;
}

async function expandQuery(view: LentView, given: readonly Node[], within: Within): Promise<Node> {
  const { core, known, lent, depth } = within;
  if (depth > DEPTH_MAX) throw notLent('views are nested too deep');
  assertUnchanged(view, known);
  within.note(view);
  const query = await queryOf(core, view.body);
  if (query === undefined) throw notLent('its body cannot be read');
  fill(query, view, given);
  const views = view.reads.filter((read) => known.some((it) => !it.macro && isOf(it, read)));
  const [tables, calls] = [references(query), macroCalls(query)];
  for (const { node, catalog, schema, table } of views.length === 0 ? [] : tables) {
    const name = { catalog, schema, name: table };
    if (!views.some((it) => isOf(it, name))) continue;
    const nested = lent.find((it) => it.kind === 'view' && isOf(it, name));
    if (nested === undefined)
      throw notLent(`it reads the view ${catalog}.${schema}.${table}, which is no administrator's`);
    become(node, asSubquery(node, await expandQuery(nested, [], { ...within, depth: depth + 1 })));
  }
  for (const call of calls) {
    const { catalog, schema, table } = calledName(call.call);
    const kind = call.node === call.call ? 'scalar macro' : 'macro';
    const nested = lent.find((it) => it.kind === kind && isOf(it, { catalog, schema, name: table }));
    if (nested === undefined)
      throw notLent(`it calls the macro ${catalog}.${schema}.${table}, which is no administrator's`);
    // Both are the owner's, and mean what they mean to DuckDB when it expands them itself.
    const inner = await expandQuery(nested, argumentsOf(call), { ...within, depth: depth + 1 });
    if (kind === 'macro') become(call.node, asSubquery(withName(call.node, table), inner));
    else become(call.node, { ...bodyValue(inner), alias: call.node.alias });
  }
  return query;
}

function assertUnchanged(view: LentView, known: readonly Definition[]): void {
  const its = known.filter((it) => it.macro === (view.kind !== 'view') && isOf(it, view));
  if (its.length !== 1 || its[0]?.text !== view.definition)
    throw notLent(`${view.catalog}.${view.schema}.${view.name} is not what an administrator has made`);
}

/** Those of macros that somebody has made, which a lent body names in full. */
function macroCalls(query: Node): readonly MacroCall[] {
  const found: MacroCall[] = [];
  const ofTables = new Set<unknown>();
  walk(query, (node) => {
    const call = node.type === 'TABLE_FUNCTION' ? node.function : node;
    if (!isNode(call) || call.class !== 'FUNCTION' || ofTables.has(node)) return true;
    if (call !== node) ofTables.add(call);
    if (!['', 'system'].includes(textIn(call, 'catalog'))) found.push({ node, call });
    return true;
  });
  // What is in the arguments of another comes first.
  return found.reverse();
}

function isOf(one: ObjectName, other: ObjectName): boolean {
  return key(one) === key(other);
}

/** Nothing that somebody has made may stand before what a body calls, and no setting may change what it means. */
async function assertPlainSession(
  core: Core,
  known: readonly Definition[],
  names: ReadonlySet<string>,
): Promise<void> {
  const [settings = '', types = '[]'] = await core.readTexts(SESSION_SQL);
  if (settings !== '') throw notLent(`the session has set ${settings}: RESET SESSION ${settings}`);
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
    case when system.main.lower(system.main.current_setting('lambda_syntax')::varchar) <> 'default' then 'lambda_syntax' end,
    (select system.main.string_agg(name, ', ') from system.main.duckdb_settings()
      where scope = 'LOCAL' and name in ('default_order', 'default_null_order'))),
  (select coalesce(system.main.to_json(system.main.list(type_name))::varchar, '[]')
    from system.main.duckdb_types() where not internal)`;
