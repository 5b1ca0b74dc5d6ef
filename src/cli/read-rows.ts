/** Rows of a query as commands show them and as JSON has them. */
import type { FlightSqlClient } from '../client/flight-sql-client.js';

/** Of texts, numbers and booleans; anything else is null. */
export type ShownRow = Readonly<Record<string, string | number | boolean | null>>;

/** @param sql with `epoch_ms(…)` for each column that is called `…_at`, which becomes a time in ISO 8601 */
export async function readRows(client: FlightSqlClient, sql: string): Promise<readonly ShownRow[]> {
  const rows = await (await client.query(sql)).toArray();
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (typeof value === 'bigint') {
          const number = Number(value);
          return [name, name.endsWith('_at') ? new Date(number).toISOString() : number];
        }
        return [
          name,
          typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null,
        ];
      }),
    ),
  );
}
