/** Text and bytes as DuckDB prints them. */
import type { Column } from '../../../flight/ipc/column.js';
import type { ByteBuffer, CellWriter } from './byte-buffer.js';
import { bytesReader } from './column-data.js';

export function textWriter(column: Column): CellWriter {
  const read = bytesReader<ByteBuffer>(column, (source, start, end, out) => out.copy(source, start, end));
  return (out, row) => read(row, out);
}

/** Printable ASCII as it is, everything else, quotes and backslashes as `\xAB`. */
export function blobWriter(column: Column): CellWriter {
  const read = bytesReader<ByteBuffer>(column, (source, start, end, out) => {
    out.reserve((end - start) * 4);
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      if (byte >= 0x20 && byte < 0x7f && !QUOTED.has(byte)) out.byte(byte);
      else out.ascii(ESCAPES[byte]!);
    }
  });
  return (out, row) => read(row, out);
}

const QUOTED = new Set([0x22, 0x27, 0x5c]);
const ESCAPES = Array.from(
  { length: 256 },
  (_, byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
);
