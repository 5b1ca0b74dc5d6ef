/** What somebody may know of the databases that are attached, written out; the same as may-know.ts answers. */
import { foldName } from '../model/fold-name.js';
import type { Rights } from '../model/rights.js';
import type { Visible, VisiblePart } from '../model/visible.js';
import { catalogLevel } from './catalog-level.js';
import { governing } from './grants.js';
import { sameName } from './name-pattern.js';

/** @param attached names of all catalogs, as they are spelled */
export function visibleTo(rights: Rights, attached: readonly string[]): Visible {
  const catalogs: string[] = [];
  const parts: VisiblePart[] = [];
  for (const catalog of attached) {
    if (catalogLevel(rights, catalog).access === 'none') continue;
    const granted = governing(rights, catalog)?.granted.filter((it) => sameName(it.catalog, catalog));
    if (granted === undefined || granted.some(({ schema }) => schema === undefined)) catalogs.push(catalog);
    else {
      for (const { schema = '', table, columns } of granted) {
        parts.push({
          catalog,
          schema: foldName(schema),
          ...(table !== undefined && { table: foldName(table) }),
          ...(columns !== undefined && { columns: columns.map(foldName) }),
        });
      }
    }
  }
  const filtered = rights.rowFilters?.map(({ catalog, schema, name }) => ({
    catalog: foldName(catalog),
    schema: foldName(schema),
    table: foldName(name),
  }));
  return { catalogs, parts, ...(filtered !== undefined && { filtered }) };
}
