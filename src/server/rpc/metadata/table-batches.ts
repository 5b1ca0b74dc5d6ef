/** The batches of CommandGetTables. */
import type { CommandGetTables } from '../../../flight/gen/flight_sql_pb.js';
import type { EncodedBatch } from '../../../flight/ipc/types.js';
import { buildTables, sortTables, type TableRow } from '../../../flight/metadata/tables.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { columnDescriber } from './columns.js';
import { findTables } from './tables.js';

/** Tables that are described before the first of them are sent: some megabytes at most. */
const ROWS_PER_BATCH = 1000;

/** In the order of Flight SQL over all batches; at least one, because some clients want to see one. */
export async function* tableBatches(
  services: Services,
  command: CommandGetTables,
  call: Call,
): AsyncGenerator<EncodedBatch, undefined, undefined> {
  const { includeSchema } = command;
  const tables = sortTables(await findTables(services, command, call));
  const describe = includeSchema ? await columnDescriber(services, command, call) : undefined;
  let from = 0;
  do {
    const rows: TableRow[] = [];
    for (const table of tables.slice(from, from + ROWS_PER_BATCH)) {
      rows.push(describe === undefined ? table : { ...table, columns: await describe(table) });
    }
    yield buildTables(rows, includeSchema);
    from += ROWS_PER_BATCH;
  } while (from < tables.length);
}
