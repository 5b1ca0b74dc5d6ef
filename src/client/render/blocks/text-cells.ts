/** Blocks of texts: where nothing in them needs protection, the received bytes are the cells already. */
import type { Column } from '../../../flight/ipc/column.js';
import type { Dialect, Protection } from '../dialect.js';
import { type FillCells, fillByCell } from './cell-block.js';

/** Undefined for types that are no texts, and for layouts other than that with 32-bit offsets. */
export function textFill(column: Column, dialect: Dialect): FillCells | undefined {
  const { data, offsets, validity, field, dictionary } = column;
  if (field.type.kind !== 'utf8' || dictionary !== undefined) return undefined;
  if (data === undefined || !(offsets instanceof Int32Array)) return undefined;
  const { protection } = dialect;
  const byCell = fillByCell(column, dialect, false);
  if (validity !== undefined || protection?.nullTextIsSpecial === true) return byCell;
  return (block, start, count) => {
    const bounds = offsets.subarray(start, start + count + 1);
    if (protection !== undefined && needsProtection(data, bounds, count, protection))
      return byCell(block, start, count);
    block.bytes = data;
    block.bounds = bounds;
    return count;
  };
}

function needsProtection(
  data: Uint8Array,
  bounds: Int32Array,
  count: number,
  protection: Protection,
): boolean {
  if (protection.emptyIsSpecial) for (let i = 0; i < count; i++) if (bounds[i] === bounds[i + 1]) return true;
  const first = bounds[0]!;
  const texts = Buffer.from(data.buffer, data.byteOffset + first, bounds[count]! - first);
  return protection.special.some((byte) => texts.includes(byte));
}
