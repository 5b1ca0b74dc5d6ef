/** Bulk loading of Arrow data: no statement text, and the same authorize, admit and record as a statement. */
import type { IngestRequest } from '../engine/engine.js';
import type { Door } from '../model/door.js';
import type { Session } from '../session/session.js';
import { authorizeIngest } from './authorize.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import { withTurn } from './turn.js';

/** Loads into one table, all or nothing; resolves with the number of rows. */
export async function ingest(
  life: Life,
  session: Session,
  door: Door,
  request: IngestRequest,
): Promise<{ readonly rows: number }> {
  const record = startRecord(life, {
    session,
    door,
    text: `-- bulk load into ${JSON.stringify(request.table)}`,
  });
  try {
    authorizeIngest(session.principal, request);
    life.admission.admit();
    const loaded = await withTurn(session, request.signal ?? session.signal, () =>
      session.engine.ingest(request),
    );
    record.succeeded(loaded.rows);
    return loaded;
  } catch (error) {
    record.failed(error);
    throw error;
  }
}
