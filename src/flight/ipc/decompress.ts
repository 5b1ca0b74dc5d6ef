/** Undoes the compression of one buffer of a body. Source: Message.fbs, BodyCompression. */
import { GizmoError } from '../../errors.js';

/** `codec`: CompressionType; the result has exactly `length` bytes. */
export function decompress(codec: number, content: Uint8Array, length: number): Uint8Array {
  throw new GizmoError(
    'UNIMPLEMENTED',
    `Compressed Arrow data (codec ${codec}) is not accepted; send it uncompressed (${content.length} to ${length}).`,
  );
}
