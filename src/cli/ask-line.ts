/** Asks for one line on the terminal. */
import { createInterface } from 'node:readline';

/** What was typed, without spaces around it; undefined on Ctrl-C and at the end of the input. Ask only on a terminal. */
export function askLine(prompt: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    terminal.once('close', () => resolve(undefined));
    terminal.once('SIGINT', () => terminal.close());
    terminal.question(prompt, (text) => {
      resolve(text.trim());
      terminal.close();
    });
  });
}
