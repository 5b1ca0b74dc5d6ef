/** `.maxrows [N]` */
import type { DotCommand } from '../dot-command.js';
import { parseCount } from '../parse-switch.js';

/** Limits the rows shown. */
export const MAXROWS: DotCommand = {
  name: 'maxrows',
  aliases: [],
  usage: '[N]',
  summary: 'rows of a table shown on a terminal; 0 shows all',
  argumentsMin: 0,
  argumentsMax: 1,
  async run({ settings, notify }, [word]) {
    if (word !== undefined) settings.maxRows = parseCount(word);
    await notify(`maxrows: ${settings.maxRows}`);
  },
};
