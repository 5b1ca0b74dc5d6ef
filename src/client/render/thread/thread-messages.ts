/** What the two threads of a large result tell each other. Columns and texts change threads, they are not copied. */
import type { ArrowSchema } from '../../../flight/ipc/types.js';
import type { ReceivedBatch } from '../../result/result.js';
import type { Format, RenderOptions } from '../renderer.js';

/** What the thread is started with. */
export interface ThreadJob {
  readonly format: Format;
  readonly options: RenderOptions;
  readonly schema: ArrowSchema;
}

export type ToThread =
  | { readonly type: 'batch'; readonly batch: Omit<ReceivedBatch, 'message' | 'schema'> }
  /** Answers one `text`: it has been written. */
  | { readonly type: 'written' }
  | { readonly type: 'end' };

export type FromThread =
  | { readonly type: 'text'; readonly bytes: Uint8Array }
  /** Answers one `batch`: all of its text has been told. */
  | { readonly type: 'rendered' }
  /** Answers `end`. */
  | { readonly type: 'ended' };
