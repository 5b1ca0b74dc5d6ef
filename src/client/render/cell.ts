/** The text of cells, exactly as DuckDB's own cast to VARCHAR makes it. */
import type { Column } from '../../flight/ipc/column.js';
import { ByteBuffer, type CellWriter } from './cells/byte-buffer.js';
import { geometryWriter, isGeometry } from './cells/geometry.js';
import { listWriter, mapWriter, structWriter, unionWriter } from './cells/nested.js';
import { runSlot } from './cells/nested-slots.js';
import { decimalWriter, floatWriter, integerWriter } from './cells/numbers.js';
import { dateWriter, durationWriter, intervalWriter, timestampWriter, timeWriter } from './cells/temporal.js';
import { blobWriter, textWriter } from './cells/text.js';

/**
 * For one column of one batch, a function from a row to its text. Ask `isValid` first: the text of a null slot is
 * whatever lies there. Nulls inside nested values are `NULL`.
 */
export function createFormatter(column: Column): (row: number) => string {
  const write = createCellWriter(column);
  const out = new ByteBuffer(64);
  return (row) => {
    out.clear();
    write(out, row);
    return out.toText();
  };
}

/** The same as UTF-8 bytes into a buffer: what the formats that stream are built on. */
export function createCellWriter(column: Column): CellWriter {
  return column.dictionary === undefined ? valueWriter(column) : dictionaryWriter(column, createCellWriter);
}

/** Writes the dictionary's value that the index in `row` points to. */
export function dictionaryWriter(column: Column, make: (values: Column) => CellWriter): CellWriter {
  const { dictionary, field } = column;
  if (dictionary === undefined || field.dictionary === undefined) return make(column);
  const write = make(dictionary);
  const { bits } = field.dictionary.index;
  const data = column.data ?? new Uint8Array(0);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = {
    8: (row: number) => view.getUint8(row),
    16: (row: number) => view.getUint16(row * 2, true),
    32: (row: number) => view.getUint32(row * 4, true),
    64: (row: number) => Number(view.getBigUint64(row * 8, true)),
  }[bits];
  return (out, row) => write(out, read(row));
}

function valueWriter(column: Column): CellWriter {
  const { type } = column.field;
  switch (type.kind) {
    case 'null':
      return (out) => out.ascii('NULL');
    case 'bool':
      return boolWriter(column);
    case 'int':
      return integerWriter(column, type.bits, type.signed);
    case 'float':
      return floatWriter(column, type.bits);
    case 'decimal':
      return decimalWriter(column, type.bits, type.scale);
    case 'utf8':
    case 'largeUtf8':
    case 'utf8View':
      return textWriter(column);
    case 'binary':
    case 'largeBinary':
    case 'binaryView':
    case 'fixedSizeBinary':
      return isGeometry(column.field) ? geometryWriter(column, blobWriter(column)) : blobWriter(column);
    case 'date':
      return dateWriter(column, type.unit);
    case 'time':
      return timeWriter(column, type.unit);
    case 'timestamp':
      return timestampWriter(column, type.unit, type.timezone);
    case 'duration':
      return durationWriter(column, type.unit);
    case 'interval':
      return intervalWriter(column, type.unit);
    case 'list':
    case 'largeList':
    case 'listView':
    case 'largeListView':
    case 'fixedSizeList':
      return listWriter(column, createCellWriter);
    case 'struct':
      return structWriter(column, createCellWriter);
    case 'map':
      return mapWriter(column, createCellWriter);
    case 'union':
      return unionWriter(column, createCellWriter);
    case 'runEndEncoded': {
      const write = createCellWriter(column.children[1]!);
      const slot = runSlot(column);
      return (out, row) => write(out, slot(row));
    }
  }
}

/** `true` and `false`. */
function boolWriter(column: Column): CellWriter {
  const data = column.data ?? new Uint8Array(0);
  return (out, row) => out.ascii((data[row >> 3]! & (1 << (row & 7))) === 0 ? 'false' : 'true');
}
