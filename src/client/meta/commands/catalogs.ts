/** `.catalogs` */
import type { DotCommand } from '../dot-command.js';

/** Lists the databases. */
export const CATALOGS: DotCommand = {
  name: 'catalogs',
  aliases: ['\\l'],
  usage: '',
  summary: 'list the databases',
  argumentsMin: 0,
  argumentsMax: 0,
  async run({ connected, call, render }) {
    await render(await (await connected()).getCatalogs(call));
  },
};
