/** DuckDB's parse tree (`json_serialize_sql`), and its references to tables outside of WITH's names. */
import { foldName } from '../../../model/fold-name.js';
import { parseExactly, printExactly } from '../row-filters/exact-json.js';
import { type Names, WithNames } from '../row-filters/with-names.js';

export type Node = Record<string, unknown>;

/** Of the session's core, what this folder asks. */
export interface TextReader {
  readTexts(sql: string, ...parameters: readonly string[]): Promise<string[]>;
}

/** The query of a text that is one SELECT; undefined for any other. The connection must be claimed. */
export async function queryOf(core: TextReader, sql: string): Promise<Node | undefined> {
  const [json = ''] = await core.readTexts(TREE_SQL, sql);
  const tree = parseExactly(json);
  const statements =
    isNode(tree) && tree.error === false && Array.isArray(tree.statements) ? tree.statements : [];
  const [statement, ...more] = statements as readonly unknown[];
  return isNode(statement) && isNode(statement.node) && more.length === 0 ? statement.node : undefined;
}

/** The text of a query. */
export async function textOf(core: TextReader, query: Node): Promise<string> {
  const statement = { node: query, named_param_map: [] };
  const [text = ''] = await core.readTexts(TEXT_SQL, printExactly({ error: false, statements: [statement] }));
  return text;
}

/** Calls `visit` for each object in the tree, whatever it is; what it answers false for is not entered. */
export function walk(tree: unknown, visit: (node: Node) => boolean | undefined): void {
  const open: unknown[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isNode(node) && visit(node) === false) continue;
    if (typeof node !== 'object' || node === null) continue;
    for (const value of Object.values(node))
      if (typeof value === 'object' && value !== null) open.push(value);
  }
}

/** A reference to a table, as it is written: empty where a part is left out. */
export interface Reference {
  readonly node: Node;
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  /** Whether only its columns are asked for, by DESCRIBE or SHOW. */
  readonly isDescribed: boolean;
}

/**
 * The references to tables; names that WITH gives are none where they are in scope.
 * @param around those of a WITH around it, folded
 */
export function references(tree: unknown, around: Names = new Set<string>()): readonly Reference[] {
  return tableNodes(tree).flatMap(({ node, isDescribed, scope }) => {
    if (node.type !== 'BASE_TABLE') return [];
    const [catalog, schema] = [textIn(node, 'catalog_name'), textIn(node, 'schema_name')];
    const table = textIn(node, 'table_name');
    const name = foldName(table);
    const isOfWith = catalog === '' && schema === '' && (scope.has(name) || around.has(name));
    return isOfWith ? [] : [{ node, catalog, schema, table, isDescribed }];
  });
}

/** What stands in the place of a table. */
export interface TableNode {
  readonly node: Node;
  /** Names of WITH. */
  readonly scope: Names;
  /** Whether only its columns are asked for, by DESCRIBE or SHOW. */
  readonly isDescribed: boolean;
}

/** Names of tables and calls of table functions. */
export function tableNodes(tree: unknown): readonly TableNode[] {
  const found: TableNode[] = [];
  const open: (Omit<TableNode, 'node'> & { readonly node: unknown })[] = [
    { node: tree, scope: new Set<string>(), isDescribed: false },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, scope, isDescribed } = next;
    if (Array.isArray(node))
      for (const it of node) if (isTree(it)) open.push({ node: it, scope, isDescribed });
    if (!isNode(node)) continue;
    if (node.class === undefined && (node.type === 'BASE_TABLE' || node.type === 'TABLE_FUNCTION'))
      found.push({ node, scope, isDescribed });
    const queries = queriesOfWith(node);
    const recursive = textIn(node, 'cte_name');
    // The same scope for most: there are many nodes.
    let inner = scope;
    if (queries.length > 0 || recursive !== '') {
      const own = [...(recursive === '' ? [] : [recursive]), ...queries.map(([name]) => name)];
      const names = new WithNames(own.map(foldName), scope);
      for (const [at, [, query]] of queries.entries())
        open.push({ node: query, scope: names.first(own.length - queries.length + at), isDescribed });
      inner = names.first(own.length);
    }
    const describes = isDescribed || (node.type === 'SHOW_REF' && node.show_type !== 'SUMMARY');
    for (const key of Object.keys(node)) {
      const value = node[key];
      if (key !== 'cte_map' && isTree(value))
        open.push({ node: value, scope: inner, isDescribed: describes });
    }
  }
  return found;
}

/** Whether there may be nodes in it. */
function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A call of a macro. */
export interface MacroCall {
  /** What stands for a value, or for a table. */
  readonly node: Node;
  /** The name and the arguments: `node` itself, where it stands for a value. */
  readonly call: Node;
}

/** The name of what is called, as it is written: empty where a part is left out. */
export function calledName(call: Node): Pick<Reference, 'catalog' | 'schema' | 'table'> {
  return {
    catalog: textIn(call, 'catalog'),
    schema: textIn(call, 'schema'),
    table: textIn(call, 'function_name'),
  };
}

/** Makes a node that stands for a table into another one, in its place. */
export function become(node: Node, next: Node): void {
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, next);
}

/** The node of a query in the place of the table `node`. */
export function asSubquery({ alias, sample, query_location, column_name_alias }: Node, query: unknown): Node {
  return {
    type: 'SUBQUERY',
    alias,
    sample,
    query_location,
    subquery: { node: query, named_param_map: [] },
    column_name_alias,
  };
}

/**
 * The same for two trees that mean the same wherever they stand in a text.
 * @param as what is printed in the place of a node
 */
export function printed(tree: unknown, as: (node: Node) => Node = (node) => node): string {
  return JSON.stringify(tree, (key, value) => {
    if (key === 'query_location') return undefined;
    return isNode(value) ? as(value) : value;
  });
}

/** A member that is a text; empty where it is not. */
export function textIn(node: Node, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** Whether it is an object of the tree. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The queries that WITH has before this one. */
export function queriesOfWith({ cte_map: ctes }: Node): (readonly [name: string, query: unknown])[] {
  if (!isNode(ctes) || !Array.isArray(ctes.map)) return NO_QUERIES;
  return ctes.map.flatMap((it: unknown) => (isNode(it) ? [[textIn(it, 'key'), it.value] as const] : []));
}

const NO_QUERIES: (readonly [name: string, query: unknown])[] = [];

const TREE_SQL = 'select system.main.json_serialize_sql($1::varchar)';
const TEXT_SQL = 'select system.main.json_deserialize_sql($1::varchar::json)';
