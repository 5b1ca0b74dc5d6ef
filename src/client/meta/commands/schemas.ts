/** `.schemas` */
import type { DotCommand } from '../dot-command.js';

/** Lists the schemas. */
export const SCHEMAS: DotCommand = {
  name: 'schemas',
  aliases: ['\\dn'],
  usage: '',
  summary: 'list the schemas',
  argumentsMin: 0,
  argumentsMax: 0,
  async run({ connected, call, render }) {
    await render(await (await connected()).getDbSchemas({}, call));
  },
};
