/** Names of columns where a query stands in the place of their table. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { isNode } from '../lent/tree.js';

/** Cuts `catalog.schema.`, `schema.` and `catalog.` off names of columns of these tables: what stands there now has one name only. */
export function cutPrefixes(tree: unknown, tables: readonly ObjectName[]): void {
  const prefixes = new Set(
    tables.flatMap(({ catalog, schema, name }) => [
      prefixKey([catalog, schema, name]),
      prefixKey([schema, name]),
      prefixKey([catalog, name]),
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
