/** The order in which Flight SQL wants the rows of its metadata answers. */

/** A sorted copy; rows are compared by the parts of their keys in turn, absent before present. */
export function sortRows<Row>(rows: readonly Row[], keyOf: (row: Row) => readonly KeyPart[]): Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => compareKeys(a.key, b.key));
  return keyed.map(({ row }) => row);
}

export type KeyPart = string | number | undefined;

function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (const [i, part] of a.entries()) {
    const order = compareParts(part, b[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: KeyPart, b: KeyPart): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}
