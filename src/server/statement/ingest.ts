/** Bulk loading of Arrow data: no statement text, and the same authorize, admit and record as a statement. */
import type { IngestRequest } from '../engine/engine.js';
import type { Door } from '../model/door.js';
import { authorizeIngest } from './authorize.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import { readPlace } from './session-options.js';
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
    const loaded = await inTransaction(life, use, async () => {
      const placed = await place(life, use, request);
      authorizeIngest(life.access, session.principal, placed);
      life.admission.admit();
      return session.engine.ingest(placed);
    });
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

/** Says where a table is that is named without its catalog or schema: rights depend on it. */
async function place(life: Life, use: TransactionUse, request: IngestRequest): Promise<IngestRequest> {
  const { temporary, catalog, schema } = request;
  if (temporary || (catalog !== undefined && schema !== undefined)) return request;
  const [currentCatalog = '', currentSchema = ''] = await readPlace(life, use.session, use.signal);
  return {
    ...request,
    catalog: catalog ?? currentCatalog,
    schema: schema ?? (catalog === undefined ? currentSchema : 'main'),
  };
}
