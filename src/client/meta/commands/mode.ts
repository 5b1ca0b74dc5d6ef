/** `.mode [FORMAT]` */
import { FORMATS, parseFormat } from '../../render/renderer.js';
import type { DotCommand } from '../dot-command.js';

/** Chooses how results look. */
export const MODE: DotCommand = {
  name: 'mode',
  aliases: [],
  usage: '[FORMAT]',
  summary: 'choose how results look; without FORMAT list what there is',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: FORMATS,
  async run({ settings, notify }, [format]) {
    if (format === undefined) return notify(`mode: ${settings.format} (of ${FORMATS.join(', ')})`);
    settings.format = parseFormat(format);
  },
};
