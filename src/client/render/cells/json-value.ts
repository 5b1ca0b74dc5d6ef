/**
 * Cells as JSON values: numbers as numbers with all their digits (HUGEINT and DECIMAL too), NaN and the infinities,
 * which JSON lacks, as null, nested values nested, and everything else as the text DuckDB prints.
 */
import type { Column } from '../../../flight/ipc/column.js';
import { createCellWriter, dictionaryWriter } from '../cell.js';
import type { ByteBuffer, CellWriter } from './byte-buffer.js';
import { childRange, childSlot, nullTest, runSlot } from './nested-slots.js';
import { floatWriter } from './numbers.js';
import { sqlTypeName } from './sql-type-name.js';

export function createJsonWriter(column: Column): CellWriter {
  if (column.dictionary !== undefined) return dictionaryWriter(column, createJsonWriter);
  const { type } = column.field;
  switch (type.kind) {
    case 'null':
      return (out) => out.ascii('null');
    case 'bool':
    case 'int':
    case 'decimal':
      return createCellWriter(column);
    case 'float':
      return floatWriter(column, type.bits, 'null');
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      return EMBEDDED.has(sqlTypeName(column.field) ?? '') ? embeddedWriter(column) : stringWriter(column);
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
    case 'fixedSizeList':
      return arrayWriter(column);
    case 'struct':
      return objectWriter(column);
    case 'map':
      return mapWriter(column);
    case 'union':
      return unionWriter(column);
    case 'runEndEncoded': {
      const write = nullable(column.children[1]!);
      const slot = runSlot(column);
      return (out, row) => write(out, slot(row));
    }
    default:
      return stringWriter(column);
  }
}

/** SQL types whose text is JSON already, by the server's word. */
const EMBEDDED: ReadonlySet<string> = new Set(['JSON', 'VARIANT']);

/** Believed only if it parses; its line breaks can only be white space then, and would end a line of jsonl. */
function embeddedWriter(column: Column): CellWriter {
  const write = createCellWriter(column);
  return (out, row) => {
    const start = out.length;
    write(out, row);
    if (!isJson(out.toText(start))) {
      makeString(out, start);
      return;
    }
    for (let i = start; i < out.length; i++)
      if (out.bytes[i] === 0x0a || out.bytes[i] === 0x0d) out.bytes[i] = 0x20;
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function stringWriter(column: Column): CellWriter {
  const write = createCellWriter(column);
  return (out, row) => {
    const start = out.length;
    write(out, row);
    makeString(out, start);
  };
}

/** Turns the text that begins at byte `start` into a JSON string, in place where nothing has to be escaped. */
function makeString(out: ByteBuffer, start: number): void {
  const { length } = out;
  for (let i = start; i < length; i++) {
    const byte = out.bytes[i]!;
    // What is not ASCII may be malformed UTF-8, which JSON must not carry: the decoder replaces it.
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c) continue;
    const text = JSON.stringify(out.toText(start));
    out.length = start;
    out.text(text);
    return;
  }
  out.reserve(2);
  out.bytes.copyWithin(start + 1, start, length);
  out.bytes[start] = 0x22;
  out.length = length + 1;
  out.byte(0x22);
}

/** Writes `null` for null slots. */
function nullable(column: Column): CellWriter {
  const write = createJsonWriter(column);
  const isNull = nullTest(column);
  return (out, row) => (isNull(row) ? out.ascii('null') : write(out, row));
}

function arrayWriter(column: Column): CellWriter {
  const write = nullable(column.children[0]!);
  const range = childRange(column);
  return (out, row) => {
    const { start, end } = range(row);
    out.byte(0x5b);
    for (let i = start; i < end; i++) {
      if (i > start) out.byte(0x2c);
      write(out, i);
    }
    out.byte(0x5d);
  };
}

/** A struct without names is a tuple, hence an array. */
function objectWriter(column: Column): CellWriter {
  const isTuple = column.children.every((child) => child.field.name === '');
  const fields = column.children.map((child) => ({
    label: isTuple ? '' : `${JSON.stringify(child.field.name)}:`,
    write: nullable(child),
  }));
  return (out, row) => {
    out.byte(isTuple ? 0x5b : 0x7b);
    for (const [i, { label, write }] of fields.entries()) {
      if (i > 0) out.byte(0x2c);
      out.text(label);
      write(out, row);
    }
    out.byte(isTuple ? 0x5d : 0x7d);
  };
}

/** Keys are texts in JSON, so each key is the text DuckDB prints for it. */
function mapWriter(column: Column): CellWriter {
  const [keys, values] = column.children[0]!.children;
  if (keys === undefined || values === undefined) return (out) => out.ascii('{}');
  const writeKey = stringWriter(keys);
  const writeValue = nullable(values);
  const range = childRange(column);
  return (out, row) => {
    const { start, end } = range(row);
    out.byte(0x7b);
    for (let i = start; i < end; i++) {
      if (i > start) out.byte(0x2c);
      writeKey(out, i);
      out.byte(0x3a);
      writeValue(out, i);
    }
    out.byte(0x7d);
  };
}

/** `{"tag": value}`, as DuckDB's to_json does. */
function unionWriter(column: Column): CellWriter {
  const members = column.children.map((child) => ({
    label: `{${JSON.stringify(child.field.name)}:`,
    write: nullable(child),
  }));
  const slot = childSlot(column);
  return (out, row) => {
    const { member, index } = slot(row);
    const chosen = members[member];
    if (chosen === undefined) {
      out.ascii('null');
      return;
    }
    out.text(chosen.label);
    chosen.write(out, index);
    out.byte(0x7d);
  };
}
