/** `.nullvalue [TEXT]` */
import type { DotCommand } from '../dot-command.js';

/** Chooses the text for NULL. */
export const NULLVALUE: DotCommand = {
  name: 'nullvalue',
  aliases: [],
  usage: '[TEXT]',
  summary: "choose the text for NULL; without TEXT the format's own",
  argumentsMin: 0,
  argumentsMax: 1,
  run({ settings }, [text]) {
    settings.nullText = text;
  },
};
