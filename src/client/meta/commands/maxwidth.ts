/** `.maxwidth [N]` */
import type { DotCommand } from '../dot-command.js';
import { parseCount } from '../parse-switch.js';

/** Limits the width of tables. */
export const MAXWIDTH: DotCommand = {
  name: 'maxwidth',
  aliases: [],
  usage: '[N]',
  summary: 'cells a table may be wide on a terminal; 0 is the width of the terminal',
  argumentsMin: 0,
  argumentsMax: 1,
  async run({ settings, notify }, [word]) {
    if (word !== undefined) settings.maxWidth = parseCount(word);
    await notify(`maxwidth: ${settings.maxWidth}`);
  },
};
