/** Undoes the compression of one buffer of a body. Source: Message.fbs, CompressionType. */
import zlib from 'node:zlib';
import { GizmoError } from '../../errors.js';
import { decompressLz4 } from './lz4.js';
import { malformed } from './malformed.js';

/** `codec`: 0 LZ4_FRAME, 1 ZSTD. The result has exactly `length` bytes, and never more are allocated. */
export function decompress(codec: number, content: Uint8Array, length: number): Uint8Array {
  switch (codec) {
    case 0:
      return decompressLz4(content, length);
    case 1:
      return decompressZstd(content, length);
    default:
      throw malformed(`compression codec ${codec} does not exist`);
  }
}

function decompressZstd(content: Uint8Array, length: number): Uint8Array {
  // Node.js has it since 22.15; its types for Node.js 20 do not.
  const expand: unknown = Reflect.get(zlib, 'zstdDecompressSync');
  if (typeof expand !== 'function') {
    throw new GizmoError(
      'UNIMPLEMENTED',
      'ZSTD-compressed Arrow data need Node.js 22.15 or newer here; send them uncompressed or compressed by LZ4.',
    );
  }
  let bytes: unknown;
  try {
    bytes = Reflect.apply(expand, zlib, [content, { maxOutputLength: Math.max(1, length) }]);
  } catch (cause) {
    throw malformed(CORRUPT, cause);
  }
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== length) throw malformed(CORRUPT);
  return bytes;
}

const CORRUPT = 'a ZSTD-compressed buffer is corrupt';
