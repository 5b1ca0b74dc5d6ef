/** Which columns of a table are shown and how wide: pure arithmetic over natural widths. */

/**
 * Fits columns into `available` cells, borders included (each column costs 3 besides its own width, the table 1).
 * Text shrinks first, down to a readable minimum; then middle columns are left out. 0 fits nothing.
 */
export function fitColumns(columns: readonly ColumnWidth[], available: number): FittedColumns {
  const all = columns.map((_, index) => index);
  if (available <= 0)
    return { shown: all, widths: columns.map((column) => column.natural), gapAt: undefined };
  const minimums = columns.map((column) =>
    column.rigid ? column.natural : Math.min(column.natural, TEXT_MIN),
  );
  const kept = keepEnds(minimums, available - 1);
  const shown = all.filter((index) => index < kept.left || index >= columns.length - kept.right);
  const gap = shown.length < columns.length;
  const room = available - 1 - BORDER * shown.length - (gap ? GAP : 0);
  const widths = shareRoom(
    shown.map((index) => ({ natural: columns[index]!.natural, minimum: minimums[index]! })),
    room,
  );
  return { shown, widths, gapAt: gap ? kept.left : undefined };
}

export interface ColumnWidth {
  /** Cells that the widest of header and values takes. */
  readonly natural: number;
  /** Cutting it would mislead: numbers. */
  readonly rigid: boolean;
}

export interface FittedColumns {
  /** Indices of the columns that are shown, in order. */
  readonly shown: readonly number[];
  /** One width for each shown column. */
  readonly widths: readonly number[];
  /** Position among the shown columns before which a `…` column stands for those left out. */
  readonly gapAt: number | undefined;
}

const TEXT_MIN = 12;
const BORDER = 3;
/** The `…` column: one cell and its border. */
const GAP = 1 + BORDER;

/** How many columns from each end fit at their minimum, turn by turn from the left; at least one is kept. */
function keepEnds(minimums: readonly number[], room: number): { left: number; right: number } {
  const costs = minimums.map((width) => width + BORDER);
  if (costs.reduce((sum, cost) => sum + cost, 0) <= room) return { left: minimums.length, right: 0 };
  let rest = room - GAP;
  let left = 0;
  let right = 0;
  while (left + right < minimums.length) {
    const fromLeft = left <= right;
    const cost = costs[fromLeft ? left : minimums.length - 1 - right]!;
    if (cost > rest && left > 0) break;
    rest -= cost;
    if (fromLeft) left++;
    else right++;
  }
  return { left, right };
}

/** Raises one common limit for all columns until the room is used; nobody gets more than it needs. */
function shareRoom(columns: readonly { natural: number; minimum: number }[], room: number): number[] {
  const widths = columns.map((column) => Math.max(1, Math.min(column.minimum, room)));
  let rest = room - widths.reduce((sum, width) => sum + width, 0);
  while (rest > 0) {
    const hungry = widths.flatMap((width, index) => (width < columns[index]!.natural ? [index] : []));
    if (hungry.length === 0) break;
    const limit = Math.min(...hungry.map((index) => widths[index]!));
    const lowest = hungry.filter((index) => widths[index] === limit);
    const others = hungry.filter((index) => widths[index] !== limit).map((index) => widths[index]!);
    const ceiling = Math.min(...lowest.map((index) => columns[index]!.natural), ...others);
    const step = Math.min(ceiling - limit, Math.floor(rest / lowest.length));
    // Less than a cell each is left: the first ones get it.
    const raised = step > 0 ? lowest : lowest.slice(0, rest);
    for (const index of raised) widths[index] = limit + Math.max(step, 1);
    rest -= raised.length * Math.max(step, 1);
  }
  return widths;
}
