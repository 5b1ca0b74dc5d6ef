/** Where the shell's statements come from: the line editor, or plain lines where the terminal cannot move its cursor. */
import { createInterface, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { type ReadOutcome, StatementReader, type StatementReaderOptions } from './statement-reader.js';
import { Terminal } from './terminal.js';

export interface ShellInput {
  /** Waits for the next statement. */
  read(prompt: string, history: readonly string[]): Promise<ReadOutcome>;
  /** While a handler is set, Ctrl-C calls it. */
  onInterrupt(handler: (() => void) | undefined): void;
  /** Gives the terminal back. Idempotent. */
  close(): void;
}

/** The line editor on a terminal in raw mode. */
export function openEditor(
  input: ReadStream,
  output: WriteStream,
  options: StatementReaderOptions,
): ShellInput {
  const terminal = new Terminal(input, output);
  const reader = new StatementReader(terminal, options);
  terminal.open();
  return {
    read: (prompt, history) => reader.read(prompt, history),
    onInterrupt: (handler) => terminal.onInterrupt(handler),
    close: () => terminal.close(),
  };
}

/** Lines as the terminal itself edits them (TERM=dumb, such as a shell inside an editor). */
export function openPlainLines(
  input: ReadStream,
  output: WriteStream,
  isReady: (text: string) => boolean,
): ShellInput {
  return new PlainLines(createInterface({ input, output, terminal: false }), output, isReady);
}

class PlainLines implements ShellInput {
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #output: WriteStream;
  readonly #isReady: (text: string) => boolean;
  #handler: (() => void) | undefined;

  constructor(lines: Interface, output: WriteStream, isReady: (text: string) => boolean) {
    this.#interface = lines;
    this.#lines = lines[Symbol.asyncIterator]();
    this.#output = output;
    this.#isReady = isReady;
  }

  async read(prompt: string): Promise<ReadOutcome> {
    let text = '';
    for (;;) {
      this.#output.write(text === '' ? prompt : `${' '.repeat(Math.max(0, prompt.length - 3))}-> `);
      const line = await this.#lines.next();
      if (line.done === true) return text.trim() === '' ? { kind: 'end' } : { kind: 'statement', text };
      text += text === '' ? line.value : `\n${line.value}`;
      if (this.#isReady(text)) return { kind: 'statement', text };
    }
  }

  onInterrupt(handler: (() => void) | undefined): void {
    if (this.#handler !== undefined) process.off('SIGINT', this.#handler);
    this.#handler = handler;
    if (handler !== undefined) process.on('SIGINT', handler);
  }

  close(): void {
    this.onInterrupt(undefined);
    this.#interface.close();
  }
}
