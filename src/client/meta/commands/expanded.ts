/** `.expanded [on|off]` */
import type { DotCommand } from '../dot-command.js';
import { parseSwitch } from '../parse-switch.js';

/** One value a line, as psql's `\\x` does. */
export const EXPANDED: DotCommand = {
  name: 'expanded',
  aliases: ['\\x'],
  usage: '[on|off]',
  summary: 'show one value a line; without an argument the other of the two',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: ['on', 'off'],
  async run({ settings, notify }, [word]) {
    const on = parseSwitch(word, settings.format === 'line');
    settings.format = on ? 'line' : 'box';
    await notify(`mode: ${settings.format}`);
  },
};
