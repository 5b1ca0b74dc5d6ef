/** `.once FILE` */
import type { DotCommand } from '../dot-command.js';

/** Sends one result to a file. */
export const ONCE: DotCommand = {
  name: 'once',
  aliases: [],
  usage: 'FILE',
  summary: 'send the next result to FILE',
  argumentsMin: 1,
  argumentsMax: 1,
  completes: 'files',
  run: ({ output }, [path = '']) => output.redirectOnce(path),
};
