/** PRAGMAs that show metadata, as the queries that DuckDB makes of them; what it makes cannot be planned itself. */
import { quoteName, quoteText } from '../../../../sql/quote.js';
import { isName, isWord, significant, stringOf, type Word } from './words.js';

/** A query that reads what the PRAGMA reads; undefined for any other text. */
export function pragmaQuery(sql: string): string | undefined {
  const words = significant(sql);
  const [verb, name, open] = words;
  if (!isWord(verb, 'pragma') || name?.kind !== 'word') return undefined;
  if (open === undefined) return LISTS[name.value];
  const rest = words.slice(3);
  const close = rest.at(-1);
  if (!isWord(name, 'table_info', 'show') || open.value !== '(' || close?.value !== ')') return undefined;
  return tableQuery(sql, rest.slice(0, -1));
}

/** The query that DuckDB makes of `PRAGMA table_info('t')`; undefined for any other text. */
export function tableInfoQuery(sql: string): string | undefined {
  const [, name] = significant(sql);
  const table = isWord(name, 'table_info') ? pragmaQuery(sql) : undefined;
  return table && `from pragma_table_info(${quoteText(table.replace(/^from /, ''))})`;
}

/** The table by its name as a text, which functions take; undefined where it is not one. */
export function namedTableQuery(name: string): string | undefined {
  return tableQuery(name, significant(name));
}

function tableQuery(sql: string, words: readonly Word[]): string | undefined {
  const [only] = words;
  const held = words.length === 1 && only?.kind === 'string' ? stringOf(sql, only) : undefined;
  if (held !== undefined) return namedTableQuery(held);
  const isChain = words.every((word, at) => (at % 2 === 0 ? isName(word) : word.value === '.'));
  if (!isChain || words.length % 2 === 0) return undefined;
  return `from ${quoteName(...words.filter(isName).map(({ value }) => value))}`;
}

const LISTS: Readonly<Record<string, string | undefined>> = {
  show_tables: 'show tables',
  show_tables_expanded: 'show all tables',
  show_databases: 'show databases',
  database_list: 'from pragma_database_list',
  database_size: 'from pragma_database_size()',
  version: 'select 1',
  platform: 'select 1',
  collations: 'select 1',
  user_agent: 'select 1',
};
