/** Every way in which a statement's text reaches the server. */
import { encodeCommand } from '../../src/flight/sql/command.js';
import type { RawClient } from './raw-client.js';

export type Doors = Readonly<Record<string, (client: RawClient, sql: string) => Promise<unknown>>>;

export const STATEMENT_DOORS: Doors = {
  'a query': (client, sql) => client.rows(sql),
  'a query in one call': (client, sql) => client.get(query(sql)),
  'a query in an exchange': (client, sql) => client.exchange(query(sql)),
  'an update': (client, sql) => client.update(sql),
  'a prepared query': async (client, sql) => client.get(preparedQuery(await client.prepare(sql))),
  'a prepared update': async (client, sql) => client.put(preparedUpdate(await client.prepare(sql))),
  'a prepared update in an exchange': async (client, sql) =>
    client.exchange(preparedUpdate(await client.prepare(sql))),
  'the last of several statements': (client, sql) => client.rows(`select 1; ${sql}`),
};

function query(sql: string): Uint8Array {
  return encodeCommand({ type: 'CommandStatementQuery', message: { query: sql } });
}

function preparedQuery(preparedStatementHandle: Uint8Array): Uint8Array {
  return encodeCommand({ type: 'CommandPreparedStatementQuery', message: { preparedStatementHandle } });
}

function preparedUpdate(preparedStatementHandle: Uint8Array): Uint8Array {
  return encodeCommand({ type: 'CommandPreparedStatementUpdate', message: { preparedStatementHandle } });
}
