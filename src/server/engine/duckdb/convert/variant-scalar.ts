/** The scalars of a VARIANT as JSON, in the words DuckDB's cast of VARIANT to JSON uses. */
import { GizmoError } from '../../../../errors.js';
import { formatBignum, formatBit, formatTime, formatTimeTz, formatUuid } from './text.js';
import { formatDate, formatInterval, formatTimestamp } from './time-text.js';
import { formatWkt } from './wkt.js';

/** Type ids of DuckDB's `VariantLogicalType`. */
export const VARIANT_OBJECT = 29;
/** See {@link VARIANT_OBJECT}. */
export const VARIANT_ARRAY = 30;

/** Reads the blob that holds a row's values, little-endian. */
export class BlobReader {
  position = 0;
  readonly view: DataView;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** LEB128, unsigned, up to 32 bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.position]!;
      this.position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) break;
    }
    return value;
  }

  /** Bytes behind their length. */
  sized(): Uint8Array {
    const length = this.varint();
    return this.#bytes.subarray(this.position, this.position + length);
  }

  hugeint(): bigint {
    const high = this.view.getBigInt64(this.position + 8, true);
    return (high << 64n) | this.view.getBigUint64(this.position, true);
  }
}

/** JSON text of the value at the reader's position. */
export function formatScalar(type: number, blob: BlobReader): string {
  const format = FORMATS[type];
  if (format === undefined) {
    throw new GizmoError('UNIMPLEMENTED', 'A VARIANT holds a type that cannot be sent; cast it to VARCHAR.');
  }
  return format(blob, blob.view, blob.position);
}

type Format = (blob: BlobReader, view: DataView, at: number) => string;

/** In the order of `VariantLogicalType`; OBJECT and ARRAY are not scalars. */
const FORMATS: readonly (Format | undefined)[] = [
  () => 'null',
  () => 'true',
  () => 'false',
  (_, view, at) => String(view.getInt8(at)),
  (_, view, at) => String(view.getInt16(at, true)),
  (_, view, at) => String(view.getInt32(at, true)),
  (_, view, at) => String(view.getBigInt64(at, true)),
  (blob) => String(blob.hugeint()),
  (_, view, at) => String(view.getUint8(at)),
  (_, view, at) => String(view.getUint16(at, true)),
  (_, view, at) => String(view.getUint32(at, true)),
  (_, view, at) => String(view.getBigUint64(at, true)),
  (blob) => String(BigInt.asUintN(128, blob.hugeint())),
  (_, view, at) => formatDouble(view.getFloat32(at, true)),
  (_, view, at) => formatDouble(view.getFloat64(at, true)),
  formatDecimal,
  (blob) => JSON.stringify(Buffer.from(blob.sized()).toString()),
  (blob) => quote(formatBlob(blob.sized())),
  (_, view, at) => quote(formatUuid(view, at)),
  (_, view, at) => quote(formatDate(view.getInt32(at, true))),
  (_, view, at) => quote(formatTime(view.getBigInt64(at, true))),
  (_, view, at) => quote(formatTime(view.getBigInt64(at, true), 9)),
  (_, view, at) => quote(formatTimestamp(view.getBigInt64(at, true), 0)),
  (_, view, at) => quote(formatTimestamp(view.getBigInt64(at, true), 3)),
  (_, view, at) => quote(formatTimestamp(view.getBigInt64(at, true), 6)),
  (_, view, at) => quote(formatTimestamp(view.getBigInt64(at, true), 9)),
  (_, view, at) => quote(formatTimeTz(view, at)),
  (_, view, at) => quote(formatTimestamp(view.getBigInt64(at, true), 6, '+00')),
  (_, view, at) =>
    quote(
      formatInterval(view.getInt32(at, true), view.getInt32(at + 4, true), view.getBigInt64(at + 8, true)),
    ),
  undefined,
  undefined,
  (blob) => formatBignum(blob.sized()),
  (blob) => quote(formatBit(blob.sized())),
  (blob) => quote(formatWkt(blob.sized())),
];

/** JSON's spelling, except that DuckDB keeps a whole number's `.0` and writes no `+` in an exponent. */
function formatDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Width and scale as varints, then the digits in as many bytes as the width needs. */
function formatDecimal(blob: BlobReader): string {
  const width = blob.varint();
  const scale = blob.varint();
  const { view, position } = blob;
  let value: bigint;
  if (width <= 4) value = BigInt(view.getInt16(position, true));
  else if (width <= 9) value = BigInt(view.getInt32(position, true));
  else value = width <= 18 ? view.getBigInt64(position, true) : blob.hugeint();
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  return value < 0n ? `-${text}` : text;
}

/** Printable ASCII as it is, the rest as `\xAB`, which JSON then escapes. */
function formatBlob(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte >= 32 && byte <= 126 && byte !== 34 && byte !== 39 && byte !== 92;
    text += isPlain ? String.fromCharCode(byte) : `\\\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

function quote(text: string): string {
  return `"${text}"`;
}
