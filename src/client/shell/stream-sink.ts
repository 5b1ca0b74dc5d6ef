/** A Node stream as the sink of a renderer. */
import type { Writable } from 'node:stream';
import type { TextSink } from '../render/renderer.js';

/** Each write waits for its own callback, so that no more than one chunk is in memory. */
export function streamSink(stream: Writable): TextSink {
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
  };
}
