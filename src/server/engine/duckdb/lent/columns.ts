/** The columns of a query or table, as SQL. */
import { quoteName } from '../../../../sql/quote.js';
import type { TextReader } from './tree.js';

export interface Column {
  readonly name: string;
  /** As SQL writes it. */
  readonly type: string;
}

/** @param from what follows FROM. Binds it, which opens the files that it reads. The connection must be claimed. */
export async function columnsOf(core: TextReader, from: string): Promise<readonly Column[]> {
  const [json = '[]'] = await core.readTexts(
    `select system.main.to_json(system.main.list(system.main.struct_pack(name := column_name, type := column_type)))::varchar from (describe from ${from})`,
  );
  return JSON.parse(json);
}

/**
 * A query that has these columns, empty, and reads nothing.
 * @param from what it reads its one row from
 */
export function stubOf(columns: readonly Column[], from?: string): string {
  const list = columns.map(({ name, type }) => `null::${type} as ${quoteName(name)}`).join(', ');
  return `(select ${list}${from === undefined ? '' : ` from ${from}`})`;
}
