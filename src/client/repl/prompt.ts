/** The prompt: where unqualified names lead, asked of the server only after statements that may have changed it. */
import { readTokens } from '../../sql/lexer.js';
import type { CallOptions, FlightSqlClient } from '../flight-sql-client.js';
import { cutText } from '../render/display-text.js';
import { readArrays } from '../rows/read-rows.js';

export class PromptTracker {
  #place: string | undefined;
  #inTransaction = false;

  /** Whether a statement of this shell opened a transaction that is still open, as far as its text tells. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** To be called after each statement that succeeded. */
  noteStatement(sql: string): void {
    const word = firstWord(sql);
    if (TRANSACTION_START.has(word)) this.#inTransaction = true;
    if (TRANSACTION_END.has(word)) this.#inTransaction = false;
    if (!STAYS.has(word)) this.#place = undefined;
  }

  /** To be called after a new connection, which has no transaction and its own search path. */
  noteConnection(): void {
    this.#inTransaction = false;
    this.#place = undefined;
  }

  /** `catalog.schema> `, with `*` in a transaction; the host where the server does not tell. */
  async text(client: FlightSqlClient, call: CallOptions = {}): Promise<string> {
    this.#place ??= await readPlace(client, call);
    return `${cutText(this.#place, PLACE_WIDTH_MAX)}${this.#inTransaction ? '*' : ''}> `;
  }
}

/** Whether a statement may change which tables there are. */
export function mayChangeTables(sql: string): boolean {
  return !STAYS.has(firstWord(sql));
}

const PLACE_WIDTH_MAX = 40;

/** Statements that leave search path and tables as they are. Everything else is taken to change both. */
const STAYS: ReadonlySet<string> = new Set(
  'select from with values table describe desc show summarize explain insert update delete merge truncate copy'.split(
    ' ',
  ),
);
const TRANSACTION_START: ReadonlySet<string> = new Set(['begin', 'start']);
const TRANSACTION_END: ReadonlySet<string> = new Set(['commit', 'rollback', 'end', 'abort']);

function firstWord(sql: string): string {
  for (const token of readTokens(sql))
    if (token.kind === 'word') return sql.slice(token.start, token.end).toLowerCase();
    else if (token.kind !== 'space' && token.kind !== 'comment' && token.kind !== 'punctuation') return '';
  return '';
}

/** Any failure, such as an aborted transaction or another kind of server, leaves the name of the host. */
async function readPlace(client: FlightSqlClient, call: CallOptions): Promise<string> {
  try {
    const result = await client.query('select current_database(), current_schema()', call);
    for await (const [catalog, schema] of readArrays(result)) return `${String(catalog)}.${String(schema)}`;
  } catch {
    return client.target.host;
  }
  return client.target.host;
}
