/** Asks for a secret on the terminal, unseen. */
import { openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import { GizmoError } from '../errors.js';

/**
 * Reads key by key in raw mode, because a line of a terminal in its usual mode ends at 4,096 characters, and tokens
 * are pasted that are longer. Without a terminal on standard input the controlling terminal is asked.
 * @param remedy a sentence about how to do without a terminal
 * @param signal ends the question; what was typed is lost
 * @throws GizmoError USAGE without a terminal, CANCELLED on Ctrl-C, the reason of the signal
 */
export async function readSecret(
  prompt: string,
  remedy = PASSWORD_REMEDY,
  signal?: AbortSignal,
): Promise<string> {
  const terminal = openTerminal(remedy);
  // Before the prompt: what is typed as soon as it shows must not be echoed.
  terminal.setRawMode(true);
  try {
    process.stderr.write(prompt);
    return await readLine(terminal, signal);
  } finally {
    terminal.setRawMode(false);
    terminal.pause();
    if (terminal !== process.stdin) terminal.destroy();
    process.stderr.write('\n');
  }
}

/** Edits `line` by the keys in `text`; `done` is how it ended, if it did. Exported for its tests. */
export function editSecret(line: string, text: string): { line: string; done?: 'enter' | 'interrupt' } {
  let edited = line;
  for (const key of text.replace(PASTE_MARKS, '')) {
    switch (key) {
      case '\r':
      case '\n':
      case '\u0004':
        return { line: edited, done: 'enter' };
      case '\u0003':
        return { line: edited, done: 'interrupt' };
      case '\u007f':
      case '\b':
        edited = [...edited].slice(0, -1).join('');
        break;
      case '\u0015':
        edited = '';
        break;
      default:
        if (key >= ' ' && edited.length < LENGTH_MAX) edited += key;
    }
  }
  return { line: edited };
}

const LENGTH_MAX = 1 << 16;
const PASTE_MARKS = /\u001b\[20[01]~/g;

const PASSWORD_REMEDY = 'Use --password-file, --password-stdin or GIZMO_PASSWORD.';

function openTerminal(remedy: string): ReadStream {
  if (process.stdin.isTTY) return process.stdin;
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch (cause) {
    throw new GizmoError('USAGE', `There is no terminal to ask for the secret on. ${remedy}`, { cause });
  }
}

function readLine(terminal: ReadStream, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    // Not the stream's own encoding: that stays, and the shell that reads on wants bytes.
    const utf8 = new StringDecoder('utf8');
    const stop = (): void => {
      terminal.off('data', onData);
      terminal.off('end', onEnd);
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      stop();
      reject(signal?.reason);
    };
    const onEnd = (): void => {
      stop();
      resolve(line);
    };
    const onData = (chunk: Buffer): void => {
      const edited = editSecret(line, utf8.write(chunk));
      line = edited.line;
      if (edited.done === undefined) return;
      stop();
      if (edited.done === 'enter') resolve(line);
      else reject(new GizmoError('CANCELLED', 'Interrupted.'));
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    terminal.on('data', onData);
    terminal.on('end', onEnd);
    // A second secret is read from a stream that was paused after the first.
    terminal.resume();
  });
}
