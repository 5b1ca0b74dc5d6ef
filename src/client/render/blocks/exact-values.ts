/** Columns whose values fit into doubles, as doubles. */
import type { Column } from '../../../flight/ipc/column.js';
import { viewData } from '../cells/column-data.js';

/** Reads rows `start` to `start + count` into `values`; false where one of them, null or not, is beyond what is said below. */
export type ExactReader = (values: Float64Array, start: number, count: number) => boolean;

/**
 * For integers and decimals below 2^53 in magnitude, the latter with up to nine digits behind the point, and for dates of
 * the years 1 to 9999 in days. Undefined for other types.
 */
export function exactReader(column: Column): ExactReader | undefined {
  if (column.dictionary !== undefined) return undefined;
  const { type } = column.field;
  const view = viewData(column);
  switch (type.kind) {
    case 'int':
      return integers(view, type.bits, type.signed);
    case 'date':
      return type.unit === 'day' ? dates(view) : undefined;
    case 'decimal':
      if (type.scale < 0 || type.scale > SCALE_MAX) return undefined;
      return type.bits === 32 ? integers(view, 32, true) : wide(view, type.bits / 8);
    default:
      return undefined;
  }
}

/** The digits behind the point are written as one number below 10^9. */
const SCALE_MAX = 9;

/** High words from here on belong to numbers beyond 2^53. */
const SAFE_HIGH = 0x20_0000;

const WORD = 0x1_0000_0000;

function integers(view: DataView, bits: 8 | 16 | 32 | 64, signed: boolean): ExactReader {
  switch (bits) {
    case 8:
      return (values, start, count) => {
        for (let i = 0; i < count; i++)
          values[i] = signed ? view.getInt8(start + i) : view.getUint8(start + i);
        return true;
      };
    case 16:
      return (values, start, count) => {
        for (let i = 0, at = 2 * start; i < count; i++, at += 2)
          values[i] = signed ? view.getInt16(at, true) : view.getUint16(at, true);
        return true;
      };
    case 32:
      return (values, start, count) => {
        for (let i = 0, at = 4 * start; i < count; i++, at += 4)
          values[i] = signed ? view.getInt32(at, true) : view.getUint32(at, true);
        return true;
      };
    case 64:
      return signed ? wide(view, 8) : unsigned64(view);
  }
}

function dates(view: DataView): ExactReader {
  return (values, start, count) => {
    for (let i = 0, at = 4 * start; i < count; i++, at += 4) {
      const days = view.getInt32(at, true);
      if (days < FIRST_DAY || days > LAST_DAY) return false;
      values[i] = days;
    }
    return true;
  };
}

/** 0001-01-01 and 9999-12-31. */
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

function unsigned64(view: DataView): ExactReader {
  return (values, start, count) => {
    for (let i = 0, at = 8 * start; i < count; i++, at += 8) {
      const high = view.getUint32(at + 4, true);
      if (high >= SAFE_HIGH) return false;
      values[i] = high * WORD + view.getUint32(at, true);
    }
    return true;
  };
}

/** Signed integers of `width` bytes: 8, 16 or 32. */
function wide(view: DataView, width: number): ExactReader {
  return (values, start, count) => {
    for (let i = 0, at = width * start; i < count; i++, at += width) {
      const high = view.getInt32(at + 4, true);
      if (high < -SAFE_HIGH || high >= SAFE_HIGH) return false;
      for (let word = at + 8; word < at + width; word += 4)
        if (view.getInt32(word, true) !== high >> 31) return false;
      values[i] = high * WORD + view.getUint32(at, true);
    }
    return true;
  };
}
