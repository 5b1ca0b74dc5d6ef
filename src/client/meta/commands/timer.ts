/** `.timer [on|off]` */
import type { DotCommand } from '../dot-command.js';
import { parseSwitch } from '../parse-switch.js';

/** Times statements. */
export const TIMER: DotCommand = {
  name: 'timer',
  aliases: ['\\timing'],
  usage: '[on|off]',
  summary: 'tell how long each statement took',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: ['on', 'off'],
  async run({ settings, notify }, [word]) {
    settings.timer = parseSwitch(word, settings.timer);
    await notify(`timer: ${settings.timer ? 'on' : 'off'}`);
  },
};
