/** The interactive shell: read a statement, run it, show what came, until someone leaves. */
import type { ReadStream, WriteStream } from 'node:tty';
import { EXIT, type GizmoError, toGizmoError } from '../../errors.js';
import { isComplete } from '../../sql/split-statements.js';
import type { FlightSqlClient } from '../flight-sql-client.js';
import { isCommandLine } from '../meta/split-script.js';
import { escapeControls } from '../render/display-text.js';
import { RunningLine } from '../shell/running-line.js';
import { ShellSession } from '../shell/shell-session.js';
import type { ShellSettings } from '../shell/shell-settings.js';
import { streamSink } from '../shell/stream-sink.js';
import { complete } from './completion/complete.js';
import { TableNames } from './completion/table-names.js';
import { Connection } from './connection.js';
import { type History, openHistory } from './history-file.js';
import { mayChangeTables, PromptTracker } from './prompt.js';
import { runInterruptibly } from './run-interruptibly.js';
import { openEditor, openPlainLines, type ShellInput } from './shell-input.js';
import { welcome } from './welcome.js';

/**
 * Runs until `.quit`, Ctrl-D or a second Ctrl-C, and answers the exit code. `input` and `output` must be terminals.
 * Closes the connection; never rejects for what a statement or the server does.
 */
export async function runShell({ client, input, output, errors, options }: ShellRun): Promise<number> {
  const shell = await Shell.open(client, input, output, errors, options);
  try {
    return await shell.run();
  } finally {
    await shell.close();
  }
}

export interface ShellRun {
  readonly client: FlightSqlClient;
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** Messages and errors. */
  readonly errors: WriteStream;
  readonly options: ShellOptions;
}

export interface ShellOptions {
  /** File of the history; without it statements are remembered until the shell ends. */
  readonly historyPath?: string;
  /** Colours are welcome on the output, and on the stream of errors. */
  readonly color: boolean;
  readonly errorColor: boolean;
  /** The terminal cannot move its cursor: plain lines instead of the editor. */
  readonly dumb?: boolean;
  /** No welcome, no messages but errors. */
  readonly quiet?: boolean;
  readonly settings?: Partial<ShellSettings>;
  /** A script that runs before the first prompt. An error in it is shown and ends only the script. */
  readonly initFile?: string;
  /** Connects anew after the connection was lost; without it that is the end of the statements. */
  readonly reconnect?: () => Promise<FlightSqlClient>;
}

class Shell {
  readonly #session: ShellSession;
  readonly #connection: Connection;
  readonly #input: ShellInput;
  readonly #history: History;
  readonly #prompt: PromptTracker;
  readonly #options: ShellOptions;
  readonly #running: RunningLine | undefined;
  readonly #reportError: (error: GizmoError) => Promise<void>;
  #forced = false;

  static async open(
    client: FlightSqlClient,
    input: ReadStream,
    output: WriteStream,
    errors: WriteStream,
    options: ShellOptions,
  ): Promise<Shell> {
    return new Shell(client, input, output, errors, options, await openHistory(options.historyPath));
  }

