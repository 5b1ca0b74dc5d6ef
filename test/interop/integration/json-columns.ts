/**
 * Columns of Arrow's JSON integration format as the buffers of a record batch. The format lists them one by one, so that
 * nothing of what is under test has a part in this. Source: Arrow, "Integration Testing", JSON test data format.
 */
import type { ArrowField, ArrowType } from '../../../src/flight/ipc/types.js';

export interface JsonBatch {
  readonly count: number;
  readonly columns: readonly JsonColumn[];
}

/** 64-bit integers are texts, bytes are hexadecimal; members without elements may be missing. */
interface JsonColumn {
  readonly count: number;
  readonly VALIDITY?: readonly number[];
  readonly OFFSET?: readonly (number | string)[];
  readonly SIZE?: readonly (number | string)[];
  readonly TYPE_ID?: readonly number[];
  readonly DATA?: readonly unknown[];
  readonly VIEWS?: readonly JsonView[];
  readonly VARIADIC_DATA_BUFFERS?: readonly string[];
  readonly children?: readonly JsonColumn[];
}

interface JsonView {
  readonly SIZE: number;
  readonly INLINED?: string;
  readonly PREFIX_HEX?: string;
  readonly BUFFER_INDEX?: number;
  readonly OFFSET?: number;
}

/** The nodes and buffers of one batch in the order of the columnar format, and its body. */
export class JsonBody {
  readonly nodes: number[] = [];
  readonly buffers: number[] = [];
  readonly variadicCounts: number[] = [];
  readonly #parts: Buffer[] = [];
  #length = 0;

  constructor(fields: readonly ArrowField[], columns: readonly JsonColumn[]) {
    for (const [i, field] of fields.entries()) this.#column(field, columns[i]!);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #column(field: ArrowField, column: JsonColumn): void {
    const { type, dictionary } = field;
    const { count, VALIDITY = [], DATA = [], children = [] } = column;
    const nulls = VALIDITY.filter((valid) => valid === 0).length;
    const hasValidity = !['null', 'union', 'runEndEncoded'].includes(type.kind) || dictionary !== undefined;
    this.nodes.push(count, type.kind === 'null' ? count : nulls);
    if (hasValidity) this.#buffer(packBits(VALIDITY));
    if (dictionary !== undefined) {
      this.#buffer(packIntegers(DATA, dictionary.index.bits / 8));
      return;
    }
    this.#values(type, column);
    for (const [i, child] of field.children.entries()) this.#column(child, children[i]!);
  }

  /** What lies between validity and children. */
  #values(type: ArrowType, column: JsonColumn): void {
    const {
      DATA = [],
      OFFSET = [],
      SIZE = [],
      TYPE_ID = [],
      VIEWS = [],
      VARIADIC_DATA_BUFFERS = [],
    } = column;
    const offsetBytes = type.kind.startsWith('large') ? 8 : 4;
    switch (type.kind) {
      case 'null':
      case 'runEndEncoded':
      case 'struct':
      case 'fixedSizeList':
        break;
      case 'bool':
        this.#buffer(packBits(DATA));
        break;
      case 'utf8':
      case 'largeUtf8':
      case 'binary':
      case 'largeBinary':
        this.#buffer(packIntegers(OFFSET, offsetBytes));
        this.#buffer(Buffer.concat(DATA.map((cell) => Buffer.from(String(cell), encodingOf(type)))));
        break;
      case 'list':
      case 'largeList':
      case 'map':
        this.#buffer(packIntegers(OFFSET, offsetBytes));
        break;
      case 'listView':
      case 'largeListView':
        this.#buffer(packIntegers(OFFSET, offsetBytes));
        this.#buffer(packIntegers(SIZE, offsetBytes));
        break;
      case 'union':
        this.#buffer(packIntegers(TYPE_ID, 1));
        if (type.mode === 'dense') this.#buffer(packIntegers(OFFSET, 4));
        break;
      case 'utf8View':
      case 'binaryView':
        this.#buffer(Buffer.concat(VIEWS.map((view) => packView(view, encodingOf(type)))));
        this.variadicCounts.push(VARIADIC_DATA_BUFFERS.length);
        for (const hex of VARIADIC_DATA_BUFFERS) this.#buffer(Buffer.from(hex, 'hex'));
        break;
      default:
        this.#buffer(packFixedWidth(type, DATA));
    }
  }

  #buffer(bytes: Buffer): void {
    const padding = Buffer.alloc((8 - (bytes.length % 8)) % 8);
    this.buffers.push(this.#length, bytes.length);
    this.#parts.push(bytes, padding);
    this.#length += bytes.length + padding.length;
  }
}

