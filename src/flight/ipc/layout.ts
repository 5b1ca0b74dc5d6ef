/** Widths of fixed-width types. Source: Arrow columnar format, "Fixed-size primitive layout"; Schema.fbs. */
import type { ArrowType } from './types.js';

/** Bytes of one value; 16 for views. Zero for types whose values are not bytes of a fixed number. */
export function byteWidth(type: ArrowType): number {
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'decimal':
      return type.bits / 8;
    case 'fixedSizeBinary':
      return type.byteWidth;
    case 'date':
      return type.unit === 'day' ? 4 : 8;
    case 'time':
      return type.unit === 's' || type.unit === 'ms' ? 4 : 8;
    case 'timestamp':
    case 'duration':
      return 8;
    case 'interval':
      return INTERVAL_BYTES[type.unit];
    case 'utf8View':
    case 'binaryView':
      return 16;
    default:
      return 0;
  }
}

const INTERVAL_BYTES = { yearMonth: 4, dayTime: 8, monthDayNano: 16 } as const;