  private constructor(
    client: FlightSqlClient,
    input: ReadStream,
    output: WriteStream,
    errors: WriteStream,
    options: ShellOptions,
    history: History,
  ) {
    const running =
      options.quiet === true || options.dumb === true
        ? undefined
        : new RunningLine(errors, () => performance.now());
    const messages = running?.before(streamSink(errors)) ?? streamSink(errors);
    const results = streamSink(output);
    const names = new TableNames(() => this.#session.client);
    this.#options = options;
    this.#running = running;
    this.#history = history;
    this.#prompt = new PromptTracker();
    this.#reportError = async (error) => {
      await messages.write(errorText(error, options.errorColor));
      const lost = this.#connection.note(error);
      if (lost !== undefined) await this.#session.notify(lost);
    };
    this.#session = new ShellSession({
      client,
      output: running?.beforeResults(results) ?? results,
      messages,
      interactive: true,
      terminal: () => ({ columns: output.columns || 80, color: options.color }),
      reportError: this.#reportError,
      ensureConnected: () => this.#connection.ensure(),
      afterStatement: (sql) => {
        this.#prompt.noteStatement(sql);
        if (mayChangeTables(sql)) names.forget();
      },
      ...(running === undefined ? {} : { running }),
      ...(options.quiet === undefined ? {} : { quiet: options.quiet }),
      ...(options.settings === undefined ? {} : { settings: options.settings }),
    });
    this.#connection = new Connection(this.#session, this.#prompt, options.reconnect);
    this.#input =
      options.dumb === true
        ? openPlainLines(input, output, isReady)
        : openEditor(input, output, {
            color: options.color,
            isReady,
            hint,
            complete: (text, cursor, signal) => complete(text, cursor, names, signal),
          });
  }

  async run(): Promise<number> {
    const { initFile, quiet } = this.#options;
    if (quiet !== true)
      await this.#run(async () =>
        this.#session.notify(await welcome(this.#session.client, this.#session.call)),
      );
    if (initFile !== undefined) await this.#run(() => this.#session.runFile(initFile));
    for (;;) {
      const exitCode = this.#session.exitCode ?? (await this.#readAndRun());
      if (exitCode !== undefined) return exitCode;
    }
  }

  async close(): Promise<void> {
    this.#input.close();
    this.#running?.close();
    await this.#session.close();
    const closed = this.#session.client.close();
    // Who pressed Ctrl-C twice does not wait for the server's answer.
    if (!this.#forced) await closed;
  }

  /** Answers the exit code when that was the last. */
  async #readAndRun(): Promise<number | undefined> {
    let prompt = 'not connected> ';
    const left = await this.#run(async () => {
      if (!this.#connection.isLost)
        prompt = await this.#prompt.text(this.#session.client, this.#session.call);
    });
    if (left !== undefined) return left;
    const outcome = await this.#input.read(escapeControls(prompt), this.#history.entries);
    if (outcome.kind === 'end') return EXIT.ok;
    if (outcome.kind === 'interrupt') return undefined;
    const text = COMMANDS_OF_WORDS.get(bareWord(outcome.text)) ?? outcome.text;
    if (text.trim() === '') return undefined;
    await this.#history.add(outcome.text.trimEnd());
    return this.#run(() => this.#session.runText(text));
  }

  /** Runs with Ctrl-C meaning cancel, and shows the error if there is one. */
  async #run(task: () => Promise<unknown>): Promise<number | undefined> {
    try {
      const forced = await runInterruptibly(this.#input, async (signal) => {
        this.#session.call = { signal };
        await task();
      });
      this.#forced = forced;
      return forced ? EXIT.interrupted : undefined;
    } catch (reason) {
      await this.#reportError(toGizmoError(reason));
      return undefined;
    } finally {
      this.#session.call = {};
    }
  }
}

/** Enter runs a text that is whole: commands and words such as `exit` need no semicolon. */
function isReady(text: string): boolean {
  return isCommandLine(text) || COMMANDS_OF_WORDS.has(bareWord(text)) || isComplete(text);
}

/** What people type who do not know the shell yet; no SQL statement is made of one of these words. */
const COMMANDS_OF_WORDS: ReadonlyMap<string, string> = new Map([
  ['exit', '.quit'],
  ['quit', '.quit'],
  ['help', '.help'],
  ['?', '.help'],
]);

/** For whoever wants to leave, or help, while a statement is open: the word became a part of it. */
function hint(text: string): string | undefined {
  const line = /\n([^\n]*)\n[^\n]*$/.exec(text)?.[1];
  const command = line === undefined ? undefined : COMMANDS_OF_WORDS.get(bareWord(line));
  if (command === undefined) return undefined;
  return `The statement is not finished: Ctrl-C drops it, and then ${command} works. Or end it with ;`;
}

function bareWord(text: string): string {
  return text.trim().replace(/\s*;$/, '').toLowerCase();
}

/** DuckDB's own lines and caret are kept; nothing else in a server's text may command the terminal. */
function errorText(error: GizmoError, color: boolean): string {
  // A defect of the shell itself has no log to look in: what is known is shown here.
  const message = error.code === 'INTERNAL' ? (error.detail ?? error.message) : error.message;
  const text = message.split('\n').map(escapeControls).join('\n');
  return color && error.code !== 'CANCELLED' ? `\x1b[31m${text}\x1b[0m\n` : `${text}\n`;
}
