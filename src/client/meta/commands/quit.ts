/** `.quit [CODE]` */
import { GizmoError } from '../../../errors.js';
import type { DotCommand } from '../dot-command.js';

/** Leaves the shell or the script. */
export const QUIT: DotCommand = {
  name: 'quit',
  aliases: ['exit', '\\q'],
  usage: '[CODE]',
  summary: 'leave, with an exit code where one is given',
  argumentsMin: 0,
  argumentsMax: 1,
  run(shell, [code = '0']) {
    if (!/^\d{1,3}$/.test(code) || Number(code) > 255)
      throw new GizmoError('USAGE', `An exit code is a number from 0 to 255, not "${code}".`);
    shell.quit(Number(code));
  },
};
