/**
 * Puts the filtered query in the place of each table that has one, in DuckDB's own parse tree. Nothing relies on it:
 * what it misses or gets wrong shows on the bound plan, where a scan without its filter is a refusal.
 */
import { foldName } from '../../../model/fold-name.js';
import { type Names, WithNames } from './with-names.js';

type Node = Record<string, unknown>;

/** A reference to a table, as it is written: empty where a part is left out. */
export interface TableReference {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

/** The references to tables outside of WITH's names, each with a way to replace it. */
export function tableReferences(tree: unknown): (TableReference & { replaceBy(query: unknown): void })[] {
  const found: (TableReference & { replaceBy(query: unknown): void })[] = [];
  const open: (readonly [node: unknown, scope: Names])[] = [[tree, new Set<string>()]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [node, scope] = next;
    if (Array.isArray(node)) {
      for (const it of node) open.push([it, scope]);
      continue;
    }
    if (!isNode(node)) continue;
    const reference = readReference(node);
    if (reference !== undefined) {
      const isQualified = reference.schema !== '' || reference.catalog !== '';
      if (isQualified || !scope.has(foldName(reference.table)))
        found.push({ ...reference, replaceBy: (query) => replace(node, query) });
    }
    const queries = queriesOfWith(node);
    const recursive = typeof node.cte_name === 'string' ? [node.cte_name] : [];
    const own = [...recursive, ...queries.map(([name]) => name)];
    const names = own.length === 0 ? undefined : new WithNames(own.map(foldName), scope);
    for (const [at, [, query]] of queries.entries())
      open.push([query, names?.first(recursive.length + at) ?? scope]);
    const inner = names?.first(own.length) ?? scope;
    // DESCRIBE reads no rows, and shows more of a table than of a query.
    const isDescribe = node.type === 'SHOW_REF' && node.show_type !== 'SUMMARY';
    for (const [key, value] of Object.entries(node))
      if (key !== 'cte_map' && !(isDescribe && key === 'query')) open.push([value, inner]);
  }
  return found;
}

/** Cuts `catalog.schema.`, `schema.` and `catalog.` off names of columns of these tables: what stands there now has one name only. */
export function cutPrefixes(tree: unknown, tables: readonly TableReference[]): void {
  const prefixes = new Set(
    tables.flatMap(({ catalog, schema, table }) => [
      prefixKey([catalog, schema, table]),
      prefixKey([schema, table]),
      prefixKey([catalog, table]),
    ]),
  );
  const open: unknown[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    for (const value of Object.values(node))
      if (typeof value === 'object' && value !== null) open.push(value);
    if (!isNode(node) || node.class !== 'COLUMN_REF' || !Array.isArray(node.column_names)) continue;
    const names: string[] = node.column_names.map(String);
    const length = [3, 2].find((it) => names.length > it && prefixes.has(prefixKey(names.slice(0, it))));
    if (length !== undefined) node.column_names = names.slice(length - 1);
  }
}

function prefixKey(names: readonly string[]): string {
  return JSON.stringify(names.map(foldName));
}

function readReference(node: Node): TableReference | undefined {
  const { type, table_name: table, schema_name: schema, catalog_name: catalog, at_clause: at } = node;
  if (type !== 'BASE_TABLE' || typeof table !== 'string' || (at !== undefined && at !== null))
    return undefined;
  return { table, schema: String(schema ?? ''), catalog: String(catalog ?? '') };
}

function replace(node: Node, query: unknown): void {
  const { table_name: table, alias, sample, query_location, column_name_alias } = node;
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, {
    type: 'SUBQUERY',
    alias: alias === '' || alias === undefined ? table : alias,
    sample,
    query_location,
    subquery: { node: query, named_param_map: [] },
    column_name_alias,
  });
}

function queriesOfWith({ cte_map: ctes }: Node): (readonly [name: string, query: unknown])[] {
  const map = isNode(ctes) && Array.isArray(ctes.map) ? ctes.map : [];
  return map.flatMap((it: unknown) => (isNode(it) ? [[String(it.key), it.value] as const] : []));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
