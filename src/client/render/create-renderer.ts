/** The renderer of a format, on a thread of its own where a result is large. */
import { availableParallelism } from 'node:os';
import { loadRenderer } from './load-renderer.js';
import type { Format, Renderer, RenderOptions, TextSink } from './renderer.js';
import { ThreadRenderer } from './thread/thread-renderer.js';

export async function createRenderer(
  format: Format,
  sink: TextSink,
  options: RenderOptions = {},
): Promise<Renderer> {
  const renderer = await loadRenderer(format, sink, options);
  return CONTINUABLE.has(format) && availableParallelism() > 1
    ? new ThreadRenderer(renderer, format, sink, options)
    : renderer;
}

/** Formats that know what `continued` means. */
const CONTINUABLE: ReadonlySet<Format> = new Set<Format>(['csv', 'tsv', 'list', 'json', 'jsonl']);
