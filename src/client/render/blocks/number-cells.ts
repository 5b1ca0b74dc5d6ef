/** Blocks of whole numbers, decimals and dates. */
import { bitIsSet, type Column } from '../../../flight/ipc/column.js';
import type { Dialect } from '../dialect.js';
import { BLOCK_ROWS, type FillCells, fillByCell } from './cell-block.js';
import { exactReader } from './exact-values.js';
import { DATE_BYTES, DECIMAL_BYTES_MAX, INTEGER_BYTES_MAX, putDate, putDecimal, putInteger } from './put.js';

/** Undefined for other types. A block with a value that a double does not hold exactly is written cell by cell. */
export function numberFill(column: Column, dialect: Dialect): FillCells | undefined {
  const read = exactReader(column);
  const nullBytes = Buffer.from(dialect.nullText);
  if (read === undefined || nullBytes.length > NULL_BYTES_MAX) return undefined;
  const { validity } = column;
  const { type } = column.field;
  const scale = type.kind === 'decimal' ? type.scale : 0;
  const put = type.kind === 'date' ? putDates : scale > 0 ? putDecimals : putIntegers;
  const byCell = fillByCell(column, dialect, true);
  return (block, start, count) => {
    if (!read(VALUES, start, count)) return byCell(block, start, count);
    const bounds = block.begin();
    block.out.reserve(count * CELL_BYTES_MAX);
    const { bytes } = block.out;
    bounds[0] = 0;
    if (validity === undefined) put(bytes, bounds, 0, count, scale);
    else
      for (let i = 0; i < count; i++) {
        if (bitIsSet(validity, start + i)) {
          put(bytes, bounds, i, i + 1, scale);
        } else {
          bytes.set(nullBytes, bounds[i]!);
          bounds[i + 1] = bounds[i]! + nullBytes.length;
        }
      }
    block.out.length = bounds[count]!;
    block.end();
    return count;
  };
}

const NULL_BYTES_MAX = 24;
const CELL_BYTES_MAX = Math.max(NULL_BYTES_MAX, INTEGER_BYTES_MAX, DECIMAL_BYTES_MAX, DATE_BYTES);
const VALUES = new Float64Array(BLOCK_ROWS);

/** Writes values `first` to `end`, each where the one before ended. */
type PutValues = (bytes: Uint8Array, bounds: Int32Array, first: number, end: number, scale: number) => void;

const putIntegers: PutValues = (bytes, bounds, first, end) => {
  let at = bounds[first]!;
  for (let i = first; i < end; i++) {
    at = putInteger(bytes, at, VALUES[i]!);
    bounds[i + 1] = at;
  }
};

const putDecimals: PutValues = (bytes, bounds, first, end, scale) => {
  const unit = 10 ** scale;
  let at = bounds[first]!;
  for (let i = first; i < end; i++) {
    at = putDecimal(bytes, at, VALUES[i]!, unit, scale);
    bounds[i + 1] = at;
  }
};

const putDates: PutValues = (bytes, bounds, first, end) => {
  const target = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = bounds[first]!;
  for (let i = first; i < end; i++) {
    at = putDate(target, at, VALUES[i]!);
    bounds[i + 1] = at;
  }
};
