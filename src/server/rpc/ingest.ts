/** CommandStatementIngest: Arrow data straight into a table. */
import { GizmoError } from '../../errors.js';
import type { FlightDataMessage } from '../../flight/flight-data.js';
import {
  type CommandStatementIngest,
  CommandStatementIngest_TableDefinitionOptions_TableExistsOption as IfExists,
  CommandStatementIngest_TableDefinitionOptions_TableNotExistOption as IfMissing,
} from '../../flight/gen/flight_sql_pb.js';
import { malformed } from '../../flight/ipc/malformed.js';
import { plainSchema } from '../../flight/ipc/plain-schema.js';
import { BatchReader } from '../../flight/ipc/reader.js';
import { recordBatchRows } from '../../flight/ipc/record-batch.js';
import { splitBatch } from '../../flight/ipc/split-batch.js';
import type { EncodedBatch } from '../../flight/ipc/types.js';
import type { IngestRequest } from '../engine/engine.js';
import type { Call } from './call.js';
import { transactionOf } from './command-fields.js';
import type { Services } from './services.js';

/** What larger layouts are cut into when they are made plain; a batch in plain layouts passes as it came. */
const PIECES = { rowsMax: 65_536, bytesMax: 16 * 1024 * 1024 };

/**
 * Loads what the stream carries, all or nothing, in constant memory; resolves with the number of rows.
 * @param first the message with the command, which may hold the schema already
 */
export async function ingest(
  services: Services,
  command: CommandStatementIngest,
  first: FlightDataMessage,
  rest: AsyncIterable<FlightDataMessage>,
  call: Call,
): Promise<number> {
  const target = readTarget(command);
  const messages = ipcMessages(first, rest);
  const { value: schemaMessage } = await messages.next();
  if (schemaMessage === undefined) throw malformed('the data to load lack their schema');
  const reader = new BatchReader();
  reader.push(schemaMessage);
  const { schema } = reader;
  if (schema === undefined) throw malformed('the data to load lack their schema');
  const plain = plainSchema(schema);
  const batches = plain === schema ? plainBatches(messages) : batchesMadePlain(messages, reader);
  const request: IngestRequest = { ...target, arrowSchema: plain, batches, signal: call.signal };
  const use = { session: await call.session(), signal: call.signal, ...transactionOf(command) };
  const { rows } = await services.statements.ingest(use, request);
  return rows;
}

/** Where to and how. Throws INVALID_ARGUMENT for a command that leaves open what it must say. */
function readTarget(command: CommandStatementIngest): Omit<IngestRequest, 'arrowSchema' | 'batches'> {
  const { table, schema, catalog, temporary, tableDefinitionOptions, options } = command;
  if (table === '') throw invalid('The command does not name the table to load into.');
  const [unknown] = Object.keys(options);
  if (unknown !== undefined)
    throw invalid(`The option "${unknown.slice(0, 100)}" of a bulk load is unknown here.`);
  if (temporary && ((catalog && catalog !== 'temp') || (schema && schema !== 'main'))) {
    throw invalid('A temporary table is always in temp.main: leave its catalog and schema out.');
  }
  return {
    table,
    temporary,
    ...(schema && { schema }),
    ...(catalog && { catalog }),
    ...readModes(tableDefinitionOptions),
  };
}

function readModes(
  options: CommandStatementIngest['tableDefinitionOptions'],
): Pick<IngestRequest, 'ifMissing' | 'ifExists'> {
  const ifMissing = IF_MISSING.get(options?.ifNotExist ?? IfMissing.UNSPECIFIED);
  const ifExists = IF_EXISTS.get(options?.ifExists ?? IfExists.UNSPECIFIED);
  if (ifMissing !== undefined && ifExists !== undefined) return { ifMissing, ifExists };
  throw invalid(
    'The command must say what to do where the table does not exist (if_not_exist: create or fail) and where it does (if_exists: fail, append or replace).',
  );
}

const IF_MISSING: ReadonlyMap<IfMissing, IngestRequest['ifMissing']> = new Map([
  [IfMissing.CREATE, 'create'],
  [IfMissing.FAIL, 'fail'],
]);
const IF_EXISTS: ReadonlyMap<IfExists, IngestRequest['ifExists']> = new Map([
  [IfExists.FAIL, 'fail'],
  [IfExists.APPEND, 'append'],
  [IfExists.REPLACE, 'replace'],
]);

/** The messages that hold Arrow data: some clients send the command alone, and some end with metadata only. */
async function* ipcMessages(
  first: FlightDataMessage,
  rest: AsyncIterable<FlightDataMessage>,
): AsyncGenerator<FlightDataMessage, undefined, undefined> {
  if (first.header.length > 0) yield first;
  for await (const message of rest) if (message.header.length > 0) yield message;
}

/** As they came: the engine decodes and checks them in its own thread. */
async function* plainBatches(messages: AsyncIterable<FlightDataMessage>): AsyncGenerator<EncodedBatch> {
  for await (const { header, body } of messages) yield { header, body, rows: recordBatchRows(header) };
}

async function* batchesMadePlain(
  messages: AsyncIterable<FlightDataMessage>,
  reader: BatchReader,
): AsyncGenerator<EncodedBatch> {
  for await (const message of messages) {
    const batch = reader.push(message);
    if (batch !== undefined) yield* splitBatch(batch, PIECES);
  }
}

function invalid(message: string): GizmoError {
  return new GizmoError('INVALID_ARGUMENT', message);
}
