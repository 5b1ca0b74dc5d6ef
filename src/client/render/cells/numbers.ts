/** Numbers as DuckDB prints them: integers, floating point, decimals. */
import type { Column } from '../../../flight/ipc/column.js';
import type { CellWriter } from './byte-buffer.js';
import { viewData } from './column-data.js';
import { writeInt64, writeInteger, writePadded } from './digits.js';

export function integerWriter(column: Column, bits: 8 | 16 | 32 | 64, signed: boolean): CellWriter {
  const view = viewData(column);
  switch (bits) {
    case 8:
      return (out, row) => writeInteger(out, signed ? view.getInt8(row) : view.getUint8(row));
    case 16:
      return (out, row) =>
        writeInteger(out, signed ? view.getInt16(row * 2, true) : view.getUint16(row * 2, true));
    case 32:
      return (out, row) =>
        writeInteger(out, signed ? view.getInt32(row * 4, true) : view.getUint32(row * 4, true));
    case 64:
      return signed
        ? (out, row) =>
            writeInt64(out, view.getInt32(row * 8 + 4, true), view.getUint32(row * 8, true), view, row * 8)
        : (out, row) => {
            const high = view.getUint32(row * 8 + 4, true);
            if (high < 0x20_0000) writeInteger(out, high * 0x1_0000_0000 + view.getUint32(row * 8, true));
            else out.ascii(view.getBigUint64(row * 8, true).toString());
          };
  }
}

/** `nonFinite` is what stands for NaN and the infinities, where DuckDB's own words will not do (JSON). */
export function floatWriter(column: Column, bits: 16 | 32 | 64, nonFinite?: string): CellWriter {
  const view = viewData(column);
  const text = bits === 64 ? doubleText : floatText;
  const read = {
    16: (row: number) => readHalf(view.getUint16(row * 2, true)),
    32: (row: number) => view.getFloat32(row * 4, true),
    64: (row: number) => view.getFloat64(row * 8, true),
  }[bits];
  return (out, row) => {
    const value = read(row);
    out.ascii(nonFinite !== undefined && !Number.isFinite(value) ? nonFinite : text(value));
  };
}

/** All digits of the scale, whatever the width; HUGEINT is a decimal of scale 0. */
export function decimalWriter(column: Column, bits: 32 | 64 | 128 | 256, scale: number): CellWriter {
  const view = viewData(column);
  const width = bits / 8;
  const unit = 10 ** scale;
  return (out, row) => {
    const at = row * width;
    const small = readSmall(view, at, width);
    if (small === undefined || scale > 9 || scale < 0) {
      out.ascii(decimalText(readWide(view, at, width), scale));
    } else if (scale === 0) {
      writeInteger(out, small);
    } else {
      const magnitude = Math.abs(small);
      const whole = Math.floor(magnitude / unit);
      if (small < 0) out.byte(0x2d);
      writeInteger(out, whole);
      out.byte(0x2e);
      writePadded(out, magnitude - whole * unit, scale);
    }
  };
}

/** Shortest digits that read back as the same double, in DuckDB's dress: 1.0, 1e+16, 1e-05, nan, inf. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e16 || (magnitude < 1e-4 && magnitude !== 0))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  if (Number.isInteger(value)) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  return String(value);
}

/**
 * The same for a single: the fewest digits that read back as the same 32 bits. Where two such texts are equally near,
 * or one lies just between two singles, DuckDB prints the exact value.
 */
function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value);
  const isNormal = Math.abs(value) >= 1.1754943508222875e-38;
  for (let digits = isNormal ? 6 : 1; digits < 9; digits++) {
    const near = Number(value.toPrecision(digits));
    const below = Math.fround(near * (1 - 2 ** -50));
    const above = Math.fround(near * (1 + 2 ** -50));
    if (below === value && above === value) return doubleText(isTie(value, near, digits) ? value : near);
    if (below === value || above === value) return doubleText(value);
  }
  return doubleText(Number(value.toPrecision(9)));
}

function isTie(value: number, near: number, digits: number): boolean {
  const other = 2 * value - near;
  return near !== value && Number(other.toPrecision(digits)) === other;
}

/** The value where a double holds it exactly, which is nearly always. */
function readSmall(view: DataView, at: number, width: number): number | undefined {
  if (width === 4) return view.getInt32(at, true);
  const high = view.getInt32(at + 4, true);
  if (high < -0x20_0000 || high >= 0x20_0000) return undefined;
  for (let word = at + 8; word < at + width; word += 4)
    if (view.getInt32(word, true) !== high >> 31) return undefined;
  return high * 0x1_0000_0000 + view.getUint32(at, true);
}

function readWide(view: DataView, at: number, width: number): bigint {
  if (width === 4) return BigInt(view.getInt32(at, true));
  let value = view.getBigInt64(at + width - 8, true);
  for (let word = at + width - 16; word >= at; word -= 8)
    value = (value << 64n) | view.getBigUint64(word, true);
  return value;
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale < 0) return `${unscaled}${'0'.repeat(-scale)}`;
  if (scale === 0) return unscaled.toString();
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
