/** `.schema [PATTERN]` */
import { quoteText } from '../../../sql/quote.js';
import { readArrays } from '../../rows/read-rows.js';
import type { DotCommand } from '../dot-command.js';
import { toLike } from '../like-pattern.js';

/** Prints the statements that would make the tables, views and indexes again. */
export const SCHEMA: DotCommand = {
  name: 'schema',
  aliases: [],
  usage: '[PATTERN]',
  summary: 'print the CREATE statements of tables, views and indexes',
  argumentsMin: 0,
  argumentsMax: 1,
  completes: 'tables',
  async run({ connected, call, print, notify }, [pattern = '*']) {
    const result = await (await connected()).query(
      `select sql from (
         select table_name as name, sql, 1 as kind from duckdb_tables() where not internal
         union all select view_name, sql, 2 from duckdb_views() where not internal
         union all select table_name, sql, 3 from duckdb_indexes()
       ) where name ilike ${quoteText(toLike(pattern))} escape '\\' and sql is not null order by name, kind`,
      call,
    );
    let found = 0;
    for await (const [sql] of readArrays(result)) {
      found++;
      await print(`${String(sql).replace(/;?\s*$/, '')};\n`);
    }
    if (found === 0) await notify('No table, view or index of that name, or none whose SQL you may see.');
  },
};
