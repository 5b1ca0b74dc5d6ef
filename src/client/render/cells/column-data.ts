/** Views on a column's values. */
import type { Column } from '../../../flight/ipc/column.js';

/** The fixed-width values, readable at any alignment. */
export function viewData(column: Column): DataView {
  const data = column.data ?? EMPTY;
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Hands the bytes of slot `row` of a string or binary column of any layout to `use`, without copying them. */
export function bytesReader<T>(column: Column, use: UseBytes<T>): (row: number, context: T) => void {
  const data = column.data ?? EMPTY;
  const { type } = column.field;
  if (type.kind === 'fixedSizeBinary') {
    const { byteWidth } = type;
    return (row, context) => use(data, row * byteWidth, (row + 1) * byteWidth, context);
  }
  if (type.kind === 'utf8View' || type.kind === 'binaryView') return viewsReader(column, use);
  const { offsets } = column;
  if (offsets instanceof Int32Array)
    return (row, context) => use(data, offsets[row]!, offsets[row + 1]!, context);
  return (row, context) => use(data, Number(offsets?.[row] ?? 0), Number(offsets?.[row + 1] ?? 0), context);
}

/** Called with the array that holds the bytes, and where they start and end in it. */
export type UseBytes<T> = (source: Uint8Array, start: number, end: number, context: T) => void;

const EMPTY = new Uint8Array(0);
const INLINE_BYTES_MAX = 12;

/** Views: 4 bytes of length, then the bytes themselves or prefix, buffer number and offset. */
function viewsReader<T>(column: Column, use: UseBytes<T>): (row: number, context: T) => void {
  const data = column.data ?? EMPTY;
  const view = viewData(column);
  const buffers = column.variadic ?? [];
  return (row, context) => {
    const at = row * 16;
    const length = view.getInt32(at, true);
    if (length <= INLINE_BYTES_MAX) {
      use(data, at + 4, at + 4 + length, context);
      return;
    }
    const start = view.getInt32(at + 12, true);
    use(buffers[view.getInt32(at + 8, true)] ?? EMPTY, start, start + length, context);
  };
}
