/** Bulk loading of Arrow data: no statement text, and the same authorize, admit and record as a statement. */
import type { IngestRequest } from '../engine/engine.js';
import type { Door } from '../model/door.js';
import { authorizeIngest } from './authorize.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import { inTransaction, type TransactionUse } from './transactions.js';

/** Loads into one table, all or nothing, in the session's transaction if one is open; resolves with the number of rows. */
export async function ingest(
  life: Life,
  use: TransactionUse & { readonly door: Door },
  request: IngestRequest,
): Promise<{ readonly rows: number }> {
  const { session, door } = use;
  const record = startRecord(life, {
    session,
    door,
    text: `-- bulk load into ${nameOf(request)}`,
  });
  try {
    authorizeIngest(session.principal, request);
    life.admission.admit();
    const loaded = await inTransaction(life, use, () => session.engine.ingest(request));
    record.succeeded(loaded.rows);
    return loaded;
  } catch (error) {
    record.failed(error);
    throw error;
  }
}

/** As it was asked for, for whoever reads the log. */
function nameOf({ catalog, schema, table, temporary }: IngestRequest): string {
  const parts = temporary ? ['temp', table] : [catalog, schema, table];
  return parts
    .filter((part) => part !== undefined)
    .map((part) => JSON.stringify(part))
    .join('.');
}
