/** From columns of cells to lines. */
import type { ByteBuffer } from '../cells/byte-buffer.js';
import { BLOCK_ROWS, type CellBlock } from './cell-block.js';

/**
 * Appends the first `count` rows of the blocks to `out`, a separator between cells and a line end behind the last; fewer
 * where the text would become too long. Answers how many, at least one.
 */
export function joinBlocks(
  out: ByteBuffer,
  blocks: readonly CellBlock[],
  count: number,
  separator: number,
): number {
  PLACES.fill(blocks.length, 0, count);
  for (const block of blocks) addLengths(block, count);
  let end = out.length;
  let rows = 0;
  while (rows < count && (rows === 0 || end - out.length < LINES_BYTES)) {
    const length = PLACES[rows]!;
    PLACES[rows++] = end;
    end += length;
  }
  out.reserve(end - out.length);
  const last = blocks.length - 1;
  for (let i = 0; i <= last; i++) putCells(out.bytes, blocks[i]!, rows, i === last ? NEWLINE : separator);
  out.length = end;
  return rows;
}

const NEWLINE = 0x0a;

/** About as much text is made in one go. */
const LINES_BYTES = 512 * 1024;

/** A loop beats a call for the short ones. */
const SHORT = 96;

/** First the lengths of the rows, then where the next cell of each goes. */
const PLACES = new Int32Array(BLOCK_ROWS);

function addLengths({ bounds }: CellBlock, count: number): void {
  let start = bounds[0]!;
  for (let i = 0; i < count; i++) {
    const end = bounds[i + 1]!;
    PLACES[i]! += end - start;
    start = end;
  }
}

function putCells(target: Uint8Array, { bytes, bounds }: CellBlock, count: number, behind: number): void {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let from = bounds[0]!;
  for (let i = 0; i < count; i++) {
    const end = bounds[i + 1]!;
    let at = PLACES[i]!;
    if (end - from <= SHORT) {
      for (; end - from >= 4; from += 4, at += 4) view.setUint32(at, source.getUint32(from));
      while (from < end) view.setUint8(at++, source.getUint8(from++));
    } else {
      target.set(bytes.subarray(from, end), at);
      at += end - from;
      from = end;
    }
    view.setUint8(at, behind);
    PLACES[i] = at + 1;
  }
}
