/** `.describe NAME` */

import { readTokens } from '../../../sql/lexer.js';
import { quoteName } from '../../../sql/quote.js';
import type { DotCommand } from '../dot-command.js';
import { TABLES } from './tables.js';

/** Lists the columns of a table or view. */
export const DESCRIBE: DotCommand = {
  name: 'describe',
  aliases: ['\\d'],
  usage: '[NAME]',
  summary: 'list the columns of a table; without a name list the tables',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: 'tables',
  async run(shell, words) {
    const [name] = words;
    if (name === undefined) return TABLES.run(shell, words);
    await shell.runStatement(`describe ${asName(name)}`);
  },
};

/** A dotted name as it is; anything else, such as a name with a space, quoted as one name. */
function asName(name: string): string {
  const kinds = Array.from(readTokens(name), (token) => (token.closed ? token.kind : 'unclosed'));
  const dotted = kinds.every((kind, index) =>
    index % 2 === 0 ? kind === 'word' || kind === 'quotedIdentifier' : kind === 'punctuation',
  );
  return dotted && kinds.length % 2 === 1 ? name : quoteName(name);
}
