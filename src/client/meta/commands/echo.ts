/** `.echo [on|off]` */
import type { DotCommand } from '../dot-command.js';
import { parseSwitch } from '../parse-switch.js';

/** Prints statements before they run. */
export const ECHO: DotCommand = {
  name: 'echo',
  aliases: [],
  usage: '[on|off]',
  summary: 'print each statement before it runs',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: ['on', 'off'],
  async run({ settings, notify }, [word]) {
    settings.echo = parseSwitch(word, settings.echo);
    await notify(`echo: ${settings.echo ? 'on' : 'off'}`);
  },
};
