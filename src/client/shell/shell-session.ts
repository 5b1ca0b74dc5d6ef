/**
 * Statements and dot commands against one connection: what the shell, `-c`, `-f` and standard input have in common.
 * Results go to the output; everything else is a message.
 */
import { readFile } from 'node:fs/promises';
import { type ErrorCode, GizmoError } from '../../errors.js';
import type { CallOptions, FlightSqlClient } from '../flight-sql-client.js';
import type { Shell } from '../meta/dot-command.js';
import { type ScriptPart, splitScript } from '../meta/split-script.js';
import { createRenderer } from '../render/create-renderer.js';
import type { Renderer, RenderOptions, TerminalOptions, TextSink } from '../render/renderer.js';
import type { ResultStream } from '../result/result.js';
import { describeFileError } from './file-error.js';
import { OutputTarget } from './output-target.js';
import type { RunningLine } from './running-line.js';
import { assertText } from './script-input.js';
import { DEFAULT_SETTINGS, type ShellSettings } from './shell-settings.js';

export class ShellSession implements Shell {
  /** Replaced when the connection was lost and made again. */
  client: FlightSqlClient;
  call: CallOptions = {};
  readonly settings: ShellSettings;
  readonly output: OutputTarget;
  readonly #options: ShellSessionOptions;
  #readDepth = 0;
  #failure = 0;
  #exitCode: number | undefined;

  constructor(options: ShellSessionOptions) {
    this.client = options.client;
    this.settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.output = new OutputTarget(options.output);
    this.#options = options;
  }

  /** Set once `.quit` was run: nothing else should run then. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /**
   * Runs all parts of a text in order. Rejects with the first error where `bail` is set; otherwise errors are
   * reported as they come. Answers the code of `.quit`, else that of the latest error of this session, else 0.
   */
  async runText(text: string): Promise<number> {
    for (const part of splitScript(text)) {
      try {
        await this.runPart(part);
      } catch (error) {
        // Anything but a GizmoError is a defect or a broken pipe: no script goes on after that.
        if (!(error instanceof GizmoError) || this.#endsScript(error)) throw error;
        await this.#options.reportError(error);
        this.#failure = error.class.exit;
      }
      if (this.#exitCode !== undefined) break;
    }
    return this.#exitCode ?? this.#failure;
  }

  /** Runs one statement or dot command. */
  async runPart(part: ScriptPart): Promise<void> {
    if (this.settings.echo) await this.notify(`${part.text}${part.kind === 'statement' ? ';' : ''}`);
    if (part.kind === 'command') {
      // Most scripts have none of them.
      const { runDotCommand } = await import('../meta/run-dot-command.js');
      await runDotCommand(part.text, this);
    } else {
      await this.runStatement(part.text);
      this.#options.afterStatement?.(part.text);
    }
  }

  /** Ends what `.output` began. Does not close the connection. */
  async close(): Promise<void> {
    await this.output.close();
  }

  readonly connected = async (): Promise<FlightSqlClient> => {
    await this.#options.ensureConnected?.();
    return this.client;
  };

  readonly runStatement = async (sql: string): Promise<void> => {
    const startMs = performance.now();
    const client = await this.connected();
    this.#options.running?.begin();
    let result: ResultStream;
    try {
      result = await client.query(sql, this.call);
      if (result.returns === 'rows') await this.render(result);
      else await drain(result);
    } finally {
      this.#options.running?.end();
    }
    const elapsed = formatDuration(performance.now() - startMs);
    const { interactive } = this.#options;
    if (result.returns !== 'rows' && interactive)
      await this.notify(`OK${changesText(result.changes)} (${elapsed})`);
    else if (this.settings.timer) await this.notify(`Time: ${elapsed}`);
  };

  readonly render = async (result: ResultStream): Promise<void> => {
    const { header, nullText, footer } = this.settings;
    const format =
      this.settings.format === DEFAULT_SETTINGS.format
        ? (this.output.format ?? DEFAULT_SETTINGS.format)
        : this.settings.format;
    const terminal = this.#terminal();
    const options: RenderOptions = {
      header,
      footer,
      ...(nullText === undefined ? {} : { nullText }),
      ...(terminal === undefined ? {} : { terminal }),
    };
    let renderer: Renderer | undefined;
    try {
      if (format === 'arrow' && terminal !== undefined)
        throw new GizmoError('USAGE', 'Arrow is binary: name a file with .once or .output first.');
      renderer = await createRenderer(format, this.output, options);
      // The first batch before anything is written: a statement that fails before leaves a file as it was.
      const batches = result[Symbol.asyncIterator]();
      let next = await batches.next();
      await this.output.write(''); // Also a result without a character empties its file.
      await renderer.begin(result.schema);
      for (; next.done !== true; next = await batches.next()) {
        this.#options.running?.received(next.value.length);
        await renderer.batch(next.value);
      }
      await renderer.end();
    } finally {
      await result.cancel();
      await renderer?.close?.();
      await this.output.resultDone();
    }
  };

  readonly runFile = async (path: string): Promise<void> => {
    if (this.#readDepth >= READ_DEPTH_MAX)
      throw new GizmoError(
        'USAGE',
        `.read is nested more than ${READ_DEPTH_MAX} deep: "${path}" reads itself.`,
      );
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new GizmoError('USAGE', `Cannot read "${path}": ${describeFileError(error)}.`, { cause: error });
    });
    assertText(text, `"${path}"`);
    this.#readDepth++;
    try {
      await this.runText(text);
    } finally {
      this.#readDepth--;
    }
  };

  readonly print = (text: string): Promise<void> => this.output.write(text);

  readonly notify = async (text: string): Promise<void> => {
    if (this.#options.quiet !== true) await this.#options.messages.write(`${text}\n`);
  };

  readonly quit = (exitCode: number): void => {
    this.#exitCode = exitCode;
  };

  #endsScript(error: GizmoError): boolean {
    return this.settings.bail || this.call.signal?.aborted === true || CONNECTION_CODES.has(error.code);
  }

  /** Asked for anew at each result, because windows change their size. */
  #terminal(): TerminalOptions | undefined {
    const terminal = this.output.isStandard ? this.#options.terminal?.() : undefined;
    if (terminal === undefined) return undefined;
    const { maxRows, maxWidth } = this.settings;
    return { ...terminal, maxRows, columns: maxWidth > 0 ? maxWidth : terminal.columns };
  }
}

