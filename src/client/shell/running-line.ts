/** What is being waited for: one line on a terminal, which whatever else is written wipes first. */
import type { TextSink } from '../render/renderer.js';

export class RunningLine {
  readonly #stream: Stream;
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout | undefined;
  /** Statements that are done. */
  #done = 0;
  #nextMs: number;
  /** When the statement that runs began. */
  #startMs: number | undefined;
  #rows = 0;
  /** Its result is on the screen, or on its way through a pipe to somebody who draws there. */
  #hasWritten = false;
  #isShown = false;

  /** Silent where `stream` is no terminal. */
  constructor(stream: Stream, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#nextMs = nowMs() + PATIENCE_MS;
    if (stream.isTTY) this.#timer = setInterval(() => this.#tick(), REPAINT_MS).unref();
  }

  /** To be called where a statement begins. */
  begin(): void {
    this.#startMs = this.#nowMs();
    this.#rows = 0;
    this.#hasWritten = false;
  }

  /** To be called with the rows of each batch of its result. */
  received(rows: number): void {
    this.#rows += rows;
  }

  /** To be called where it has ended, well or not. */
  end(): void {
    this.#startMs = undefined;
    this.clear();
  }

  /** To be called after each statement of a script. */
  statementDone(): void {
    this.#done += 1;
    if (this.#nowMs() >= this.#nextMs) this.#show(count(this.#done, 'statement', ' done'));
  }

  /** Wipes the line. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#stream.write(WIPE);
  }

  /** Wipes it for good. */
  close(): void {
    clearInterval(this.#timer);
    this.end();
  }

  /** The same sink, for messages that must not stand behind the line. */
  before(sink: TextSink): TextSink {
    return {
      write: (chunk) => {
        this.clear();
        return sink.write(chunk);
      },
    };
  }

  /** The same for results: once there is something of one, the line stays away until the next statement. */
  beforeResults(sink: TextSink): TextSink {
    const { write } = this.before(sink);
    return {
      write: (chunk) => {
        this.#hasWritten = true;
        return write(chunk);
      },
    };
  }

  #tick(): void {
    if (this.#startMs === undefined || this.#hasWritten) return;
    const ms = this.#nowMs() - this.#startMs;
    if (ms < PATIENCE_MS) return;
    const done = this.#done > 0 ? [count(this.#done, 'statement', ' done')] : [];
    const rows = this.#rows > 0 ? [count(this.#rows, 'row')] : [];
    this.#show([...done, ...rows, `${Math.floor(ms / 1000)} s`].join(', '));
  }

  #show(text: string): void {
    if (!this.#stream.isTTY) return;
    this.#nextMs = this.#nowMs() + REPAINT_MS;
    this.#isShown = true;
    this.#stream.write(`${WIPE}${`${text} …`.slice(0, Math.max(0, (this.#stream.columns ?? 80) - 1))}`);
  }
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'> & { readonly columns?: number | undefined };

/** What is over by then needs no such line. */
const PATIENCE_MS = 2000;
const REPAINT_MS = 250;
const WIPE = '\r\u001b[K';

function count(n: number, thing: string, what = ''): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}${what}`;
}
