/** The frame of every command line: runs it, turns what it throws into a sentence and an exit code, and ends. */
import { exitAfterFlush } from './exit.js';
import { reportError } from './report-error.js';

/** Never rejects; ends the process when `task` has answered its exit code and the output is written. */
export async function runMain(task: () => Promise<number>): Promise<never> {
  // Whoever writes hears of a broken pipe from the write itself; without a listener it would be a crash.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  let code: number;
  try {
    code = await task();
  } catch (error) {
    code = reportError(error);
  }
  return exitAfterFlush(code);
}
