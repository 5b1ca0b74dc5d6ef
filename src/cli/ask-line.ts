/** Asks for one line on the terminal. */
import { createInterface } from 'node:readline';

/** What was typed, without spaces around it; undefined on Ctrl-C and at the end of the input. Ask only on a terminal. */
export function askLine(prompt: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const giveUp = (): void => {
      process.stderr.write('\n'); // What is said next has a line of its own.
      resolve(undefined);
    };
    terminal.once('close', giveUp);
    terminal.once('SIGINT', () => terminal.close());
    terminal.question(prompt, (text) => {
      terminal.off('close', giveUp);
      terminal.close();
      resolve(text.trim());
    });
  });
}
