/** `gizmo client` once everything is known: connects, runs a script or the shell, and closes. */
import { fstatSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { GizmoError } from '../errors.js';
import { closeOnSignal } from './close-on-signal.js';
import type { ConnectOptions } from './connect/options.js';
import { connect } from './connect.js';
import type { FlightSqlClient } from './flight-sql-client.js';
import { parseFormat, type TerminalOptions, type TextSink } from './render/renderer.js';
import type { ShellOptions } from './repl/run-shell.js';
import { describeFileError } from './shell/file-error.js';
import { ResultFile } from './shell/result-file.js';
import { runScript, type ScriptStep } from './shell/run-script.js';
import { RunningLine } from './shell/running-line.js';
import { ShellSession } from './shell/shell-session.js';
import type { ShellSettings } from './shell/shell-settings.js';
import { streamSink } from './shell/stream-sink.js';

/** Answers the exit code; rejects with what keeps the client from starting, or ends its script. */
export async function runClient(job: ClientJob): Promise<number> {
  const settings = { ...job.settings, format: parseFormat(job.format) };
  const client = await connect(job.connection, job.signal);
  if (job.shell !== undefined) return runInteractively(job, settings, job.shell, client);
  const signals = closeOnSignal(() => client.close());
  const output = job.outputPath === undefined ? undefined : await openOutput(job.outputPath);
  try {
    const exitCode = await runBatch(job, settings, client, output?.sink ?? standardOutput());
    await output?.close();
    return exitCode;
  } catch (error) {
    await output?.abandon();
    throw error;
  } finally {
    await client.close();
    await signals.done();
  }
}

export interface ClientJob {
  readonly connection: ConnectOptions;
  /** What to connect with after the connection was lost; the same by default. */
  readonly reconnection?: () => Promise<ConnectOptions>;
  /** What to run; ignored where `shell` is set. */
  readonly steps: readonly ScriptStep[];
  /** Set for an interactive shell on the process's own terminal. */
  readonly shell?: ShellOptions;
  /** Name or alias of a format. */
  readonly format: string;
  readonly settings: Omit<Partial<ShellSettings>, 'format'>;
  /** File that takes the results instead of standard output. */
  readonly outputPath?: string;
  /** Width and colour of standard output where it is a terminal. */
  readonly terminal?: () => TerminalOptions;
  readonly quiet: boolean;
  /** Aborting it cancels the statement that runs and ends the script; the shell has its own. */
  readonly signal: AbortSignal;
  /** Shows an error that does not end the script. */
  readonly reportError: (error: GizmoError) => void;
}

async function runInteractively(
  job: ClientJob,
  settings: Partial<ShellSettings>,
  options: ShellOptions,
  client: FlightSqlClient,
): Promise<number> {
  const { runShell } = await import('./repl/run-shell.js');
  let current = client;
  const signals = closeOnSignal(() => current.close());
  const reconnect = async () => {
    current = await connect((await job.reconnection?.()) ?? job.connection);
    return current;
  };
  try {
    return await runShell({
      client,
      input: process.stdin,
      output: process.stdout,
      errors: process.stderr,
      options: {
        ...options,
        settings,
        quiet: job.quiet,
        reconnect,
      },
    });
  } finally {
    await signals.done();
  }
}

async function runBatch(
  job: ClientJob,
  settings: Partial<ShellSettings>,
  client: FlightSqlClient,
  output: TextSink,
): Promise<number> {
  const { terminal } = job;
  const running = new RunningLine(process.stderr, () => performance.now());
  const session = new ShellSession({
    client,
    // What goes into a file is in nobody's way.
    output: job.outputPath === undefined && !fstatSync(1).isFile() ? running.beforeResults(output) : output,
    messages: running.before(streamSink(process.stderr)),
    settings,
    quiet: job.quiet,
    reportError: async (error) => {
      running.clear();
      job.reportError(error);
    },
    ...(job.quiet ? {} : { running, afterStatement: () => running.statementDone() }),
    ...(terminal === undefined || job.outputPath !== undefined ? {} : { terminal }),
  });
  session.call = { signal: job.signal };
  try {
    return await runScript(session, job.steps, process.stdin);
  } finally {
    running.close();
    await session.close();
  }
}

interface OutputFile {
  readonly sink: TextSink;
  close(): Promise<void>;
  /** Closes it and says what is in it. */
  abandon(): Promise<void>;
}

/** Whoever reads it and has read enough is no failure: that error goes on as it is. */
function standardOutput(): TextSink {
  const { write } = streamSink(process.stdout);
  return {
    write: (chunk) =>
      write(chunk).catch((error: unknown) => {
        if (Object(error).code === 'EPIPE') throw error;
        const why = describeFileError(error);
        throw new GizmoError('USAGE', `The output cannot be written: ${why}.`, { cause: error });
      }),
  };
}

async function openOutput(path: string): Promise<OutputFile> {
  const file = await ResultFile.open(path);
  const stream = file.handle.createWriteStream();
  const fail = (error: unknown): GizmoError =>
    new GizmoError('USAGE', `Cannot write "${path}": ${describeFileError(error)}.`, { cause: error });
  stream.on('error', () => undefined); // Each write reports its own.
  const { write } = streamSink(stream);
  const close = async (): Promise<void> => {
    stream.end();
    await finished(stream).catch((error: unknown) => Promise.reject(fail(error)));
  };
  return {
    sink: {
      async write(chunk) {
        try {
          await file.prepare();
          await write(chunk);
        } catch (error) {
          throw fail(error);
        }
      },
    },
    close,
    abandon: async () => {
      await close();
      if (stream.bytesWritten > 0) process.stderr.write(`The output in "${path}" is incomplete.\n`);
    },
  };
}
