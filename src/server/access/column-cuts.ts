/** Of which tables somebody may read some columns only. Pure functions of the rights. */

import type { ColumnCut } from '../model/column-cut.js';
import { foldName } from '../model/fold-name.js';
import type { Rights } from '../model/rights.js';
import { governing, readableColumns, touchesColumn } from './grants.js';

/** One for each table with grants on columns, unless the whole of it may be read as well. */
export function columnCutsOf(rights: Rights): ColumnCut[] {
  const cuts = new Map<string, ColumnCut>();
  for (const { catalog, schema, table: name, columns: granted } of rights.grants?.granted ?? []) {
    if (granted === undefined || schema === undefined || name === undefined) continue;
    const grants = governing(rights, catalog);
    const columns = grants && readableColumns(grants, { catalog, schema, name });
    const isKnown = grants !== undefined && touchesColumn(grants, { catalog, schema, name }, '');
    const key = JSON.stringify([catalog, schema, name].map(foldName));
    if (columns !== undefined) cuts.set(key, { catalog, schema, name, columns, isKnown });
  }
  return [...cuts.values()];
}
