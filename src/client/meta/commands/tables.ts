/** `.tables [PATTERN]` */
import type { DotCommand } from '../dot-command.js';
import { toLike } from '../like-pattern.js';

/** Lists tables and views. */
export const TABLES: DotCommand = {
  name: 'tables',
  aliases: ['\\dt'],
  usage: '[PATTERN]',
  summary: 'list tables and views; PATTERN may have a schema. and *',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: 'tables',
  async run({ connected, call, render }, [pattern = '*']) {
    const dot = pattern.lastIndexOf('.');
    const tablePattern = toLike(pattern.slice(dot + 1));
    const filter =
      dot < 0 ? { tablePattern } : { tablePattern, schemaPattern: toLike(pattern.slice(0, dot)) };
    await render(await (await connected()).getTables(filter, call));
  },
};
