/** Writes JavaScript values into Arrow's fixed-width layouts; the counterpart of the readers in value.ts. */
import { GizmoError } from '../../errors.js';
import { byteWidth } from './layout.js';
import { misfit, takeBytes, takeDecimal, takeInteger, takeInterval, takeNumber } from './take-value.js';
import type { ArrowField } from './types.js';

/** How values of `field` are written; UNIMPLEMENTED for types that are never written. */
export function fixedWidthWriter(field: ArrowField): FixedWidthWriter {
  const { type } = field;
  const width = byteWidth(type);
  switch (type.kind) {
    case 'int':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'duration': {
      const signed = type.kind !== 'int' || type.signed;
      return {
        width,
        write: (view, at, value) => writeWords(view, at, width, takeInteger(field, value, 8 * width, signed)),
      };
    }
    case 'float':
      if (type.bits === 16) break;
      return type.bits === 32
        ? { width, write: (view, at, value) => view.setFloat32(at, takeNumber(field, value), true) }
        : { width, write: (view, at, value) => view.setFloat64(at, takeNumber(field, value), true) };
    case 'decimal':
      return {
        width,
        write: (view, at, value) => {
          const { unscaled } = takeDecimal(field, value, type.scale);
          writeWords(view, at, width, takeInteger(field, unscaled, type.bits));
        },
      };
    case 'fixedSizeBinary':
      return {
        width,
        write: (view, at, value) => {
          const bytes = takeBytes(field, value);
          if (bytes.byteLength !== width) throw misfit(field, `${width} bytes`);
          new Uint8Array(view.buffer, at, width).set(bytes);
        },
      };
    case 'interval':
      return { width, write: intervalWriter(field, type.unit) };
  }
  throw new GizmoError(
    'UNIMPLEMENTED',
    `Values of Arrow type ${type.kind} cannot be written; use a plain type.`,
  );
}

export interface FixedWidthWriter {
  readonly width: number;
  /** `view` must lie at the start of its buffer. */
  readonly write: (view: DataView, at: number, value: unknown) => void;
}

/** Writes `width` bytes of an integer that fits them, in two's complement. */
function writeWords(view: DataView, at: number, width: number, value: bigint): void {
  switch (width) {
    case 1:
      view.setInt8(at, Number(BigInt.asIntN(8, value)));
      break;
    case 2:
      view.setInt16(at, Number(BigInt.asIntN(16, value)), true);
      break;
    case 4:
      view.setInt32(at, Number(BigInt.asIntN(32, value)), true);
      break;
    default:
      for (let word = 0; word < width; word += 8) {
        view.setBigInt64(at + word, BigInt.asIntN(64, value >> BigInt(8 * word)), true);
      }
  }
}

function intervalWriter(
  field: ArrowField,
  unit: 'yearMonth' | 'dayTime' | 'monthDayNano',
): FixedWidthWriter['write'] {
  return (view, at, value) => {
    const { months, days, nanos } = takeInterval(field, value);
    if (unit === 'yearMonth') {
      if (days !== 0 || nanos !== 0n) throw misfit(field, 'months only');
      writeWords(view, at, 4, takeInteger(field, months, 32));
    } else if (unit === 'dayTime') {
      if (months !== 0 || nanos % NANOS_PER_MS !== 0n)
        throw misfit(field, 'days and whole milliseconds only');
      writeWords(view, at, 4, takeInteger(field, days, 32));
      writeWords(view, at + 4, 4, takeInteger(field, nanos / NANOS_PER_MS, 32));
    } else {
      writeWords(view, at, 4, takeInteger(field, months, 32));
      writeWords(view, at + 4, 4, takeInteger(field, days, 32));
      writeWords(view, at + 8, 8, takeInteger(field, nanos, 64));
    }
  };
}

const NANOS_PER_MS = 1_000_000n;
