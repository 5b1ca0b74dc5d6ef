/** The texts of views and macros: as a statement makes one, and as the database has it. */
import { nameValue } from '../../../../sql/string-value.js';
import type { LentView } from '../../../model/lent-view.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { viewBody } from '../facts/view-body.js';
import { insideParentheses, isName, isWord, significant } from '../facts/words.js';
import { parseExactly } from '../row-filters/exact-json.js';
import { isNode, type Node, printed, queryOf, type TextReader, textIn } from './tree.js';

export interface Definition extends ObjectName {
  readonly kind: LentView['kind'];
  /** As the database has it. */
  readonly text: string;
  /** Of a scalar macro it selects its value. */
  readonly query: Node;
  /** The names that a view gives its columns. */
  readonly aliases: readonly string[];
  readonly parameters: readonly string[];
  /** Of the parameters, in SQL; null for one that takes any. */
  readonly types: readonly (string | null)[];
}

type Missing = { readonly reason: string };

/**
 * What a CREATE statement that has just run has made, if that is what is there now: somebody else may have made
 * another one meanwhile. Undefined where it makes neither a view nor a macro, or a temporary one.
 */
export async function madeBy(core: TextReader, sql: string): Promise<Definition | Missing | undefined> {
  const [json = ''] = await core.readTexts(FULL_PLAN_SQL, sql);
  const answer = parseExactly(json);
  const [plan] = isNode(answer) && Array.isArray(answer.plans) ? answer.plans : [];
  const info = isNode(plan) && isNode(plan.info) ? plan.info : {};
  const name = { catalog: textIn(info, 'catalog'), schema: textIn(info, 'schema') };
  if (!isNode(plan) || name.catalog === 'temp') return undefined;
  if (plan.type === 'LOGICAL_CREATE_VIEW') {
    const made = isNode(info.query) ? info.query.node : undefined;
    return await ifSame(core, { ...name, name: textIn(info, 'view_name') }, made);
  }
  if (plan.type !== 'LOGICAL_CREATE_MACRO') return undefined;
  const macro = isNode(info.function) ? info.function : {};
  const more = [info.extra_functions, macro.default_parameters];
  if (more.some((it) => Array.isArray(it) && it.length > 0))
    return { reason: 'it is a macro with several forms or with defaults' };
  const made = macro.type === 'TABLE_MACRO' ? macro.query_node : macro.expression;
  return await ifSame(core, { ...name, name: textIn(info, 'name') }, made);
}

/** The view or macro of this name, as it is now. */
export async function storedDefinition(core: TextReader, name: ObjectName): Promise<Definition | Missing> {
  const names = [name.catalog, name.schema, name.name] as const;
  const [json = '[]'] = await core.readTexts(STORED_SQL, ...names);
  const found: readonly Stored[] = JSON.parse(json);
  const [stored, ...others] = found;
  if (stored === undefined) return { reason: `there is no view or macro ${names.join('.')}` };
  if (others.length > 0) return { reason: 'it is a macro with several forms' };
  const { kind, text, parameters, types } = stored;
  const body = bodyOf(kind, text);
  const query = body === undefined ? undefined : await queryOf(core, body);
  if (query === undefined) return { reason: 'its query cannot be read' };
  const { catalog, schema } = stored;
  const aliases = kind === 'view' ? aliasesIn(text) : [];
  return {
    ...{ kind, catalog, schema, name: stored.name, text, query, aliases },
    ...{ parameters: parameters ?? [], types: types ?? [] },
  };
}

function bodyOf(kind: Definition['kind'], text: string): string | undefined {
  if (kind === 'view') return viewBody(text);
  return kind === 'macro' ? text : `select ${text}\n`;
}

interface Stored extends ObjectName {
  readonly kind: Definition['kind'];
  readonly text: string;
  readonly parameters: readonly string[] | null;
  readonly types: readonly (string | null)[] | null;
}

async function ifSame(core: TextReader, name: ObjectName, made: unknown): Promise<Definition | Missing> {
  const stored = await storedDefinition(core, name);
  if ('reason' in stored) return stored;
  const [value] = Array.isArray(stored.query.select_list) ? stored.query.select_list : [];
  const now = stored.kind === 'scalar macro' ? value : stored.query;
  return printed(made) === printed(now) ? stored : { reason: 'somebody has changed it meanwhile' };
}

/** `CREATE VIEW a.b ("x", y) AS …` */
function aliasesIn(text: string): readonly string[] {
  const tokens = significant(text);
  const open = tokens.findIndex(({ value }) => value === '(');
  const as = tokens.findIndex((it) => isWord(it, 'as'));
  if (open < 0 || open > as) return [];
  return insideParentheses(tokens, open)
    .filter(isName)
    .map(({ kind, start, end }) =>
      kind === 'quotedIdentifier' ? nameValue(text.slice(start, end)) : text.slice(start, end),
    );
}

const FULL_PLAN_SQL = 'select system.main.json_serialize_plan($1::varchar)';

const STORED_SQL = `
select coalesce(system.main.to_json(system.main.list(system.main.struct_pack(
  kind := kind, text := text, parameters := parameters, types := types, catalog := catalog, schema := schema, name := name)))::varchar, '[]')
from (
  select 'view' as kind, sql as text, null::varchar[] as parameters, null::varchar[] as types,
    database_name as catalog, schema_name as schema, view_name as name
  from system.main.duckdb_views() where not internal
  union all
  select case function_type when 'macro' then 'scalar macro' else 'macro' end, macro_definition, parameters, parameter_types,
    database_name, schema_name, function_name
  from system.main.duckdb_functions() where not internal and function_type in ('macro', 'table_macro'))
where system.main.lower(catalog) = system.main.lower($1::varchar)
  and system.main.lower(schema) = system.main.lower($2::varchar)
  and system.main.lower(name) = system.main.lower($3::varchar)`;
