/** `.cd DIRECTORY` */
import { GizmoError } from '../../../errors.js';
import { describeFileError } from '../../shell/file-error.js';
import type { DotCommand } from '../dot-command.js';

/** Changes the directory that files of this shell are looked for in. */
export const CD: DotCommand = {
  name: 'cd',
  aliases: ['\\cd'],
  usage: 'DIRECTORY',
  summary: 'change the directory for .read, .output and .once',
  argumentsMin: 1,
  argumentsMax: 1,
  completes: 'files',
  run(_shell, [path = '']) {
    try {
      process.chdir(path);
    } catch (error) {
      throw new GizmoError('USAGE', `Cannot change to "${path}": ${describeFileError(error)}.`, {
        cause: error,
      });
    }
  },
};
