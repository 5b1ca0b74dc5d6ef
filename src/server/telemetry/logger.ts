/** The server's log: one line an event, as text for people or JSON for machines. */
import { closeSync, constants, createWriteStream, openSync, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { GizmoError } from '../../errors.js';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'off';
export type LogFormat = 'text' | 'json';
/** Values beside the message; undefined ones are left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with another threshold. */
  at(level: LogLevel): Logger;
  /** Writes out what is buffered and closes the file. */
  close(): Promise<void>;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Path of the file to append to; `-` is stdout; undefined is stderr. */
  readonly file?: string;
  readonly now: () => Date;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warning: 2, error: 3, off: 4 };
/** A field longer than this is cut: a statement may be megabytes. */
const FIELD_CHARS_MAX = 16_384;

/** Throws USAGE where the file cannot be opened. */
export function createLogger({ level, format, file, now }: LoggerOptions): Logger {
  const owned =
    file !== undefined && file !== '-' ? createWriteStream(file, { fd: opened(file) }) : undefined;
  const sink: Writable = owned ?? (file === '-' ? process.stdout : process.stderr);
  let broken = false;
  owned?.on('error', (error) => {
    // A full disk must not stop the server; say it once where somebody may look.
    if (!broken) process.stderr.write(`gizmo: cannot write the log to ${file}: ${error.message}\n`);
    broken = true;
  });
  const render = format === 'json' ? renderJson : renderText;

  function log(threshold: number, at: LogLevel, message: string, fields: LogFields = {}): void {
    if (RANK[at] < threshold || broken) return;
    sink.write(render(now(), at, message, fields));
  }

  const loggerAt = (threshold: number): Logger => ({
    debug: (message, fields) => log(threshold, 'debug', message, fields),
    info: (message, fields) => log(threshold, 'info', message, fields),
    warning: (message, fields) => log(threshold, 'warning', message, fields),
    error: (message, fields) => log(threshold, 'error', message, fields),
    at: (other) => loggerAt(RANK[other]),
    close: () => new Promise((resolve) => (owned === undefined ? resolve() : owned.end(resolve))),
  });
  return loggerAt(RANK[level]);
}

function renderJson(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  const line: Record<string, unknown> = {
    ts: time.toISOString(),
    lvl: level,
    pid: process.pid,
    msg: message,
  };
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) line[key] = cut(value);
  return `${visible(JSON.stringify(line))}\n`;
}

function renderText(time: Date, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${time.toISOString()} ${level.toUpperCase()} - ${oneLine(message)}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const text = String(cut(value));
    // Quoted where a reader, or a parser, could not tell where the value ends; newlines never forge a line.
    line += ` ${key}=${/^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text)}`;
  }
  return `${visible(line)}\n`;
}

/** What strangers say of themselves stands in a log, and must not command the terminal that shows it. */
function visible(line: string): string {
  return line.replace(
    COMMANDING,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Beside the control characters that JSON writes otherwise: those of C1, and those that turn the direction of text. */
const COMMANDING = /[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function oneLine(text: string): string {
  return /[\x00-\x1f\x7f-\x9f]/.test(text) ? JSON.stringify(text) : text;
}

function cut(value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string' || value.length <= FIELD_CHARS_MAX) return value;
  return `${value.slice(0, FIELD_CHARS_MAX)}… (${value.length} characters)`;
}

/** For appending, so that a server without the log it was asked for does not begin. */
function opened(file: string): number {
  let pipe: number | undefined;
  try {
    pipe = openedIfPipe(file);
    return openSync(file, 'a', 0o600);
  } catch (cause) {
    const isUnread = cause instanceof Error && 'code' in cause && cause.code === 'ENXIO';
    const reason = isUnread
      ? 'nobody reads this pipe yet. Start its reader first'
      : cause instanceof Error
        ? cause.message
        : String(cause);
    throw new GizmoError('USAGE', `--log-file ${file}: the log cannot be written there: ${reason}`, {
      cause,
    });
  } finally {
    if (pipe !== undefined) closeSync(pipe);
  }
}

/** A named pipe that nobody reads would hold up whoever opens it; in this way it fails, and else stays open meanwhile. */
function openedIfPipe(file: string): number | undefined {
  if (statSync(file, { throwIfNoEntry: false })?.isFIFO() !== true) return undefined;
  return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
}
