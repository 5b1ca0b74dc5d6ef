/**
 * What a view or table macro reads, fixed when it is lent: its body with every name in full, so that neither search
 * path, temporary objects nor names of WITH can make it another one. Whatever leaves a doubt cannot be lent.
 */
import { toGizmoError } from '../../../../errors.js';
import { foldName } from '../../../model/fold-name.js';
import type { Closed, LentView } from '../../../model/lent-view.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { FILE_READERS } from '../facts/function-classes.js';
import { readerOf } from '../files/readers.js';
import { checkBody } from './check-body.js';
import { columnsOf } from './columns.js';
import { type Definition, madeBy, storedDefinition } from './definitions.js';
import { resolve } from './resolve.js';
import {
  asSubquery,
  become,
  isNode,
  type Node,
  queryOf,
  quoted,
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
  const { reason, names } = checkBody(query, known, await builtInTypes(core));
  if (reason !== undefined) return { reason };
  const reads: ObjectName[] = [];
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
  nameReaders(query);
  cutPrefixes(query);
  const written = await textOf(core, query);
  const body =
    aliases.length === 0
      ? written
      : `SELECT * FROM (${written}) AS g(${aliases.map((it) => quoted(it)).join(', ')})`;
  const view: LentView = {
    ...{ kind, catalog, schema, name, definition: text, body, parameters, reads, calls: names },
  };
  return (await isSame(core, view)) ? { view } : { reason: 'with its names in full it would be another one' };
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
  return await queryOf(core, `select * from system.main.${reader}('${path.replaceAll("'", "''")}')`);
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
  if (kind === 'macro')
    return (await queryOf(core, body)) !== undefined && parameters.length <= PARAMETERS_MAX;
  const [original, closed] = [
    await columnsOf(core, quoted(view.catalog, view.schema, view.name)),
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
const READERS: ReadonlySet<string> = new Set(FILE_READERS);
const PARAMETERS_MAX = 50;
