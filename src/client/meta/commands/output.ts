/** `.output [FILE]` */
import type { DotCommand } from '../dot-command.js';
import { formatOfOutput } from '../format-of-output.js';

/** Sends results to a file. */
export const OUTPUT: DotCommand = {
  name: 'output',
  aliases: ['\\o'],
  usage: '[FILE]',
  summary: 'send results to FILE; without FILE back to the screen',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: 'files',
  run: ({ output, settings }, [path]) =>
    output.redirect(path, path === undefined ? undefined : formatOfOutput('.output', path, settings)),
};
