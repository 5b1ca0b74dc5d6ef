/** `.once FILE` */
import type { DotCommand } from '../dot-command.js';
import { formatOfOutput } from '../format-of-output.js';

/** Sends one result to a file. */
export const ONCE: DotCommand = {
  name: 'once',
  aliases: [],
  usage: 'FILE',
  summary: 'send the next result to FILE',
  argumentsMin: 1,
  argumentsMax: 1,
  completes: 'files',
  run: ({ output, settings }, [path = '']) =>
    output.redirectOnce(path, formatOfOutput('.once', path, settings)),
};
