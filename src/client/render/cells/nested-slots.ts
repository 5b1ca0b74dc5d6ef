/** Where the children of a nested slot are. */
import { type Column, isValid } from '../../../flight/ipc/column.js';

/** Whether a slot is null, also where the null is the member's of a union, or the value's of a run. */
export function nullTest(column: Column): (row: number) => boolean {
  const { kind } = column.field.type;
  if (column.dictionary === undefined && kind === 'union') {
    const slot = childSlot(column);
    const tests = column.children.map(nullTest);
    return (row) => {
      const { member, index } = slot(row);
      return tests[member]?.(index) ?? true;
    };
  }
  if (column.dictionary === undefined && kind === 'runEndEncoded') {
    const slot = runSlot(column);
    const test = nullTest(column.children[1]!);
    return (row) => test(slot(row));
  }
  if (kind !== 'null' && column.validity === undefined) return () => false;
  return (row) => !isValid(column, row);
}

/** First and one past the last child slot of a list, map or fixed-size list. */
export function childRange(column: Column): (row: number) => { start: number; end: number } {
  const { offsets, sizes } = column;
  const { type } = column.field;
  if (type.kind === 'fixedSizeList') {
    const { listSize } = type;
    return (row) => ({ start: row * listSize, end: (row + 1) * listSize });
  }
  if (sizes !== undefined)
    return (row) => {
      const start = Number(offsets?.[row] ?? 0);
      return { start, end: start + Number(sizes[row] ?? 0) };
    };
  return (row) => ({ start: Number(offsets?.[row] ?? 0), end: Number(offsets?.[row + 1] ?? 0) });
}

/** Number of the member of a union slot among the children, and the slot in that child. */
export function childSlot(column: Column): (row: number) => { member: number; index: number } {
  const { type } = column.field;
  const ids = type.kind === 'union' ? type.typeIds : [];
  const dense = type.kind === 'union' && type.mode === 'dense';
  return (row) => ({
    member: ids.indexOf(column.typeIds?.[row] ?? -1),
    index: dense ? Number(column.offsets?.[row] ?? 0) : row,
  });
}

/** Run-end encoding: slot `row` of the values, found by bisection. */
export function runSlot(column: Column): (row: number) => number {
  const ends = column.children[0]!;
  const bits = ends.field.type.kind === 'int' ? ends.field.type.bits : 32;
  const data = ends.data ?? new Uint8Array(0);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = (i: number): number =>
    bits === 16
      ? view.getInt16(i * 2, true)
      : bits === 32
        ? view.getInt32(i * 4, true)
        : Number(view.getBigInt64(i * 8, true));
  return (row) => {
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (read(middle) > row) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
