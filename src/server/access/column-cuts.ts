/** Of which tables somebody may read some columns only. Pure functions of the rights. */
import type { ColumnCut } from '../model/column-cut.js';
import { foldName } from '../model/fold-name.js';
import type { Grant, Rights } from '../model/rights.js';
import { governing, readableColumns, touchesColumn } from './grants.js';

/** Every statement asks, and rights stay the same ones until one changes. */
const known = new WeakMap<Rights, readonly ColumnCut[]>();

/** One for each table with grants on columns, unless the whole of it may be read as well. */
export function columnCutsOf(rights: Rights): readonly ColumnCut[] {
  let cuts = known.get(rights);
  if (cuts === undefined) {
    cuts = [...cutsIn(rights)];
    known.set(rights, cuts);
  }
  return cuts;
}

function* cutsIn(rights: Rights): Generator<ColumnCut, void, undefined> {
  const { grants } = rights;
  if (grants === undefined) return;
  const whole = grants.granted.filter(({ columns }) => columns === undefined);
  for (const inPart of byTable(grants.granted)) {
    const { catalog, schema = '', table: name = '' } = inPart[0];
    const object = { catalog, schema, name };
    if (governing(rights, catalog) === undefined) continue;
    const governed = { ...grants, granted: [...whole, ...inPart] };
    const columns = readableColumns(governed, object);
    if (columns !== undefined) yield { ...object, columns, isKnown: touchesColumn(governed, object, '') };
  }
}

/** The grants on columns, those of one table together. */
function byTable(granted: readonly Grant[]): Iterable<readonly [Grant, ...Grant[]]> {
  const tables = new Map<string, [Grant, ...Grant[]]>();
  for (const grant of granted) {
    const { catalog, schema, table, columns } = grant;
    if (columns === undefined || schema === undefined || table === undefined) continue;
    const key = JSON.stringify([catalog, schema, table].map(foldName));
    const others = tables.get(key);
    if (others === undefined) tables.set(key, [grant]);
    else others.push(grant);
  }
  return tables.values();
}
