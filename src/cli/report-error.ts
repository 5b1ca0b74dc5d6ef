/** How a command fails in front of a person: one sentence on stderr, and the exit code of the table in errors.ts. */
import { EXIT, GizmoError, toGizmoError } from '../errors.js';
import { colorsOn } from './color.js';

/** Writes the error to stderr and answers the exit code. Defects show their stack: there is no log to look in. */
export function reportError(error: unknown): number {
  if (isExit(error)) return error.oclif.exit;
  if (isUsage(error)) {
    writeError(error.message.replace(/\n?See more help with --help$/, '').trim());
    return EXIT.usage;
  }
  if (isBrokenPipe(error)) return EXIT.ok;
  const known = error instanceof GizmoError ? error : toGizmoError(error);
  writeError(error instanceof GizmoError ? known.message : (known.detail ?? known.message));
  return known.class.exit;
}

/** Writes `Error: …` to stderr, the first word red on a terminal. */
export function writeError(message: string): void {
  process.stderr.write(`${label('Error:', '31')} ${harmless(message)}\n`);
}

/** Writes `Warning: …` to stderr, the first word yellow on a terminal. */
export function writeWarning(message: string): void {
  process.stderr.write(`${label('Warning:', '33')} ${harmless(message)}\n`);
}

/** Servers and stored values have a say in messages: nothing of them may command the terminal. Lines stay lines. */
export function harmless(message: string): string {
  return message.replace(
    COMMANDING,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Control characters of C0 and C1 but line feed and tab, and those that turn the direction of text. */
const COMMANDING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function label(text: string, color: string): string {
  return colorsOn(process.stderr) ? `\u001b[1;${color}m${text}\u001b[0m` : text;
}

/** oclif's own errors carry `oclif.exit`; those of its parser are all about the command line. */
function isUsage(error: unknown): error is Error & { oclif: { exit?: number } } {
  return error instanceof Error && 'oclif' in error && !(error instanceof GizmoError);
}

function isExit(error: unknown): error is Error & { code: 'EEXIT'; oclif: { exit: number } } {
  return isUsage(error) && 'code' in error && error.code === 'EEXIT' && typeof error.oclif.exit === 'number';
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
