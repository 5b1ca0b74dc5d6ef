/** `.headers [on|off]` */
import type { DotCommand } from '../dot-command.js';
import { parseSwitch } from '../parse-switch.js';

/** Shows or hides column names. */
export const HEADERS: DotCommand = {
  name: 'headers',
  aliases: ['\\t'],
  usage: '[on|off]',
  summary: 'show column names',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: ['on', 'off'],
  async run({ settings, notify }, [word]) {
    settings.header = parseSwitch(word, settings.header);
    await notify(`headers: ${settings.header ? 'on' : 'off'}`);
  },
};
