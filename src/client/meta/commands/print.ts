/** `.print TEXT…` */
import type { DotCommand } from '../dot-command.js';

/** Prints text among the results. */
export const PRINT: DotCommand = {
  name: 'print',
  aliases: ['\\echo'],
  usage: '[TEXT…]',
  summary: 'print TEXT where results go',
  argumentsMin: 0,
  argumentsMax: Number.POSITIVE_INFINITY,
  run: ({ print }, words) => print(`${words.join(' ')}\n`),
};
