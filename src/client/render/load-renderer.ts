/** From a format's name to its renderer; each format loads only when it is asked for. */
import type { Format, Renderer, RenderOptions, TextSink } from './renderer.js';

/** One that renders on this thread. */
export async function loadRenderer(
  format: Format,
  sink: TextSink,
  options: RenderOptions,
): Promise<Renderer> {
  const create = await LOADERS[format]();
  return create(sink, options);
}

type Create = (sink: TextSink, options: RenderOptions) => Renderer;

const LOADERS: Readonly<Record<Format, () => Promise<Create>>> = {
  box: async () => {
    const [{ BoxRenderer }, { orPlan }] = await Promise.all([import('./box.js'), import('./plan.js')]);
    return (sink, options) => orPlan(sink, new BoxRenderer(sink, options));
  },
  table: async () => {
    const [{ BoxRenderer }, { ASCII_STYLE }, { orPlan }] = await Promise.all([
      import('./box.js'),
      import('./box-lines.js'),
      import('./plan.js'),
    ]);
    return (sink, options) => orPlan(sink, new BoxRenderer(sink, options, ASCII_STYLE));
  },
  csv: async () => (await import('./delimited.js')).createCsvRenderer,
  tsv: async () => (await import('./delimited.js')).createTsvRenderer,
  list: async () => (await import('./delimited.js')).createListRenderer,
  json: async () => (await import('./json.js')).createJsonRenderer,
  jsonl: async () => (await import('./json.js')).createJsonlRenderer,
  markdown: async () => (await import('./markdown.js')).createMarkdownRenderer,
  line: async () => (await import('./line.js')).createLineRenderer,
  arrow: async () => (await import('./arrow.js')).createArrowRenderer,
  none: async () => () => ({ begin() {}, batch() {}, end() {} }),
};