export interface ShellSessionOptions {
  readonly client: FlightSqlClient;
  /** Results. */
  readonly output: TextSink;
  /** Everything that is no result. */
  readonly messages: TextSink;
  readonly settings?: Partial<ShellSettings>;
  /** Width and colour of the output where it is a terminal. */
  readonly terminal?: () => TerminalOptions | undefined;
  /** Someone watches: statements without rows say `OK`. */
  readonly interactive?: boolean;
  /** No messages but errors. */
  readonly quiet?: boolean;
  /** Called before the server is asked for something; may replace `client`. */
  readonly ensureConnected?: () => Promise<void>;
  /** Told of the statement that runs, and of the rows that come. */
  readonly running?: Pick<RunningLine, 'begin' | 'received' | 'end'>;
  /** Told of each statement that succeeded. */
  readonly afterStatement?: (sql: string) => void;
  /** Shows an error that does not end the script. */
  reportError(error: GizmoError): Promise<void>;
}

const READ_DEPTH_MAX = 16;
/** Whatever comes next would fail the same way. */
const CONNECTION_CODES: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNAVAILABLE', 'UNAUTHENTICATED']);

async function drain(result: ResultStream): Promise<void> {
  const batches = result[Symbol.asyncIterator]();
  for (let next = await batches.next(); next.done !== true; ) next = await batches.next();
}

function changesText(changes: number | undefined): string {
  if (changes === undefined) return '';
  return `, ${changes.toLocaleString('en-US')} row${changes === 1 ? '' : 's'} changed`;
}

/** `12 ms`, `3.4 s`, `2 min 5 s`. */
function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000)
    return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
