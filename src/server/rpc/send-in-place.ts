/**
 * Sends record batches from where they were made. grpc-js copies each message into a fresh frame; a batch of the engine
 * has room for the frame's few bytes before it, so that nothing need be copied and its memory can serve again.
 */
import { FlightFrame, FlightFrames } from '../../flight/flight-data.js';

/**
 * Puts this in the way of grpc-js for one call, which has to be the innermost one of an interceptor. Reaches for a
 * private method; where that is not found everything is copied, and nothing else changes.
 */
export function sendInPlace(call: object): void {
  const serialize: unknown = Reflect.get(call, 'serializeMessage');
  const stream: unknown = Reflect.get(call, 'stream');
  if (typeof serialize !== 'function' || !isHttp2Stream(stream)) return;
  together = true;
  Reflect.set(call, 'serializeMessage', (message: unknown): unknown => {
    if (message instanceof FlightFrames) return message.framed();
    const framed = message instanceof FlightFrame ? message.inPlace() : undefined;
    if (framed === undefined) return serialize.call(call, message);
    streams.set(message as FlightFrame, stream);
    return framed;
  });
}

/** Whether messages can be sent as {@link FlightFrames}: wherever grpc-js has what {@link sendInPlace} looks for. */
export function sendsTogether(): boolean {
  return together;
}

let together = false;

/**
 * Whether nobody reads the memory of a frame any more, whose write has called back. A stream that was reset calls back
 * although the socket may still be about to send a part of it.
 */
export function isSent(frame: FlightFrame): boolean {
  const stream = streams.get(frame);
  return stream === undefined || !(stream.destroyed || stream.closed);
}

interface Http2Stream {
  readonly destroyed: boolean;
  readonly closed: boolean;
}

/** Those of frames that were sent in place. */
const streams = new WeakMap<FlightFrame, Http2Stream>();

function isHttp2Stream(stream: unknown): stream is Http2Stream {
  return typeof stream === 'object' && stream !== null && 'destroyed' in stream && 'closed' in stream;
}
