/** A command on a pseudo-terminal, for tests of what people see. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './root.js';

/** Node has no pseudo-terminals; Python's own `pty` stands in. */
export const HAS_PTY =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty, fcntl, termios']).status === 0;
if (!HAS_PTY)
  process.stderr.write('SKIPPED: tests of the interactive shell need python3 with its module pty.\n');

export class Pty {
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #output = '';
  #seen = 0;

  constructor(command: readonly string[], env: NodeJS.ProcessEnv, columns = 100, rows = 30) {
    const script = join(ROOT, 'test', 'support', 'pty-bridge.py');
    this.#child = spawn('python3', [script, String(columns), String(rows), ...command], {
      env,
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
    });
    this.#exit = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#child.emit('output');
    });
  }

  /** Everything printed so far, escape sequences included. */
  get raw(): string {
    return this.#output;
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  resize(columns: number, rows: number): void {
    (this.#child.stdio[3] as Writable).write(`${columns} ${rows}\n`);
  }

  /** Waits until text that was not looked at before matches, and answers it up to the end of the match, plain. */
  async until(pattern: string | RegExp): Promise<string> {
    for (;;) {
      const fresh = this.#output.slice(this.#seen);
      const found = find(fresh, pattern);
      if (found !== undefined) {
        this.#seen += found;
        return stripVTControlCharacters(fresh.slice(0, found)).replaceAll('\r', '');
      }
      const ended = await Promise.race([
        once(this.#child, 'output').then(() => false),
        this.#exit.then(() => true),
      ]);
      if (ended && find(this.#output.slice(this.#seen), pattern) === undefined)
        throw new Error(`It ended without printing ${pattern}:\n${this.#output.slice(-2000)}`);
    }
  }

  /** Waits for the end and answers the exit code. */
  async exitCode(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }

  /** For a test that failed midway: nothing is left running. */
  kill(): void {
    this.#child.stdin?.destroy();
    this.#child.kill('SIGHUP');
  }
}

/** Offset behind the match. */
function find(text: string, pattern: string | RegExp): number | undefined {
  if (typeof pattern === 'string') {
    const at = text.indexOf(pattern);
    return at < 0 ? undefined : at + pattern.length;
  }
  const match = pattern.exec(text);
  return match === null ? undefined : match.index + match[0].length;
}
