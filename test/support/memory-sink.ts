import type { TextSink } from '../../src/client/render/renderer.js';

/** A sink that keeps everything. */
export function memorySink(): TextSink & { text(): string; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  return {
    write: async (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
    text: () => Buffer.concat(chunks).toString(),
    bytes: () => Buffer.concat(chunks),
  };
}
