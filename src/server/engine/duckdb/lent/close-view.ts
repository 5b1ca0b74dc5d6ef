/**
 * What a view or macro reads, fixed when it is lent: its body with every name in full, so that neither search
 * path, temporary objects nor names of WITH can make it another one. Whatever leaves a doubt cannot be lent.
 */

import { toGizmoError } from '../../../../errors.js';
import { quoteName, quoteText } from '../../../../sql/quote.js';
import { foldName } from '../../../model/fold-name.js';
import type { Closed, LentView } from '../../../model/lent-view.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { FILE_READERS } from '../facts/function-classes.js';
import { readerOf } from '../files/readers.js';
import { checkBody } from './check-body.js';
import { columnsOf } from './columns.js';
import { type Definition, madeBy, storedDefinition } from './definitions.js';
import { asks, FRESH, parameterIn, VALUE } from './parameters.js';
import { resolve, type Unresolved } from './resolve.js';
import {
  asSubquery,
  become,
  calledName,
  isNode,
  type Node,
  queryOf,
  references,
  type TextReader,
  textIn,
  textOf,
  walk,
} from './tree.js';

/**
 * @param made the statement that has just made it, or the name of one that is there
 * Undefined: the statement has made none. The connection must be claimed.
 */
export async function closeView(
  core: TextReader,
  made: { readonly sql: string } | { readonly name: ObjectName },
): Promise<Closed | undefined> {
  try {
    const definition = 'sql' in made ? await madeBy(core, made.sql) : await storedDefinition(core, made.name);
    if (definition === undefined || 'reason' in definition) return definition;
    return await close(core, definition);
  } catch (error) {
    return { reason: `it cannot be read: ${toGizmoError(error).message.replace(/\n[\s\S]*$/, '')}` };
  }
}

async function close(core: TextReader, definition: Definition): Promise<Closed> {
  const { kind, text, aliases, parameters, query, catalog, schema, name } = definition;
  const known = new Set(parameters.map(foldName));
  const types = await typeTrees(core, definition);
  const builtIn = await builtInTypes(core);
  const { reason, names, macros } = checkBody(query, known, builtIn);
  const isTyped = checkBody({ types: [...types.values()] }, new Set(), builtIn);
  if ((reason ?? isTyped.reason) !== undefined) return { reason: reason ?? isTyped.reason ?? '' };
  const reads: ObjectName[] = [];
  for (const { node, call } of macros) {
    const kinds = node === call ? ['macro'] : ['macro table'];
    const place = await resolve(core, calledName(call), kind === 'view' ? definition : undefined, kinds);
    if ('reason' in place) return { reason: macroReason(call, place) };
    Object.assign(call, { catalog: place.catalog, schema: place.schema, function_name: place.name });
    reads.push(place);
  }
  for (const reference of references(query)) {
    const place = await resolve(core, reference, kind === 'view' ? definition : undefined);
    if ('reason' in place) {
      const scan = await fileScan(core, reference.table);
      if (scan === undefined || place.exists || reference.schema !== '') return place;
      become(reference.node, asSubquery(withAlias(reference.node), scan));
      continue;
    }
    const alias = textIn(reference.node, 'alias');
    Object.assign(reference.node, {
      catalog_name: place.catalog,
      schema_name: place.schema,
      table_name: place.name,
      alias: alias === '' ? reference.table : alias,
    });
    reads.push(place);
  }
  if (kind === 'scalar macro' && (reads.length > 0 || asks(query))) {
    const unfit = await reasonAgainstValue(core, query);
    if (unfit !== undefined) return { reason: unfit };
  }
  nameReaders(query);
  cutPrefixes(query);
  castParameters(query, types);
  if (kind === 'scalar macro') nameValue(query);
  const written = await textOf(core, query);
  const body =
    aliases.length === 0
      ? written
      : `SELECT * FROM (${written}) AS g(${aliases.map((it) => quoteName(it)).join(', ')})`;
  const view: LentView = {
    ...{ kind, catalog, schema, name, definition: text, body, parameters, reads, calls: names },
  };
  return (await isSame(core, view)) ? { view } : { reason: 'with its names in full it would be another one' };
}

function macroReason(call: Node, { reason, exists }: Unresolved): string {
  const { catalog, schema, table } = calledName(call);
  const isPlain = !exists && catalog === '' && schema === '';
  return isPlain ? `it calls ${table}, which is no macro and not DuckDB's own` : reason;
}

