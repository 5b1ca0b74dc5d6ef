/**
 * Text made a column at a time: all cells of one column in a run of rows, one after the other. A loop over one column has
 * one type and one writer, which costs a fraction of asking each column in turn for each row.
 */
import type { Column } from '../../../flight/ipc/column.js';
import { createCellWriter } from '../cell.js';
import { ByteBuffer } from '../cells/byte-buffer.js';
import { nullTest } from '../cells/nested-slots.js';
import type { Dialect } from '../dialect.js';

/** The cells of one column: number `i` is bytes `bounds[i]` to `bounds[i + 1]`. Made once, filled for each run of rows. */
export class CellBlock {
  bytes: Uint8Array = NO_BYTES;
  bounds: Int32Array = NO_BOUNDS;
  /** Where cells are written that do not lie ready in the column. */
  readonly out = new ByteBuffer();
  /** Cells are written until there are so many bytes of them. */
  readonly bytesMax: number;
  readonly #ownBounds = new Int32Array(BLOCK_ROWS + 1);

  /** `columns`: how many blocks make one line; together they hold little, however many they are. */
  constructor(columns: number) {
    this.bytesMax = Math.ceil(SCRATCH_BYTES / columns);
  }

  /** Empties the block and answers the bounds to be set: cells will be written to `out`. */
  begin(): Int32Array {
    this.out.clear();
    this.bounds = this.#ownBounds;
    return this.bounds;
  }

  /** To be called after the last write to `out`. */
  end(): void {
    this.bytes = this.out.bytes;
  }
}

/** At most so many rows a block. */
export const BLOCK_ROWS = 1024;

/** For all columns of a result together. */
const SCRATCH_BYTES = 4 * 1024 * 1024;

/** Fills a block with the cells of `count` rows from `start` on, or of fewer; answers of how many, at least one. */
export type FillCells = (block: CellBlock, start: number, count: number) => number;

/** For any type: cell by cell. */
export function fillByCell(column: Column, { nullText, protection }: Dialect, isPlain: boolean): FillCells {
  const write = createCellWriter(column);
  const isNull = nullTest(column);
  const protect = isPlain ? undefined : protection?.protect;
  return (block, start, count) => {
    const bounds = block.begin();
    const { out } = block;
    bounds[0] = 0;
    let done = 0;
    while (done < count && out.length < block.bytesMax) {
      const row = start + done++;
      if (isNull(row)) {
        out.text(nullText);
      } else {
        const from = out.length;
        write(out, row);
        protect?.(out, from);
      }
      bounds[done] = out.length;
    }
    block.end();
    return done;
  };
}

const NO_BYTES = new Uint8Array(0);
const NO_BOUNDS = new Int32Array(1);
