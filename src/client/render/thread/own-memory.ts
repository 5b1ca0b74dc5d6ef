/** Memory that changes threads with columns, instead of being copied. */
import type { Column } from '../../../flight/ipc/column.js';

/** Memory that holds nothing but these columns; the rest of theirs, which is little, is left out. */
export function ownMemory(columns: readonly Column[]): ArrayBuffer[] {
  const memory = new Set<ArrayBuffer>();
  for (const column of columns) addOwnMemory(column, memory);
  return [...memory];
}

function addOwnMemory(column: Column, memory: Set<ArrayBuffer>): void {
  const { validity, offsets, sizes, data, typeIds, variadic = [], children } = column;
  for (const view of [validity, offsets, sizes, data, typeIds, ...variadic])
    if (view?.buffer instanceof ArrayBuffer && view.buffer.byteLength >= ALONE_BYTES) memory.add(view.buffer);
  for (const child of children) addOwnMemory(child, memory);
}

/** What Node reads at once from a socket, and its pools, are smaller: what is larger was made for one message. */
const ALONE_BYTES = 128 * 1024;