/** Casts to the types of a macro's parameters, by their folded names. */
async function typeTrees(
  core: TextReader,
  { parameters, types }: Definition,
): Promise<ReadonlyMap<string, Node>> {
  const trees = new Map<string, Node>();
  for (const [at, type] of types.entries()) {
    if (type === null) continue;
    const query = await queryOf(core, `select cast(null as ${type})`);
    const [cast] = Array.isArray(query?.select_list) ? query.select_list : [];
    if (isNode(cast)) trees.set(foldName(parameters[at] ?? ''), cast);
  }
  return trees;
}

/** What is given is converted as it is when DuckDB calls the macro. */
function castParameters(query: Node, types: ReadonlyMap<string, Node>): void {
  walk(query, (node) => {
    const cast = types.get(parameterIn(node));
    if (cast === undefined) return true;
    const { alias, query_location } = node;
    become(node, { ...structuredClone(cast), child: { ...node, alias: '' }, alias, query_location });
    return false;
  });
}

/** What cannot be computed in a query of its own, as the value of a macro that reads something is. */
async function reasonAgainstValue(core: TextReader, query: Node): Promise<string | undefined> {
  const [json = '[]'] = await core.readTexts(AGGREGATES_SQL);
  const aggregates = new Set(JSON.parse(json) as string[]);
  let reason: string | undefined;
  walk(query.select_list, (node) => {
    const name = textIn(node, 'function_name').toLowerCase();
    if (node.class === 'WINDOW' || (node.class === 'FUNCTION' && aggregates.has(name)))
      reason ??= `it computes ${name} over the rows of whoever calls it`;
    if (node.class === 'FUNCTION' && FRESH.has(name))
      reason ??= `the answer of ${name} is another one each time`;
    return node.class !== 'SUBQUERY';
  });
  return reason;
}

function nameValue(query: Node): void {
  const [value] = Array.isArray(query.select_list) ? query.select_list : [];
  if (isNode(value)) value.alias = VALUE;
}

/** Macros stand before the readers of whoever may reach no files. */
function nameReaders(query: Node): void {
  walk(query, (node) => {
    const { function: call } = node;
    if (
      node.type === 'TABLE_FUNCTION' &&
      isNode(call) &&
      READERS.has(textIn(call, 'function_name').toLowerCase())
    )
      Object.assign(call, { catalog: 'system', schema: 'main' });
    return true;
  });
}

/** `schema.table.column` is one of the alias now. */
function cutPrefixes(query: Node): void {
  const tables = references(query);
  walk(query, (node) => {
    const names =
      node.class === 'COLUMN_REF' && Array.isArray(node.column_names) ? node.column_names.map(String) : [];
    const parts = tables.flatMap(({ catalog, schema, table }) => [
      [catalog, schema, table],
      [schema, table],
    ]);
    const prefix = parts.find(
      (it) =>
        names.length > it.length && it.every((part, at) => foldName(part) === foldName(names[at] ?? '')),
    );
    if (prefix !== undefined) node.column_names = names.slice(prefix.length - 1);
    return true;
  });
}

/** The query of a path in the place of a table. */
async function fileScan(core: TextReader, path: string): Promise<Node | undefined> {
  const reader = readerOf.ending(path);
  if (reader === undefined) return undefined;
  return await queryOf(core, `select * from system.main.${reader}(${quoteText(path)})`);
}

/** DuckDB names the table of a file by its name up to the last dot. */
function withAlias(node: Node): Node {
  if (textIn(node, 'alias') !== '') return node;
  const path = textIn(node, 'table_name');
  const file = path.slice(path.lastIndexOf('/') + 1);
  return { ...node, alias: file.slice(0, Math.max(file.lastIndexOf('.'), 1)) };
}

/** Whether the body gives the columns that it gives itself. */
async function isSame(core: TextReader, view: LentView): Promise<boolean> {
  const { kind, body, parameters } = view;
  // The columns of a macro may hang on its arguments.
  if (kind !== 'view')
    return (await queryOf(core, body)) !== undefined && parameters.length <= PARAMETERS_MAX;
  const [original, closed] = [
    await columnsOf(core, quoteName(view.catalog, view.schema, view.name)),
    await columnsOf(core, `(${body})`),
  ];
  return JSON.stringify(original) === JSON.stringify(closed);
}

async function builtInTypes(core: TextReader): Promise<ReadonlySet<string>> {
  const [json = '[]'] = await core.readTexts(TYPES_SQL);
  return new Set(JSON.parse(json) as string[]);
}

const TYPES_SQL =
  'select system.main.to_json(system.main.list(system.main.lower(type_name)))::varchar from system.main.duckdb_types() where internal';
const AGGREGATES_SQL =
  "select system.main.to_json(system.main.list(distinct function_name))::varchar from system.main.duckdb_functions() where internal and function_type = 'aggregate'";
const READERS: ReadonlySet<string> = new Set(FILE_READERS);
const PARAMETERS_MAX = 50;
