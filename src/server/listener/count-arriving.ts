/**
 * Counts what has come of messages that are not there whole. grpc-js keeps it until they are, in a decoder of each call, which
 * is private: a test holds this to what it promises.
 */
import type { Held } from '../session/user-memory.js';

/** From now on; a message for which `held` has no more room ends the call with RESOURCE_EXHAUSTED. */
export function countArriving(call: object, held: Held): void {
  const decoder: unknown = Reflect.get(call, 'decoder');
  if (!isDecoder(decoder)) return;
  const write = decoder.write.bind(decoder);
  decoder.write = (data) => {
    const messages = write(data);
    held.set(Math.max(0, decoder.readMessageSize - decoder.readMessageRemaining));
    return messages;
  };
}

interface Decoder {
  write(data: Uint8Array): unknown;
  /** Of the message that comes, or came last. */
  readonly readMessageSize: number;
  readonly readMessageRemaining: number;
}

function isDecoder(value: unknown): value is Decoder {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'write') === 'function' &&
    typeof Reflect.get(value, 'readMessageSize') === 'number' &&
    typeof Reflect.get(value, 'readMessageRemaining') === 'number'
  );
}
