/** Bulk loading of Arrow data: no statement text, and the same authorize, admit and record as a statement. */

import { randomUUID } from 'node:crypto';
import { GizmoError, toGizmoError } from '../../errors.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import { abortReason } from '../../flight/signal.js';
import { quoteName } from '../../sql/quote.js';
import type { IngestRequest } from '../engine/engine.js';
import type { Door } from '../model/door.js';
import { foldName } from '../model/fold-name.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Session } from '../session/session.js';
import { askAbout } from './ask-hooks.js';
import { assertAllowed, authorizeIngest } from './authorize.js';
import type { Life } from './life-context.js';
import { startRecord } from './record.js';
import { readPlace } from './session-options.js';
import type { Task } from './tasks.js';
import { toldTo } from './told.js';
import { inTransaction, type TransactionUse } from './transactions.js';

/** Loads into one table, all or nothing, in the session's transaction if one is open; resolves with the number of rows. */
export async function ingest(
  life: Life,
  use: TransactionUse & { readonly door: Door },
  request: IngestRequest,
): Promise<{ readonly rows: number }> {
  const { session, door, signal: outer } = use;
  const text = `-- bulk load into ${nameOf(request)}`;
  const task = life.tasks.begin({
    ...{ id: randomUUID(), session, door, text, outer },
    state: 'running',
    // It takes as long as its client: what limits that is how long nothing may come.
    limitMs: 0,
  });
  const { signal } = task;
  const record = startRecord(life, task);
  try {
    if (door !== 'init') life.rate.take(session);
    const loaded = await inTransaction(life, { ...use, signal }, async () => {
      const asked = await place(life, { ...use, signal }, request);
      await assertCatalog(session, asked);
      const { request: placed, notMade } = authorizeIngest(life.access, session.principal, asked);
      if (placed.ifExists === 'append' && session.principal.role !== 'admin')
        await authorizeDefaults(life, { session, signal }, placed);
      if (door !== 'init') await askAboutIngest(life, session, placed);
      life.admission.admit();
      const batches = unstalled(life, task, request.batches);
      return session.engine.ingest({ ...placed, signal, batches }).catch((error: unknown) => {
        throw toGizmoError(error).code === 'NOT_FOUND' ? (notMade ?? error) : error;
      });
    });
    record.succeeded(loaded.rows);
    return loaded;
  } catch (error) {
    const reason = signal.aborted ? abortReason(signal) : error;
    record.failed(reason);
    const columns = request.arrowSchema.fields.map(({ name }) => quoteName(name)).join(', ');
    throw toldTo(life.access, session.principal, reason, columns);
  } finally {
    task.end();
  }
}

/** Whether they may load is not said of what is not there, as it is not of what is hidden. */
async function assertCatalog({ engine, principal }: Session, request: IngestRequest): Promise<void> {
  const { catalog = '', temporary } = request;
  if (temporary || principal.role === 'admin') return;
  const names = await engine.catalogNames();
  // None are known in a transaction that has failed.
  if (names.length === 0 || names.some((it) => foldName(it) === foldName(catalog))) return;
  throw new GizmoError('INVALID_ARGUMENT', `Binder Error: Catalog "${catalog}" does not exist!`);
}

/** What is not loaded comes from the table's defaults, such as the numbers of a sequence. */
async function authorizeDefaults(
  life: Life,
  { session, signal }: TransactionUse,
  { catalog = '', schema = '', table, temporary }: IngestRequest,
): Promise<void> {
  const names = temporary ? ['temp', 'main', table] : [catalog, schema, table];
  const text = `insert into ${quoteName(...names)} default values`;
  const options = { readOnly: false, qualified: true, signal };
  try {
    const facts = await session.engine.inspect(text, options).catch((error: unknown) => {
      // The load says so in its own words.
      if (NO_TABLE.test(toGizmoError(error).message)) return undefined;
      throw error;
    });
    if (facts !== undefined) assertAllowed(life.access, session.principal, facts, text);
  } finally {
    await session.engine.endScope('rollback');
  }
}

const NO_TABLE =
  /^Catalog Error: (?:Table|Schema) with name .* does not exist|^Catalog Error: .* is not an? table/s;

/** As the statements that would do the same. */
async function askAboutIngest({ hooks }: Life, session: Session, request: IngestRequest): Promise<void> {
  const { table, temporary, ifExists, ifMissing } = request;
  const [catalog, schema] = temporary ? ['temp', 'main'] : [request.catalog ?? '', request.schema ?? ''];
  const write = { objectKind: 'table', catalog, schema, name: table, shadowsBuiltIn: false };
  const ask = async (action: 'create' | 'insert', verb: string, rest = '') => {
    const facts: PlanFacts = {
      ...{ opaque: undefined, reads: [], functions: [], settings: [], effects: [] },
      writes: [{ action, ...write }],
    };
    await hooks.assertUntouched(session.principal, facts);
    const name = [catalog, schema, table].map(quotedIfNeeded).join('.');
    await askAbout(hooks, session, `${verb} ${name}${rest}`, facts);
  };
  if (ifExists === 'replace') await ask('create', 'CREATE OR REPLACE TABLE');
  else if (ifMissing === 'create') await ask('create', 'CREATE TABLE IF NOT EXISTS');
  const columns = request.arrowSchema.fields.map((it) => quotedIfNeeded(it.name)).join(', ');
  await ask('insert', 'INSERT INTO', ` (${columns})`);
}

function quotedIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteName(name);
}

/** The batches, until the client has sent nothing for too long: the load then fails, and its session is free again. */
async function* unstalled(
  { settings }: Life,
  task: Task,
  batches: AsyncIterable<EncodedBatch>,
): AsyncGenerator<EncodedBatch> {
  const limitS = settings.number('upload_stall_timeout');
  const iterator = batches[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = limitS === 0 ? undefined : setTimeout(() => task.kill(stalled(limitS)), limitS * 1000);
      const next = await iterator.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      task.rows += next.value.rows;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that hangs would hang its own end too.
    void Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function stalled(limitS: number): GizmoError {
  return new GizmoError(
    'DEADLINE_EXCEEDED',
    `Nothing more of the data came for ${limitS} s (--upload-stall-timeout), so the load was given up. Nothing of it was kept.`,
  );
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
