/**
 * Large results become text on a thread of their own, while this one receives and writes. Small ones, as most are, stay
 * here: they are shown before a thread has started.
 */
import { type Column, columnBytes } from '../../../flight/ipc/column.js';
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { ReceivedBatch } from '../../result/result.js';
import type { Renderer, RenderOptions, TextSink } from '../renderer.js';
import type { ThreadLink } from './thread-link.js';
import type { ThreadJob } from './thread-messages.js';

/** Renders by `here` until batches become large, and then by a thread that goes on where `here` is. */
export class ThreadRenderer implements Renderer {
  readonly #here: Renderer;
  readonly #format: ThreadJob['format'];
  readonly #sink: TextSink;
  readonly #options: RenderOptions;
  #schema: ArrowSchema = { fields: [] };
  #hasRows = false;
  #link: ThreadLink | undefined;

  constructor(here: Renderer, format: ThreadJob['format'], sink: TextSink, options: RenderOptions) {
    this.#here = here;
    this.#format = format;
    this.#sink = sink;
    this.#options = options;
  }

  begin(schema: ArrowSchema): void | Promise<void> {
    this.#schema = schema;
    return this.#here.begin(schema);
  }

  async batch(batch: ReceivedBatch): Promise<void> {
    if (this.#link === undefined && this.#hasRows && isWorthAThread(batch)) {
      const { ThreadLink } = await import('./thread-link.js');
      this.#link = new ThreadLink(
        { format: this.#format, options: this.#options, schema: this.#schema },
        this.#sink,
      );
    }
    this.#hasRows ||= batch.length > 0;
    await (this.#link ?? this.#here).batch(batch);
  }

  async end(): Promise<void> {
    await (this.#link ?? this.#here).end();
  }

  async close(): Promise<void> {
    await this.#link?.close();
  }
}

/** A dictionary would be copied with each batch. */
function isWorthAThread({ columns }: ReceivedBatch): boolean {
  const bytes = columns.reduce((sum, column) => sum + columnBytes(column), 0);
  return bytes >= LARGE_BYTES && !columns.some(hasDictionary);
}

function hasDictionary({ dictionary, children }: Column): boolean {
  return dictionary !== undefined || children.some(hasDictionary);
}

const LARGE_BYTES = 256 * 1024;
