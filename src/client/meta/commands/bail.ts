/** `.bail [on|off]` */
import type { DotCommand } from '../dot-command.js';
import { parseSwitch } from '../parse-switch.js';

/** Stops scripts at an error, or not. */
export const BAIL: DotCommand = {
  name: 'bail',
  aliases: [],
  usage: '[on|off]',
  summary: 'stop a script at its first error',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: ['on', 'off'],
  async run({ settings, notify }, [word]) {
    settings.bail = parseSwitch(word, settings.bail);
    await notify(`bail: ${settings.bail ? 'on' : 'off'}`);
  },
};
