/** WKB ⇄ WKT one way: geometries as DuckDB prints them. Source: OGC Simple Features, "Well-known binary". */
import type { Column } from '../../../flight/ipc/column.js';
import type { ArrowField } from '../../../flight/ipc/types.js';
import type { ByteBuffer, CellWriter } from './byte-buffer.js';
import { bytesReader } from './column-data.js';
import { doubleText } from './numbers.js';

/** What is no WKB, or nested deeper than 64, is printed like any other blob, by `fallback`. */
export function geometryWriter(column: Column, fallback: CellWriter): CellWriter {
  const read = bytesReader<{ text: string | undefined }>(column, (source, start, end, answer) => {
    answer.text = wktOf(source.subarray(start, end));
  });
  return (out: ByteBuffer, row: number) => {
    const answer: { text: string | undefined } = { text: undefined };
    read(row, answer);
    if (answer.text === undefined) fallback(out, row);
    else out.ascii(answer.text);
  };
}

/** Whether a binary field holds geometries, by the Arrow extension type or the SQL type's name. */
export function isGeometry(field: ArrowField): boolean {
  return field.metadata?.get('ARROW:extension:name') === 'geoarrow.wkb';
}

/** Undefined where the bytes are no well-known binary. */
function wktOf(bytes: Uint8Array): string | undefined {
  const cursor = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
  try {
    const text = readGeometry(cursor, 0);
    return cursor.at === bytes.byteLength ? text : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Cursor {
  readonly view: DataView;
  at: number;
}

const NAMES = [
  '',
  'POINT',
  'LINESTRING',
  'POLYGON',
  'MULTIPOINT',
  'MULTILINESTRING',
  'MULTIPOLYGON',
  'GEOMETRYCOLLECTION',
] as const;
const DIMENSIONS = ['', 'Z', 'M', 'ZM'] as const;
const DEPTH_MAX = 64;

function readGeometry(cursor: Cursor, depth: number): string {
  const { kind, dimension, little } = readHead(cursor);
  const name = NAMES[kind] ?? '';
  if (name === '' || depth > DEPTH_MAX) throw new RangeError('no geometry');
  const head = dimension === 0 ? name : `${name} ${DIMENSIONS[dimension]}`;
  const width = dimension === 0 ? 2 : dimension === 3 ? 4 : 3;
  const body = readBody(cursor, kind, width, little, depth);
  return `${head} ${body ?? 'EMPTY'}`;
}

function readHead(cursor: Cursor): { kind: number; dimension: number; little: boolean } {
  const little = cursor.view.getUint8(cursor.at) === 1;
  const code = cursor.view.getUint32(cursor.at + 1, little);
  cursor.at += 5;
  return { kind: code % 1000, dimension: Math.floor(code / 1000) & 3, little };
}

function readBody(
  cursor: Cursor,
  kind: number,
  width: number,
  little: boolean,
  depth: number,
): string | undefined {
  const point = (): string => readPoint(cursor, width, little);
  if (kind === 1) {
    const text = point();
    return /^nan( nan)+$/.test(text) ? undefined : `(${text})`;
  }
  if (kind === 2) return readMany(cursor, little, point);
  if (kind === 3) return readMany(cursor, little, () => readMany(cursor, little, point) ?? 'EMPTY');
  if (kind === 7) return readMany(cursor, little, () => readGeometry(cursor, depth + 1));
  return readMany(cursor, little, () => {
    const part = readHead(cursor);
    const body = readBody(cursor, kind - 3, width, part.little, depth) ?? 'EMPTY';
    return kind === 4 ? body.replace(/^\((.*)\)$/, '$1') : body;
  });
}

/** Each element takes at least four bytes, so a count that lies ends in a RangeError soon. */
function readMany(cursor: Cursor, little: boolean, read: () => string): string | undefined {
  const count = cursor.view.getUint32(cursor.at, little);
  cursor.at += 4;
  if (count === 0) return undefined;
  const parts: string[] = [];
  for (let i = 0; i < count; i++) parts.push(read());
  return `(${parts.join(', ')})`;
}

function readPoint(cursor: Cursor, width: number, little: boolean): string {
  const parts: string[] = [];
  for (let i = 0; i < width; i++) {
    parts.push(doubleText(cursor.view.getFloat64(cursor.at, little)).replace(/\.0$/, ''));
    cursor.at += 8;
  }
  return parts.join(' ');
}
