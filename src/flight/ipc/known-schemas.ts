/**
 * Schemas that come over and over, such as those of small statements that differ in a value only: decoded and encoded
 * once. What is answered is shared, and not to be changed.
 */
import { keepLatest } from '../../keep-latest.js';
import { decodeSchema, encodeSchema } from './schema.js';
import type { ArrowSchema } from './types.js';

/** As {@link decodeSchema}, with the same object for the same bytes, most of the time. */
export function decodeKnownSchema(header: Uint8Array): ArrowSchema {
  if (header.byteLength > BYTES_MAX) return decodeSchema(header);
  const key = Buffer.from(header.buffer, header.byteOffset, header.byteLength).toString('latin1');
  let schema = decoded.get(key);
  if (schema === undefined) {
    schema = decodeSchema(header);
    keepLatest(decoded, key, schema, KNOWN_MAX);
  }
  return schema;
}

/** As {@link encodeSchema}, once for each object. */
export function encodeKnownSchema(schema: ArrowSchema): Uint8Array {
  let header = encoded.get(schema);
  if (header === undefined) {
    // Alone in its memory: whoever sends it to another thread sends all of that.
    header = encodeSchema(schema).slice();
    encoded.set(schema, header);
  }
  return header;
}

const KNOWN_MAX = 128;
const BYTES_MAX = 4096;
/** The oldest first. */
const decoded = new Map<string, ArrowSchema>();
const encoded = new WeakMap<ArrowSchema, Uint8Array>();
