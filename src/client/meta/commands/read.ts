/** `.read FILE` */
import type { DotCommand } from '../dot-command.js';

/** Runs a script. */
export const READ: DotCommand = {
  name: 'read',
  aliases: ['\\i'],
  usage: 'FILE',
  summary: 'run the statements and commands in FILE',
  argumentsMin: 1,
  argumentsMax: 1,
  completes: 'files',
  run: (shell, [path = '']) => shell.runFile(path),
};
