/**
 * Lists, structs, maps and unions as DuckDB prints them. Its rules, found by experiment: what stands in a list,
 * struct or map is quoted where it could be misread; in an ARRAY and a UNION nothing is; nested values, VARIANT, and
 * JSON in a list never are.
 */
import { type Column, isValid } from '../../../flight/ipc/column.js';
import type { ByteBuffer, CellWriter } from './byte-buffer.js';
import { childRange, childSlot } from './nested-slots.js';
import { sqlTypeName } from './sql-type-name.js';

/** Makes the writer of a child column; passed in because children may be of any type. */
export type MakeWriter = (column: Column) => CellWriter;

export function listWriter(column: Column, make: MakeWriter): CellWriter {
  const child = column.children[0]!;
  const isArray = column.field.type.kind === 'fixedSizeList';
  const write = isArray || sqlTypeName(child.field) === 'JSON' ? make(child) : quotedWriter(child, make);
  const range = childRange(column);
  return (out, row) => {
    const { start, end } = range(row);
    out.byte(0x5b);
    for (let i = start; i < end; i++) {
      if (i > start) out.ascii(', ');
      writeOrNull(out, child, i, write);
    }
    out.byte(0x5d);
  };
}

/** A struct whose fields have no names is a tuple: `(1, a)`. */
export function structWriter(column: Column, make: MakeWriter): CellWriter {
  const isTuple = column.children.every((child) => child.field.name === '');
  const fields = column.children.map((child) => ({
    child,
    label: isTuple ? '' : `'${escapeQuoted(child.field.name)}': `,
    write: quotedWriter(child, make),
  }));
  return (out, row) => {
    out.byte(isTuple ? 0x28 : 0x7b);
    for (const [i, { child, label, write }] of fields.entries()) {
      if (i > 0) out.ascii(', ');
      out.text(label);
      writeOrNull(out, child, row, write);
    }
    out.byte(isTuple ? 0x29 : 0x7d);
  };
}

/** `{key=value, …}`. */
export function mapWriter(column: Column, make: MakeWriter): CellWriter {
  const [keys, values] = column.children[0]!.children;
  if (keys === undefined || values === undefined) return (out) => out.ascii('{}');
  const writeKey = quotedWriter(keys, make);
  const writeValue = quotedWriter(values, make);
  const range = childRange(column);
  return (out, row) => {
    const { start, end } = range(row);
    out.byte(0x7b);
    for (let i = start; i < end; i++) {
      if (i > start) out.ascii(', ');
      writeOrNull(out, keys, i, writeKey);
      out.byte(0x3d);
      writeOrNull(out, values, i, writeValue);
    }
    out.byte(0x7d);
  };
}

/** The member's own text, without its tag. */
export function unionWriter(column: Column, make: MakeWriter): CellWriter {
  const writers = column.children.map(make);
  const slot = childSlot(column);
  return (out, row) => {
    const { member, index } = slot(row);
    const child = column.children[member];
    if (child === undefined) out.ascii('NULL');
    else writeOrNull(out, child, index, writers[member]!);
  };
}

function writeOrNull(out: ByteBuffer, column: Column, row: number, write: CellWriter): void {
  if (isValid(column, row)) write(out, row);
  else out.ascii('NULL');
}

const NESTED = new Set([
  'list',
  'largeList',
  'listView',
  'largeListView',
  'fixedSizeList',
  'struct',
  'map',
  'union',
]);

function quotedWriter(column: Column, make: MakeWriter): CellWriter {
  const write = make(column);
  if (NESTED.has(column.field.type.kind) || sqlTypeName(column.field) === 'VARIANT') return write;
  return (out, row) => {
    const start = out.length;
    write(out, row);
    if (!needsQuotes(out.bytes, start, out.length)) return;
    const text = escapeQuoted(out.toText(start));
    out.length = start;
    out.text(`'${text}'`);
  };
}

function escapeQuoted(text: string): string {
  return text.replace(/[\\']/g, '\\$&');
}

const SPECIAL = new Set([...`"'(),:=[]{}`].map((char) => char.charCodeAt(0)));

function needsQuotes(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end || isSpace(bytes[start]!) || isSpace(bytes[end - 1]!)) return true;
  for (let i = start; i < end; i++) if (SPECIAL.has(bytes[i]!)) return true;
  return end - start === 4 && String.fromCharCode(...bytes.subarray(start, end)).toLowerCase() === 'null';
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
