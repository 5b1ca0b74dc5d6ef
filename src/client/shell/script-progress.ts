/** How far a long script is: one line on a terminal, which whatever else is written wipes first. */
import type { TextSink } from '../render/renderer.js';

export class ScriptProgress {
  readonly #stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
  readonly #nowMs: () => number;
  #count = 0;
  #nextMs: number;
  #isShown = false;

  /** Silent where `stream` is no terminal. */
  constructor(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, nowMs: () => number) {
    this.#stream = stream;
    this.#nowMs = nowMs;
    this.#nextMs = nowMs() + PATIENCE_MS;
  }

  /** To be called after each statement. */
  statementDone(): void {
    this.#count += 1;
    if (!this.#stream.isTTY) return;
    const nowMs = this.#nowMs();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + REPAINT_MS;
    this.#isShown = true;
    this.#stream.write(`${WIPE}${this.#count.toLocaleString('en-US')} statements done …`);
  }

  /** Wipes the line. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#stream.write(WIPE);
  }

  /** The same sink, for what must not stand behind the line. */
  before(sink: TextSink): TextSink {
    return {
      write: (chunk) => {
        this.clear();
        return sink.write(chunk);
      },
    };
  }
}

/** A script that is over by then needs no such line. */
const PATIENCE_MS = 2000;
const REPAINT_MS = 250;
const WIPE = '\r\u001b[K';
