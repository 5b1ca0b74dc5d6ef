/** Bulk load of Arrow batches into a table, all or nothing. */

import duckdb, { type PreparedStatement } from '@duckdb/node-bindings';
import { GizmoError } from '../../../../errors.js';
import { plainSchema } from '../../../../flight/ipc/plain-schema.js';
import { decodeRecordBatch } from '../../../../flight/ipc/record-batch.js';
import { splitBatch } from '../../../../flight/ipc/split-batch.js';
import type { ArrowSchema, EncodedBatch } from '../../../../flight/ipc/types.js';
import { quoteName } from '../../../../sql/quote.js';
import { abortable, throwIfAborted } from '../../abort.js';
import type { IngestRequest } from '../../engine.js';
import type { SessionCore } from '../session-core.js';
import { BatchQueue } from './batch-queue.js';
import type { IngestFunction } from './ingest-function.js';
import type { IngestJob } from './ingest-job.js';
import { findTarget, type Target } from './ingest-target.js';

/**
 * Loads the batches in one transaction, or as a part of the session's own, which a failure then spoils: DuckDB
 * has no savepoints. The connection must be claimed.
 */
export async function ingest(
  core: SessionCore,
  functions: IngestFunction,
  request: IngestRequest,
): Promise<{ readonly rows: number }> {
  const { signal, arrowSchema } = request;
  throwIfAborted(signal);
  if (arrowSchema.fields.length === 0) {
    throw new GizmoError('INVALID_ARGUMENT', 'The data has no columns, so there is no table to make of it.');
  }
  const joins = await core.inTransaction();
  const job = functions.open(plainSchema(arrowSchema));
  try {
    if (joins) core.refuseIfAborted();
    else await core.runOwn('begin transaction');
    const rows = await core.lane.under(signal, () => load(core, functions, job, request));
    throwIfAborted(signal);
    if (!joins) await core.runOwn('commit');
    return { rows };
  } catch (error) {
    await undo(core, joins);
    throw job.failure ?? error;
  } finally {
    job.close();
    core.dataVersion.bump();
  }
}

async function load(
  core: SessionCore,
  functions: IngestFunction,
  job: IngestJob,
  request: IngestRequest,
): Promise<number> {
  const target = await findTarget(core, request);
  await makeTable(core, job, request, target);
  const insert = await prepareInsert(core, job, request, target);
  const runner = functions.runner(insert, job);
  const batches = abortable(request.batches, request.signal);
  const queue = new BatchQueue(plainBatches(batches, request.arrowSchema));
  job.feed(() => queue.take());
  try {
    let rows = 0;
    while (job.hasRows || (await queue.filled())) rows += await core.lane.call(() => runner.run());
    return rows;
  } finally {
    queue.close();
    duckdb.destroy_prepare_sync(insert);
  }
}

async function prepareInsert(
  core: SessionCore,
  job: IngestJob,
  { table }: IngestRequest,
  target: Target,
): Promise<PreparedStatement> {
  const sql = `insert into ${target.name} by name select * from ${sourceOf(job)}`;
  try {
    return await core.lane.call(() => duckdb.prepare(core.lane.connection, sql));
  } catch (error) {
    if (!(error instanceof GizmoError)) throw error;
    const [, column] = UNKNOWN_COLUMN.exec(error.message) ?? [];
    if (column === undefined) throw error;
    // What ADBC says of data that do not match the table (ADBC_INGEST_OPTION_MODE_APPEND).
    throw new GizmoError('ALREADY_EXISTS', `Table "${table}" already exists and has no column ${column}.`);
  }
}

const UNKNOWN_COLUMN = /does not have a column with name (".*")/;

async function makeTable(
  core: SessionCore,
  job: IngestJob,
  { ifExists, ifMissing, table, arrowSchema }: IngestRequest,
  target: Target,
): Promise<void> {
  if (target.exists) {
    if (ifExists === 'append') return;
    if (ifExists === 'fail') throw new GizmoError('ALREADY_EXISTS', `Table "${table}" already exists.`);
    await core.runOwn(`drop table ${target.name}`);
  } else if (ifMissing === 'fail') {
    throw new GizmoError('NOT_FOUND', `Table "${table}" does not exist.`);
  }
  await core.runOwn(`create ${target.kind} ${target.name} as from ${sourceOf(job)} with no data`);
  for (const { name, nullable } of arrowSchema.fields) {
    if (!nullable)
      await core.runOwn(`alter table ${target.name} alter column ${quoteName(name)} set not null`);
  }
}

/** Batches in the plain layouts; what is plain already passes through. */
async function* plainBatches(
  batches: AsyncIterable<EncodedBatch>,
  schema: ArrowSchema,
): AsyncGenerator<EncodedBatch> {
  const isPlain = plainSchema(schema) === schema;
  for await (const batch of batches) {
    if (isPlain) yield batch;
    else {
      yield* splitBatch(decodeRecordBatch(schema, batch), { rowsMax: 65_536, bytesMax: 16 * 1024 * 1024 });
      if (batch.body.buffer instanceof ArrayBuffer) batch.giveBack?.(batch.body.buffer);
    }
  }
}

/** Rolls back, or has the session refuse to go on with the transaction that was joined. */
async function undo(core: SessionCore, joined: boolean): Promise<void> {
  if (joined) await core.noteFailure();
  else await core.rollBack();
}

function sourceOf(job: IngestJob): string {
  return `system.main.gizmo_ingest('${job.handle}')`;
}
