/**
 * The terminal as a queue of events, in raw mode from open to close, also while a statement runs: so that nothing
 * echoes into results, what is typed ahead is kept, and Ctrl-C is a key.
 */
import type { ReadStream, WriteStream } from 'node:tty';
import { type Key, KeyDecoder } from './key-decoder.js';
import type { ScreenSize } from './screen.js';

export class Terminal {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #decoder = new KeyDecoder();
  #events: TerminalEvent[] = [];
  #wake: (() => void) | undefined;
  #escapeTimer: NodeJS.Timeout | undefined;
  #interrupt: (() => void) | undefined;
  #open = false;

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
  }

  get size(): ScreenSize {
    // A terminal that does not know its size says 0.
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Takes the terminal over. Whatever ends the process, it is given back. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#input.setRawMode(true);
    this.#input.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onEnd);
    this.#output.on('resize', this.#onResize).on('error', this.#onEnd);
    process.on('SIGINT', this.#onInterruptSignal);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
    process.on('exit', this.#onExit);
    this.#input.resume();
    this.write(BRACKETED_PASTE_ON);
  }

  /** Gives the terminal back as it was. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#escapeTimer);
    this.#input.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onEnd);
    this.#output.off('resize', this.#onResize);
    process.off('SIGINT', this.#onInterruptSignal);
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onSignal);
    process.off('exit', this.#onExit);
    this.write(BRACKETED_PASTE_OFF);
    this.#input.pause();
    this.#input.setRawMode(false);
  }

  write(text: string): void {
    if (text !== '') this.#output.write(text);
  }

  /** The next event; waits for one. */
  async next(): Promise<TerminalEvent> {
    await this.eventWaiting();
    return this.#events.shift() ?? { kind: 'closed' };
  }

  /** Whether an event is there already, such as the rest of what one read brought. */
  get hasEvent(): boolean {
    return this.#events.length > 0;
  }

  /** Resolves once there is an event, and takes none. */
  async eventWaiting(): Promise<void> {
    while (this.#events.length === 0)
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before?.();
          resolve();
        };
      });
  }

  /**
   * While a handler is set, Ctrl-C goes to it instead of into the queue, ahead of what was typed before. It is told
   * at once of those that wait already, pressed between Enter and the start of the statement.
   */
  onInterrupt(handler: (() => void) | undefined): void {
    this.#interrupt = handler;
    if (handler === undefined) return;
    const waiting = this.#events.filter(isInterrupt);
    this.#events = this.#events.filter((event) => !isInterrupt(event));
    for (const _ of waiting) handler();
  }

  /**
   * Ctrl-Z: stops the process group as the terminal itself would, and takes the terminal over again afterwards. That
   * is at once where there is no job control.
   */
  suspend(): void {
    if (process.platform === 'win32') return;
    this.close();
    // The signal takes effect before this returns, so what follows runs when the shell is in the foreground again.
    process.kill(0, 'SIGTSTP');
    this.open();
  }

  readonly #onData = (bytes: Buffer): void => {
    clearTimeout(this.#escapeTimer);
    for (const key of this.#decoder.push(bytes)) this.#pushKey(key);
    // Escape sequences come in one piece or nearly so; what is still open after this long was the Escape key.
    if (this.#decoder.pending)
      this.#escapeTimer = setTimeout(() => {
        for (const key of this.#decoder.flush()) this.#pushKey(key);
      }, ESCAPE_WAIT_MS);
  };

  #pushKey(key: Key): void {
    const event: TerminalEvent = { kind: 'key', key };
    if (this.#interrupt !== undefined && isInterrupt(event)) this.#interrupt();
    else this.#push(event);
  }

  #push(event: TerminalEvent): void {
    // Somebody leans on a key while a statement runs: what is more than anyone types ahead is dropped.
    if (this.#events.length < TYPE_AHEAD_MAX || event.kind === 'closed') this.#events.push(event);
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  readonly #onEnd = (): void => {
    this.#interrupt?.();
    this.#push({ kind: 'closed' });
  };

  readonly #onResize = (): void => this.#push({ kind: 'resize' });

  readonly #onExit = (): void => this.close();

  /** Ctrl-C comes as a key in raw mode; this is `kill -INT`, which means the same. */
  readonly #onInterruptSignal = (): void => this.#pushKey({ kind: 'chord', chord: 'C-c' });

  /** Whoever else listens ends the process in order; alone, the signal does what it does without a listener. */
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
}

export type TerminalEvent =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'resize' }
  /** The terminal is gone, or its input ended. */
  | { readonly kind: 'closed' };

function isInterrupt(event: TerminalEvent): boolean {
  return event.kind === 'key' && event.key.kind === 'chord' && event.key.chord === 'C-c';
}

const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;
const BRACKETED_PASTE_ON = '\x1b[?2004h';
const BRACKETED_PASTE_OFF = '\x1b[?2004l';
const ESCAPE_WAIT_MS = 50;
const TYPE_AHEAD_MAX = 4096;