const encodingOf = ({ kind }: ArrowType) =>
  kind.endsWith('inary') || kind === 'binaryView' ? 'hex' : 'utf8';

function packBits(values: readonly unknown[]): Buffer {
  const bits = Buffer.alloc((values.length + 7) >> 3);
  for (const [row, value] of values.entries()) if (value) bits[row >> 3]! |= 1 << (row & 7);
  return bits;
}

/** Little-endian, in two's complement, of whatever width. */
function packIntegers(values: readonly unknown[], width: number): Buffer {
  const bytes = Buffer.alloc(values.length * width);
  for (const [row, value] of values.entries()) {
    let rest = BigInt.asUintN(8 * width, BigInt(value as string | number));
    for (let i = 0; i < width; i++, rest >>= 8n) bytes[row * width + i] = Number(rest & 255n);
  }
  return bytes;
}

function packFixedWidth(type: ArrowType, values: readonly unknown[]): Buffer {
  switch (type.kind) {
    case 'float':
      return Buffer.concat(values.map((value) => packFloat(Number(value), type.bits)));
    case 'fixedSizeBinary':
      return Buffer.concat(values.map((value) => Buffer.from(String(value), 'hex')));
    case 'interval':
      return Buffer.concat(values.map((value) => packInterval(value as JsonInterval)));
    case 'int':
    case 'decimal':
      return packIntegers(values, type.bits / 8);
    case 'date':
      return packIntegers(values, type.unit === 'day' ? 4 : 8);
    case 'time':
      return packIntegers(values, type.unit === 's' || type.unit === 'ms' ? 4 : 8);
    default:
      return packIntegers(values, 8);
  }
}

/** Halves as they stand in test data: no rounding, no subnormals. */
function packFloat(value: number, bits: 16 | 32 | 64): Buffer {
  const bytes = Buffer.alloc(bits / 8);
  if (bits === 64) bytes.writeDoubleLE(value);
  else if (bits === 32) bytes.writeFloatLE(value);
  else if (value !== 0) {
    const single = new DataView(new ArrayBuffer(4));
    single.setFloat32(0, value);
    const word = single.getUint32(0);
    const exponent = ((word >>> 23) & 255) - 127 + 15;
    bytes.writeUInt16LE(((word >>> 31) << 15) | (exponent << 10) | ((word >>> 13) & 1023));
  }
  return bytes;
}

type JsonInterval = number | { months?: number; days: number; nanoseconds?: number; milliseconds?: number };

function packInterval(value: JsonInterval): Buffer {
  if (typeof value === 'number') return packIntegers([value], 4);
  const { months, days, nanoseconds = 0, milliseconds = 0 } = value;
  if (months === undefined) return packIntegers([days, milliseconds], 4);
  return Buffer.concat([packIntegers([months, days], 4), packIntegers([nanoseconds], 8)]);
}

function packView(view: JsonView, encoding: BufferEncoding): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeInt32LE(view.SIZE, 0);
  if (view.INLINED !== undefined) {
    bytes.write(view.INLINED, 4, encoding);
  } else {
    bytes.write(view.PREFIX_HEX ?? '', 4, 'hex');
    bytes.writeInt32LE(view.BUFFER_INDEX ?? 0, 8);
    bytes.writeInt32LE(view.OFFSET ?? 0, 12);
  }
  return bytes;
}
